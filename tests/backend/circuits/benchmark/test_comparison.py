"""Geometric means, ratios and pairs at equal loss, against numbers computed by hand."""

from __future__ import annotations

import math

import pytest

from backend.circuits.benchmark import OutcomeKind
from backend.circuits.benchmark.comparison import (
    Comparison,
    SizeBy,
    compare,
    geometric_mean,
    nearest_pairs,
    size_ratio,
)
from tests.backend.circuits.benchmark.made_outcomes import make_contender, make_outcome

TASKS = ["one", "two", "three", "four"]


def test_the_geometric_mean_of_4_and_16_is_8() -> None:
    mean = geometric_mean([4, 16])
    assert mean is not None
    assert mean.value == pytest.approx(8)
    # The resamples are (4, 4), (4, 16), (16, 16): the ends come up in a quarter of them each.
    assert (mean.low, mean.high) == (pytest.approx(4), pytest.approx(16))


def test_sizes_below_1_count_as_1_and_nothing_has_no_mean() -> None:
    mean = geometric_mean([0, 9])
    assert mean is not None
    assert mean.value == pytest.approx(3)
    assert geometric_mean([]) is None
    alone = geometric_mean([7])
    assert alone is not None
    assert alone.low == alone.value == alone.high == pytest.approx(7)


def test_a_ratio_is_taken_over_the_tasks_in_both() -> None:
    first = {"one": 40.0, "two": 90.0, "three": 1000.0}
    second = {"one": 10.0, "two": 10.0, "four": 1.0}
    ratio = size_ratio(first, second)
    assert ratio is not None
    assert ratio.value == pytest.approx(6)  # the root of 4 x 9
    assert (ratio.low, ratio.high) == (pytest.approx(4), pytest.approx(9))
    assert size_ratio({"one": 1.0}, {"two": 1.0}) is None


def test_an_interval_of_a_ratio_keeps_both_sizes_of_a_task_together() -> None:
    # Sizes differ a hundredfold between tasks, their ratios not at all.
    first = {"one": 2.0, "two": 20.0, "three": 200.0}
    second = {task: size / 2 for task, size in first.items()}
    ratio = size_ratio(first, second)
    assert ratio is not None
    assert (ratio.low, ratio.value, ratio.high) == tuple([pytest.approx(2)] * 3)


def made() -> Comparison:
    """A dense checkpoint and a sparse one that differ in what they meet."""
    outcomes = [
        make_outcome(100, checkpoint="dense", task="one"),
        make_outcome(400, checkpoint="dense", task="two"),
        make_outcome(900, checkpoint="dense", task="three"),
        make_outcome(5, checkpoint="dense", task="four", kind=OutcomeKind.NOT_NEEDED),
        make_outcome(10, checkpoint="sparse", task="one"),
        make_outcome(10, checkpoint="sparse", task="two"),
        make_outcome(2, checkpoint="sparse", task="three", loss=0.2),
        make_outcome(None, checkpoint="sparse", task="four"),
        make_outcome(50, checkpoint="dense", task="one", target=0.5),
        make_outcome(1, checkpoint="dense", task="not asked for"),
    ]
    checkpoints = [make_contender("sparse", 0.02, 1.019), make_contender("dense", 1.0, 1.0)]
    return compare(outcomes, checkpoints, TASKS)


def test_misses_and_failures_stand_beside_the_means() -> None:
    compared = made()
    assert [each.name for each in compared.checkpoints] == ["dense", "sparse"]
    assert compared.targets == [0.5, 0.15]
    assert compared.tasks == TASKS
    means = {(mean.checkpoint, mean.target_loss): mean for mean in compared.means}
    # At 0.5 the sparse one was not searched.
    assert set(means) == {("dense", 0.5), ("dense", 0.15), ("sparse", 0.15)}
    dense, sparse = means["dense", 0.15], means["sparse", 0.15]
    assert dense.size is not None
    assert dense.size.value == pytest.approx((100 * 400 * 900) ** (1 / 3))
    assert (dense.tasks, dense.not_needed) == (["one", "two", "three"], ["four"])
    assert sparse.size is not None
    assert sparse.size.value == pytest.approx(10)
    assert (sparse.missed, sparse.failed) == (["three"], ["four"])
    # Over the tasks that both meet: one and two.
    assert dense.common is not None
    assert sparse.common is not None
    assert dense.common.value == pytest.approx(200)
    assert sparse.common.value == pytest.approx(10)


def test_ratios_at_equal_loss_are_said_for_every_target() -> None:
    compared = made()
    (pair,) = compared.equal_loss
    assert (pair.dense, pair.sparse) == ("dense", "sparse")
    assert pair.difference == pytest.approx(0.019)
    assert pair.equal
    nothing, ratio = pair.ratios
    assert (nothing.target_loss, nothing.ratio, nothing.tasks) == (0.5, None, [])
    assert ratio.tasks == ["one", "two"]
    assert ratio.ratio is not None
    assert ratio.ratio.value == pytest.approx(math.sqrt(10 * 40))
    assert compared.ratios == pair.ratios


def test_other_sizes_can_be_counted() -> None:
    compared = compare(
        [make_outcome(10, checkpoint="sparse", task="one")],
        [make_contender("sparse", 0.02)],
        TASKS,
        SizeBy.KEPT_EDGES,
    )
    (mean,) = compared.means
    assert mean.size is not None
    assert mean.size.value == pytest.approx(5)


def test_each_checkpoint_is_paired_with_the_nearest_of_the_other_kind() -> None:
    dense = [make_contender("d1", 1, 1.00), make_contender("d2", 1, 1.50)]
    sparse = [make_contender("s1", 0.02, 1.04), make_contender("s2", 0.1, 1.20)]
    named = [(one.name, other.name) for one, other in nearest_pairs([*dense, *sparse])]
    # d1's nearest is s1 and the other way round; s2's is d1 (0.2 against 0.25), d2's is s2.
    assert named == [("d1", "s1"), ("d1", "s2"), ("d2", "s2")]


def test_losses_on_other_corpora_are_not_compared() -> None:
    others = [
        make_contender("elsewhere", 0.02, 1.0, corpus="prose"),
        make_contender("unknown", 0.02, 1.0, corpus=None),
        make_contender("unmeasured", 0.02, None),
    ]
    assert nearest_pairs([make_contender("dense", 1, 1.0), *others]) == []


def test_the_same_weights_under_two_names_are_listed_once() -> None:
    one = make_contender("sparse", 0.02)
    copy = one.model_copy(update={"name": "copy"})
    compared = compare([make_outcome(9, checkpoint="sparse", task="one")], [one, copy], TASKS)
    assert len(compared.checkpoints) == len(compared.means) == 1
