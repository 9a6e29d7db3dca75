"""The benchmark's figures: geometric means over tasks, and ratios between checkpoints.

The figure of a checkpoint at a target is the geometric mean of its circuits' sizes over tasks (Gao
et al. 2025, section 3). Rules:

1. Only tasks that meet the target count; tasks that miss it or fail are listed beside the mean.
2. A task whose loss with every node ablated meets the target needs no circuit: it is listed and
   left out. Elsewhere a size below 1 counts as 1.
3. A ratio between two checkpoints is taken over the tasks that both meet.
4. Sparse and dense checkpoints are compared at equal pretraining loss: each with the one of the
   other kind whose held-out loss on the same corpus is nearest, equal if within 2%.

Intervals are 95% percentile bootstrap intervals over tasks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import combinations
from typing import Any, Self

import torch
from pydantic import BaseModel, ConfigDict, Field

from backend.circuits.benchmark.cells import Cell, cells_of
from backend.circuits.benchmark.outcome import OutcomeKind, SearchOutcome
from backend.circuits.statistics import cluster_bootstrap

DENSE_FRACTION = 0.5
"""A checkpoint of which at least this share of weights is nonzero is called dense."""
EQUAL_LOSS = 0.02
"""Held-out losses that differ by at most this share are called equal."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SizeBy(StrEnum):
    """What is counted."""

    INDUCED_EDGES = "induced_edges"
    """All nonzero weights between a circuit's nodes: the paper's measure."""
    KEPT_EDGES = "kept_edges"
    """Those left after single edges were pruned."""
    NODES = "nodes"


class Contender(_Frozen):
    """A checkpoint as the benchmark sees it."""

    name: str
    digest: str
    nonzero: int
    nonzero_fraction: float
    held_out_loss: float | None = Field(description="nats a token; None if its card has none")
    corpus: str | None = Field(default=None, description="digest of what that loss is measured on")

    dense: bool = Field(description="at least half of its weights are nonzero")

    @classmethod
    def described(cls, description: Mapping[str, Any]) -> Self:
        """A checkpoint by its description; see `models.checkpoints.describe`."""
        corpus = description["card"].get("corpus")
        digest = corpus.get("digest") if isinstance(corpus, Mapping) else None
        return cls(
            **{name: description[name] for name in cls.model_fields if name in description},
            corpus=digest if isinstance(digest, str) else None,
            dense=description["nonzero_fraction"] >= DENSE_FRACTION,
        )


class Interval(_Frozen):
    """A number with its 95% interval."""

    value: float
    low: float
    high: float


class Mean(_Frozen):
    """The figure of a checkpoint at a target."""

    checkpoint: str
    target_loss: float
    size: Interval | None = Field(description="geometric mean over the tasks met; None without any")
    common: Interval | None = Field(
        description="the same over the tasks that all checkpoints compared meet at this target"
    )
    tasks: list[str] = Field(description="that meet the target")
    missed: list[str]
    failed: list[str]
    not_needed: list[str] = Field(description="need no circuit")
    not_possible: list[str]


class Ratio(_Frozen):
    """How many times larger the first checkpoint's circuits are, over the tasks both meet."""

    first: str
    second: str
    target_loss: float
    tasks: list[str]
    ratio: Interval | None = Field(description="None where no task is met by both")


class EqualLoss(_Frozen):
    """A dense checkpoint and a sparse one, one of which is the nearest of its kind to the other."""

    dense: str
    sparse: str
    difference: float = Field(
        description="(loss of the sparse one - of the dense one) / of the dense one"
    )
    equal: bool = Field(description="within 2%")
    ratios: list[Ratio] = Field(description="dense over sparse, one a target")


class Comparison(_Frozen):
    """Checkpoints side by side."""

    size_by: SizeBy
    checkpoints: list[Contender]
    tasks: list[str]
    targets: list[float] = Field(description="descending")
    cells: list[Cell]
    means: list[Mean]
    ratios: list[Ratio] = Field(description="of every two checkpoints, the denser one first")
    equal_loss: list[EqualLoss]


def compare(
    outcomes: Iterable[SearchOutcome],
    checkpoints: Sequence[Contender],
    tasks: Sequence[str],
    size_by: SizeBy = SizeBy.INDUCED_EDGES,
) -> Comparison:
    """Checkpoints side by side on tasks.

    Args:
        outcomes: of one method and one set of settings; of these checkpoints and others.
        checkpoints: to compare; they are listed with the densest first, equal ones once.
        tasks: to compare them on, in the order to list them.
        size_by: what is counted.
    """
    listed = densest_first(checkpoints)
    names = {each.digest: each.name for each in listed}
    order = {name: place for place, name in enumerate(names.values())}
    wanted = [each for each in outcomes if each.task in tasks]
    cells = sorted(
        cells_of(wanted, names),
        key=lambda cell: (tasks.index(cell.task), -cell.target_loss, order[cell.checkpoint]),
    )
    targets = sorted({cell.target_loss for cell in cells}, reverse=True)
    sizes = {
        (name, target): sizes_met(cells, name, target, size_by)
        for name in order
        for target in targets
    }
    ratios = [
        _ratio(first.name, second.name, target, sizes)
        for first, second in combinations(listed, 2)
        for target in targets
    ]
    return Comparison(
        size_by=size_by,
        checkpoints=listed,
        tasks=[task for task in tasks if any(cell.task == task for cell in cells)],
        targets=targets,
        cells=cells,
        means=[
            _mean(name, target, cells, sizes)
            for name in order
            for target in targets
            if any((cell.checkpoint, cell.target_loss) == (name, target) for cell in cells)
        ],
        ratios=ratios,
        equal_loss=[
            EqualLoss(
                dense=dense.name,
                sparse=sparse.name,
                difference=_difference(dense, sparse),
                equal=abs(_difference(dense, sparse)) <= EQUAL_LOSS,
                ratios=[_ratio(dense.name, sparse.name, target, sizes) for target in targets],
            )
            for dense, sparse in nearest_pairs(listed)
        ],
    )


def densest_first(checkpoints: Iterable[Contender]) -> list[Contender]:
    """Each checkpoint once, also where it has several names; of equally dense ones the larger."""

    def density(checkpoint: Contender) -> tuple[float, int, str]:
        return -checkpoint.nonzero_fraction, -checkpoint.nonzero, checkpoint.name

    return sorted({each.digest: each for each in checkpoints}.values(), key=density)


def sizes_met(
    cells: Iterable[Cell], checkpoint: str, target: float, size_by: SizeBy
) -> dict[str, float]:
    """The size of each task that a checkpoint meets at a target, by task."""
    return {
        cell.task: getattr(cell.sizes, size_by).median
        for cell in cells
        if cell.checkpoint == checkpoint
        and cell.target_loss == target
        and cell.kind is OutcomeKind.MET
    }


def geometric_mean(sizes: Sequence[float]) -> Interval | None:
    """The geometric mean of max(size, 1), with its interval over tasks; None of nothing."""
    return _exponential([max(size, 1.0) for size in sizes])


def size_ratio(first: Mapping[str, float], second: Mapping[str, float]) -> Interval | None:
    """The geometric mean of first / second over the tasks in both; sizes below 1 count as 1.

    The interval resamples tasks, both sizes of a task together. None where no task is in both.
    """
    return _exponential(
        [max(size, 1.0) / max(second[task], 1.0) for task, size in first.items() if task in second]
    )


def _exponential(values: Sequence[float]) -> Interval | None:
    if not values:
        return None
    logs = torch.tensor(values, dtype=torch.float64).log()
    found = cluster_bootstrap(logs, torch.arange(len(values)), lambda means: means[:, 0].exp())
    return Interval(value=found.value, low=found.low, high=found.high)


def nearest_pairs(checkpoints: Sequence[Contender]) -> list[tuple[Contender, Contender]]:
    """Dense and sparse checkpoints, one of which is the nearest of its kind to the other.

    Near in held-out loss; only losses on the same corpus are compared.
    """
    pairs = [
        (dense, sparse)
        for dense in checkpoints
        for sparse in checkpoints
        if dense.dense and not sparse.dense and _comparable(dense, sparse)
    ]

    def nearest(side: int, one: Contender) -> tuple[Contender, Contender]:
        return min(
            (pair for pair in pairs if pair[side] == one), key=lambda pair: abs(_difference(*pair))
        )

    return [pair for pair in pairs if any(nearest(side, pair[side]) == pair for side in (0, 1))]


def _comparable(one: Contender, other: Contender) -> bool:
    both = one.held_out_loss is not None and other.held_out_loss is not None
    return both and one.corpus is not None and one.corpus == other.corpus


def _difference(dense: Contender, sparse: Contender) -> float:
    assert dense.held_out_loss is not None
    assert sparse.held_out_loss is not None
    return sparse.held_out_loss / dense.held_out_loss - 1


_Sizes = Mapping[tuple[str, float], Mapping[str, float]]


def _ratio(first: str, second: str, target: float, sizes: _Sizes) -> Ratio:
    one, other = sizes[first, target], sizes[second, target]
    return Ratio(
        first=first,
        second=second,
        target_loss=target,
        tasks=[task for task in one if task in other],
        ratio=size_ratio(one, other),
    )


def _mean(name: str, target: float, cells: Sequence[Cell], sizes: _Sizes) -> Mean:
    here = [cell for cell in cells if cell.target_loss == target]
    own = [cell for cell in here if cell.checkpoint == name]
    met = sizes[name, target]
    searched = {cell.checkpoint for cell in here}
    common = [
        size
        for task, size in met.items()
        if all(task in sizes[other, target] for other in searched)
    ]

    def of(kind: OutcomeKind) -> list[str]:
        return [cell.task for cell in own if cell.kind is kind]

    return Mean(
        checkpoint=name,
        target_loss=target,
        size=geometric_mean(list(met.values())),
        common=geometric_mean(common),
        tasks=list(met),
        missed=of(OutcomeKind.MISSED),
        failed=of(OutcomeKind.FAILED),
        not_needed=of(OutcomeKind.NOT_NEEDED),
        not_possible=of(OutcomeKind.NOT_POSSIBLE),
    )
