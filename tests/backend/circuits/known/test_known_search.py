"""Every search method keeps all of a planted circuit; those that eliminate keep nothing else."""

from __future__ import annotations

from functools import cache

import pytest

from backend.circuits import Circuit, NodeSet, SearchConfig, search
from backend.circuits.search.methods import METHODS
from tests.backend.circuits.known.bench import PAIRS, TARGET
from tests.backend.circuits.known.catalogue import REDUNDANT, SINGLE, known

EXACT = ("path", "paper+elimination")
"""Methods that leave no node that could go; each planted circuit being the only one, they find it.
"""


@cache
def found(name: str, method: str) -> Circuit:
    model = known(name)
    quick = SearchConfig.model_validate(
        {
            "method": method,
            "target_loss": TARGET,
            "trials": 1,
            "swaps": 4,
            "batch_pairs": 12,
            "train_pairs": 2 * PAIRS,
            "validation_pairs": PAIRS,
            "test_pairs": PAIRS,
        }
    )
    return search(model.checkpoint, model.task, quick)


def nodes(name: str, method: str) -> NodeSet:
    return NodeSet.of(known(name).checkpoint.config, found(name, method).nodes)


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_keeps_all_true_nodes(method: str, name: str) -> None:
    assert (known(name).nodes(0) - nodes(name, method)).names() == []
    assert found(name, method).meets_target


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("method", EXACT)
def test_elimination_keeps_nothing_else(method: str, name: str) -> None:
    assert (nodes(name, method) - known(name).nodes(0)).names() == []


@pytest.mark.parametrize("name", SINGLE)
def test_path_keeps_the_true_edges_and_no_other(name: str) -> None:
    circuit = found(name, "path")
    kept = {f"{edge.source}>{edge.target}" for edge in circuit.edges if edge.kept}
    assert kept == {edge.name for edge in known(name).copies[0].edges}
    assert circuit.kept_edges == len(kept)


@pytest.mark.parametrize("name", REDUNDANT)
def test_path_keeps_one_of_two_copies(name: str) -> None:
    model, circuit = known(name), found(name, "path")
    assert nodes(name, "path") in (model.nodes(0), model.nodes(1))
    kept = {f"{edge.source}>{edge.target}" for edge in circuit.edges if edge.kept}
    assert kept in [{edge.name for edge in copy.edges} for copy in model.copies]


@pytest.mark.parametrize("name", SINGLE)
def test_the_path_goes_through_the_planted_circuit_and_no_smaller_one_does(name: str) -> None:
    path, true = found(name, "path").path, known(name).copies[0].nodes
    assert path is not None
    assert set(path.ranking[: len(true)]) == set(true)
    losses = {point.nodes: point.test_loss for point in path.points}
    assert losses[len(true)] < TARGET
    assert all(loss > TARGET for size, loss in losses.items() if size < len(true))
