"""Precision and recall where both are known by construction."""

from __future__ import annotations

import pytest
import torch

from backend.circuits.predicates.detection import detection, furthest, margin, threshold_of
from backend.circuits.words import Active, Predicate
from models.anatomy import Place


def table(*rows: str) -> torch.Tensor:
    return torch.tensor([[letter == "x" for letter in row] for row in rows])


def test_counts_are_those_of_a_table_by_hand() -> None:
    found = detection(holds=table("xx..", "x..."), active=table("x.x.", "x..x"))
    assert (found.places, found.holds, found.active, found.both) == (8, 3, 4, 2)
    assert found.base_rate == 0.5
    assert found.precision is not None
    assert found.recall is not None
    assert found.f1 is not None
    assert found.precision.value == pytest.approx(2 / 3)
    assert found.recall.value == pytest.approx(2 / 4)
    assert found.f1.value == pytest.approx(2 * (2 / 3) * (1 / 2) / (2 / 3 + 1 / 2))


def test_what_is_nowhere_has_no_share() -> None:
    nothing, some = table("..", ".."), table("x.", "..")
    holds_nowhere = detection(nothing, some)
    assert holds_nowhere.precision is None
    assert holds_nowhere.recall is not None
    assert holds_nowhere.recall.value == 0
    silent = detection(some, nothing)
    assert silent.recall is None
    assert silent.precision is not None
    assert detection(nothing, nothing).f1 is None


def test_three_of_three_is_not_sure() -> None:
    """All windows agree, so resampling them alone would give the interval 1 to 1."""
    all_three = table("x.", "x.", "x.", "..")
    precision = detection(all_three, all_three).precision
    assert precision is not None
    assert (precision.value, precision.high) == (1, 1)
    assert precision.low == pytest.approx(0.4385, abs=1e-4)  # Wilson, 3 of 3


def test_tokens_of_one_window_count_once() -> None:
    """Many tokens in few windows are no surer than the windows are."""
    holds = table("x" * 100, "x" * 100)
    active = table("x" * 100, "." * 100)
    precision = detection(holds, active).precision
    assert precision is not None
    assert (precision.low, precision.value, precision.high) == (0, 0.5, 1)


@pytest.mark.parametrize(
    ("active", "expected"),
    [(Active.ABOVE, "...x"), (Active.BELOW, "x..."), (Active.BEYOND, "x..x")],
)
def test_the_three_ways_to_be_active(active: Active, expected: str) -> None:
    values = torch.tensor([[-3.0, -1, 1, 3]])
    threshold = -2.0 if active is Active.BELOW else 2.0
    assert (margin(active, threshold, values) > 0).equal(table(expected))


def test_the_usual_threshold() -> None:
    often_zero = torch.tensor([0.0, 0, 0, 5, -5])
    ramp = torch.arange(1.0, 102)
    for active, usual in ((Active.ABOVE, 91), (Active.BELOW, 11), (Active.BEYOND, 91)):
        predicate = Predicate(pattern="x", active=active)
        assert threshold_of(predicate, often_zero) == 0
        assert threshold_of(predicate, ramp) == pytest.approx(usual)
    assert threshold_of(Predicate(pattern="x", threshold=2), ramp) == 2


def test_examples_are_the_furthest_and_one_a_window() -> None:
    margins = torch.tensor([[1.0, 2, -9], [3, 0, 0], [0.5, 0, 0], [0, 0, -1]])
    assert furthest(margins, margins > 0, 2) == [Place(1, 0), Place(0, 1)]
    assert furthest(margins, margins < 0, 5) == [Place(0, 2), Place(3, 2)]
