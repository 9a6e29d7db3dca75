"""One cell of the benchmark: a task in a checkpoint at a target, over all its seeds.

A task meets its target if at least half of its seeds do; its size is the median over those that do,
and the others are counted beside it. Where fewer do, the task misses its target and has no part in
any mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from statistics import median

from pydantic import BaseModel, ConfigDict, Field

from backend.circuits.benchmark.outcome import OutcomeKind, SearchOutcome


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Spread(_Frozen):
    """A number over seeds."""

    median: float
    low: float
    high: float


class Sizes(_Frozen):
    """The sizes of the circuits of a cell, over seeds. Never mix them."""

    induced_edges: Spread
    kept_edges: Spread
    nodes: Spread


class Cell(_Frozen):
    """A task in a checkpoint at a target. Losses are of test pairs, of the circuit shown, in nats.

    The circuit shown is the one whose size is nearest to the median; of a cell that misses its
    target, the one of lowest loss.
    """

    checkpoint: str
    task: str
    target_loss: float
    kind: OutcomeKind
    seeds: int = Field(description="searches")
    met: int = Field(description="of them that met the target")
    sizes: Sizes | None = Field(default=None, description="None without a circuit")
    slug: str | None = Field(default=None, description="the circuit shown")
    task_loss: float | None = None
    loss_low: float | None = Field(default=None, description="of its 95% interval")
    loss_high: float | None = None
    accuracy: float | None = None
    whole_model: float | None = Field(default=None, description="loss with nothing ablated")
    everything_ablated: float | None = Field(
        default=None, description="loss with every node ablated"
    )
    seconds: float | None = Field(default=None, description="of a search, median over seeds")
    detail: str = Field(default="", description="why there is no circuit")


def current(outcomes: Iterable[SearchOutcome]) -> list[SearchOutcome]:
    """Those found under the node means and pairs of the newest outcome of their task and model.

    Circuits under different means or on different pairs are not compared.
    """
    ordered = sorted(outcomes, key=lambda each: each.created)
    newest = {
        (each.checkpoint_digest, each.task): (each.means_digest, each.pairs_digest)
        for each in ordered
    }
    return [
        each
        for each in ordered
        if newest[each.checkpoint_digest, each.task] == (each.means_digest, each.pairs_digest)
    ]


def cells_of(outcomes: Iterable[SearchOutcome], names: dict[str, str]) -> list[Cell]:
    """The cells of outcomes: by checkpoint, task and target, the highest target first.

    Args:
        outcomes: of one method and one set of settings.
        names: of the checkpoints to compare, by digest; others are left out.
    """

    def place(outcome: SearchOutcome) -> tuple[str, str, float]:
        return names[outcome.checkpoint_digest], outcome.task, -outcome.target_loss

    known = [each for each in current(outcomes) if each.checkpoint_digest in names]
    return [
        _cell(key[0], sorted(group, key=lambda each: each.seed))
        for key, group in groupby(sorted(known, key=place), key=place)
    ]


def _cell(checkpoint: str, outcomes: Sequence[SearchOutcome]) -> Cell:
    kind = _kind(outcomes)
    alike = [each for each in outcomes if each.kind is kind]
    shown = _shown(alike)
    found = [each for each in alike if each.slug is not None]
    took = [each.seconds for each in outcomes if each.seconds is not None]
    return Cell(
        checkpoint=checkpoint,
        task=shown.task,
        target_loss=shown.target_loss,
        kind=kind,
        seeds=len(outcomes),
        met=sum(each.kind is OutcomeKind.MET for each in outcomes),
        sizes=_sizes(found) if found else None,
        seconds=median(took) if took else None,
        **shown.model_dump(
            include={
                "slug",
                "task_loss",
                "loss_low",
                "loss_high",
                "accuracy",
                "whole_model",
                "everything_ablated",
                "detail",
            }
        ),
    )


def _kind(outcomes: Sequence[SearchOutcome]) -> OutcomeKind:
    kinds = [each.kind for each in outcomes]
    for certain in (OutcomeKind.NOT_POSSIBLE, OutcomeKind.NOT_NEEDED):
        if certain in kinds:
            return certain
    if 2 * kinds.count(OutcomeKind.MET) >= len(kinds):
        return OutcomeKind.MET
    return OutcomeKind.MISSED if OutcomeKind.MISSED in kinds else OutcomeKind.FAILED


def _shown(alike: Sequence[SearchOutcome]) -> SearchOutcome:
    """The outcome that stands for all of its kind in a cell."""
    if alike[0].kind is OutcomeKind.MISSED:
        return min(alike, key=lambda each: each.task_loss or 0.0)
    middle = median(each.induced_edges or 0 for each in alike)
    return min(alike, key=lambda each: abs((each.induced_edges or 0) - middle))


def _sizes(found: Sequence[SearchOutcome]) -> Sizes:
    return Sizes(
        induced_edges=_spread([each.induced_edges for each in found]),
        kept_edges=_spread([each.kept_edges for each in found]),
        nodes=_spread([each.nodes for each in found]),
    )


def _spread(values: Sequence[int | None]) -> Spread:
    numbers = [value for value in values if value is not None]
    return Spread(median=median(numbers), low=min(numbers), high=max(numbers))
