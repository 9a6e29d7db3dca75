"""Seeds become cells."""

from __future__ import annotations

from backend.circuits.benchmark import OutcomeKind, SearchOutcome
from backend.circuits.benchmark.cells import Cell, cells_of, current
from tests.backend.circuits.benchmark.made_outcomes import make_outcome

NAMES = {"digest of tiny": "tiny"}


def one_cell(*outcomes: SearchOutcome) -> Cell:
    (cell,) = cells_of(outcomes, NAMES)
    return cell


def test_a_cell_is_the_median_of_the_seeds_that_meet_the_target() -> None:
    cell = one_cell(
        make_outcome(12, seed=0, seconds=5.0),
        make_outcome(30, seed=1, loss=0.2, seconds=6.0),
        make_outcome(8, seed=2, seconds=70.0),
        make_outcome(9, seed=3, seconds=8.0),
    )
    assert (cell.kind, cell.seeds, cell.met) == (OutcomeKind.MET, 4, 3)
    assert cell.sizes is not None
    edges = cell.sizes.induced_edges
    assert (edges.median, edges.low, edges.high) == (9, 8, 12)
    assert cell.sizes.nodes.median == 18
    assert cell.slug == "for-while-9"
    assert cell.seconds == 7.0


def test_half_of_the_seeds_are_enough_and_fewer_are_not() -> None:
    met, missed = make_outcome(9, seed=0), make_outcome(5, seed=1, loss=0.3)
    assert one_cell(met, missed).kind is OutcomeKind.MET
    cell = one_cell(met, missed, make_outcome(7, seed=2, loss=0.2))
    assert (cell.kind, cell.met) == (OutcomeKind.MISSED, 1)
    assert (cell.slug, cell.task_loss) == ("for-while-7", 0.2)


def test_a_cell_without_a_circuit_says_why() -> None:
    cell = one_cell(make_outcome(None))
    assert (cell.kind, cell.sizes, cell.slug) == (OutcomeKind.FAILED, None, None)
    assert "0.5" in cell.detail


def test_needing_no_circuit_comes_before_all_else() -> None:
    outcomes = (
        make_outcome(0, seed=0, kind=OutcomeKind.NOT_NEEDED),
        make_outcome(None, seed=1),
    )
    assert one_cell(*outcomes).kind is OutcomeKind.NOT_NEEDED


def test_other_means_and_other_pairs_are_not_mixed() -> None:
    old = make_outcome(50, seed=0, means_digest="old", minute=0)
    new = [make_outcome(9, seed=seed, minute=seed) for seed in (1, 2)]
    assert current([*new, old]) == new
    shorter = make_outcome(3, seed=3, pairs_digest="other pairs", minute=9)
    assert current([*new, shorter]) == [shorter]
    # Of another task nothing is said.
    other = make_outcome(4, task="with_as", means_digest="old")
    assert current([*new, other]) == [other, *new]


def test_targets_and_tasks_are_apart_and_strangers_left_out() -> None:
    outcomes = [
        make_outcome(4, target=0.5),
        make_outcome(9),
        make_outcome(20, task="with_as"),
        make_outcome(1, checkpoint="elsewhere"),
    ]
    places = [(cell.task, cell.target_loss) for cell in cells_of(outcomes, NAMES)]
    assert places == [("for_while", 0.5), ("for_while", 0.15), ("with_as", 0.15)]
