"""What five seeds found, compared."""

import pytest

from backend.circuits.circuit import Circuit
from backend.circuits.faithfulness.again import is_known, is_result, same_search
from backend.circuits.faithfulness.stability import overlap
from backend.circuits.search import SearchConfig
from tests.backend.circuits.faithfulness.subjects import by_id


def test_overlap_and_inclusion_by_hand() -> None:
    sets = [frozenset("ab"), frozenset("abc"), frozenset("ab"), frozenset("a")]
    result = overlap(["a", "b", "x"], sets, seeds=4)
    lines = by_id(result)
    assert lines["stability.overlap"].value == pytest.approx(
        (2 / 3 + 1 + 1 / 2 + 2 / 3 + 1 / 3 + 1 / 2) / 6
    )
    assert lines["stability.overlap"].met is True
    assert lines["stability.overlap"].beside["in every one of them"] == 1
    assert result.inclusion == pytest.approx({"a": 1.0, "b": 3 / 4, "x": 0.0})
    assert lines["stability.inclusion"].value == pytest.approx(7 / 12)
    assert lines["stability.inclusion"].met is False


def test_seeds_that_find_nothing_are_counted_and_left_out() -> None:
    result = overlap(["a"], [frozenset("a")], seeds=3)
    assert set(result.left_out) == {"stability.overlap"}
    assert by_id(result)["stability.inclusion"].beside["seeds that found a circuit"] == 1
    nothing = overlap(["a"], [], seeds=3)
    assert set(nothing.left_out) == {"stability.overlap", "stability.inclusion"}
    assert nothing.inclusion == {}


def test_circuits_without_nodes_agree() -> None:
    result = overlap([], [frozenset(), frozenset()], seeds=2)
    assert by_id(result)["stability.overlap"].value == 1.0


def searched(circuit: Circuit, method: str = "path", **hyperparameters: object) -> Circuit:
    changes = {"hyperparameters": hyperparameters, "method": method}
    return circuit.model_copy(update={"provenance": circuit.provenance.model_copy(update=changes)})


def test_the_same_search_with_another_seed(circuit: Circuit) -> None:
    target = circuit.provenance.target_loss
    config = SearchConfig(method="attribution", target_loss=target, seed=3, swaps=7)
    hyperparameters = config.model_dump(exclude={"target_loss", "seed", "method"})
    for method in ("attribution", "attribution at size 12"):
        stored = searched(circuit, method, **hyperparameters)
        assert same_search(stored, 3) == config
        assert same_search(stored, 4) == config.model_copy(update={"seed": 4})
        assert is_known(stored)
        assert is_result(stored) is (method == "attribution")


def test_a_search_of_another_version_is_said_to_be_one(circuit: Circuit) -> None:
    assert not is_known(searched(circuit, "path", swaps=7, forgotten=1))
    old = searched(circuit, "masks+elimination", swaps=7)
    assert not is_known(old)
    assert same_search(old, 0) == SearchConfig(target_loss=old.provenance.target_loss, swaps=7)
