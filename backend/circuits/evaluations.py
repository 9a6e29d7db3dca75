"""Evaluations of what questions keep: asked for twice, by anyone, they are computed once."""

from __future__ import annotations

from functools import lru_cache

from torch import Tensor

from backend.circuits.ablation import (
    AblationValue,
    Evaluation,
    Intervention,
    MeanValues,
    ResampledValues,
    Values,
    ZeroValues,
    evaluate,
    sample_activations,
)
from backend.circuits.needs import means_of, tokenizer_of
from backend.circuits.paired import PairedValues
from backend.circuits.question import Kept
from backend.errors import InvalidRequestError
from models.checkpoints import Checkpoint
from tasks import Batch, Pair, Split, Task

PAIRS = 100


@lru_cache(maxsize=64)
def task_pairs(checkpoint: Checkpoint, task: Task, split: Split, seed: int) -> tuple[Pair, ...]:
    """The pairs that questions are answered on."""
    return tuple(task.pairs(tokenizer_of(checkpoint), split, PAIRS, seed))


@lru_cache(maxsize=512)
def evaluation(
    checkpoint: Checkpoint,
    task: Task,
    kept: Kept,
    value: AblationValue,
    split: Split,
    seed: int,
) -> Evaluation:
    """How the model answers the pairs when that is kept and everything else ablated.

    Args:
        checkpoint: with tokenizer and what the value needs.
        task: whose pairs.
        kept: nodes, edges, and values of the user's choice.
        value: what ablated nodes get.
        split: of the pairs.
        seed: of the pairs and of resampling.

    Raises:
        InvalidRequestError: the checkpoint lacks what the value needs.
    """
    batch = Batch.from_pairs(task_pairs(checkpoint, task, split, seed))
    if kept.is_whole:
        return evaluate(checkpoint.model, batch)
    if value is AblationValue.PAIRED:
        values: Values = _paired(checkpoint, task, split, seed)
    else:
        values = ablation_values(checkpoint, value, seed)
    return evaluate(checkpoint.model, batch, intervention(kept, values))


def intervention(kept: Kept, values: Values) -> Intervention:
    """Everything ablated but what is kept."""
    return Intervention(~kept.nodes, values, kept.dropped, kept.overrides)


def ablation_values(checkpoint: Checkpoint, value: AblationValue, seed: int) -> Values:
    """Where ablated nodes get their values, on any text.

    Raises:
        InvalidRequestError: the checkpoint lacks what it takes, or the value needs pairs.
    """
    match value:
        case AblationValue.ZERO:
            return ZeroValues()
        case AblationValue.RESAMPLE:
            return ResampledValues(_sample(checkpoint), seed)
        case AblationValue.MEAN:
            return MeanValues(means_of(checkpoint))
        case AblationValue.PAIRED:
            raise InvalidRequestError(
                "Ablation by 'paired' takes values from the pair's other sequence; a prompt has "
                "none.",
                remedy="Ablate by mean, zero or resample on prompts.",
            )


@lru_cache(maxsize=2)
def _paired(checkpoint: Checkpoint, task: Task, split: Split, seed: int) -> PairedValues:
    batch = Batch.from_pairs(task_pairs(checkpoint, task, split, seed))
    return PairedValues.of(checkpoint.model, batch)


@lru_cache(maxsize=2)
def _sample(checkpoint: Checkpoint) -> dict[str, Tensor]:
    if checkpoint.held_out is None:
        raise InvalidRequestError(
            f"Checkpoint {checkpoint.name!r} has no held-out text, from which resampled values "
            "are taken.",
            remedy="Ablate by mean or zero, or put held_out.safetensors into its folder.",
        )
    return sample_activations(checkpoint.model, checkpoint.held_out)


def forget() -> None:
    """Drop all remembered pairs and evaluations; the next answer computes everything anew."""
    for remembered in (evaluation, task_pairs, _paired):
        remembered.cache_clear()
