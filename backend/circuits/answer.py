"""Answer a toggle: what a task's numbers become when nodes are ablated and restored.

The kept set of a question is (base of its mode + restored) - ablated, of nodes and of edges. The
base of the circuit alone lacks the edges that were pruned from it; the other modes have every edge.
The numbers come with 95% bootstrap intervals over pairs, and, if wanted, beside those they are read
against. Evaluations are cached, so a question asked twice, by anyone, is computed once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import torch
from torch import Tensor

from backend.circuits.ablation import (
    AblationValue,
    Evaluation,
    MeanValues,
    Mode,
    ResampledValues,
    Values,
    ZeroValues,
    evaluate,
    kept_nodes,
    sample_activations,
)
from backend.circuits.circuit import Circuit, Rescaling
from backend.circuits.edges import NO_EDGES, EdgeSet, circuit_alone, dropped_edges, parse_edges
from backend.circuits.needs import means_of, tokenizer_of
from backend.circuits.nodes import NodeSet
from backend.circuits.prompt import PromptAnswer, answer_prompt, show
from backend.circuits.report import rescaled_loss
from backend.circuits.statistics import Estimate, bootstrap
from backend.errors import InvalidRequestError
from models.checkpoints import Checkpoint
from models.config import ModelConfig
from models.tokenizer import Tokenizer
from tasks import Batch, Pair, Split, Task

CHANCE = 0.6931471805599453
"""Task loss of equal logits: ln 2 nats."""
PAIRS = 100


@dataclass(frozen=True)
class Question:
    """What if. Attributes as in the API's evaluate request."""

    mode: Mode = Mode.CIRCUIT
    value: AblationValue = AblationValue.MEAN
    ablated: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    ablated_edges: list[str] = field(default_factory=list)
    restored_edges: list[str] = field(default_factory=list)
    split: Split = Split.TEST
    seed: int = 0
    references: bool = True
    prompt: str | None = None


@dataclass(frozen=True)
class Numbers:
    """What one intervention does to a task, on pairs; losses in nats."""

    task_loss: Estimate
    accuracy: Estimate
    logit_difference: Estimate
    cross_entropy: float
    rescaled_loss: float


@dataclass(frozen=True)
class PairAnswer:
    """One pair; differences are logit(right) - logit(wrong) after each sequence."""

    pair: int
    first_text: str
    second_text: str
    first_answer: str
    second_answer: str
    loss: float
    first_difference: float
    second_difference: float


@dataclass(frozen=True)
class Answer:
    """The numbers of a question, beside those of the untouched circuit in its mode and value."""

    n: int
    kept_nodes: int
    ablated_nodes: int
    ablated_edges: int
    numbers: Numbers | None
    circuit: Numbers | None
    whole_model: Numbers | None
    everything_ablated: Numbers | None
    chance: float
    pairs: list[PairAnswer]
    prompt: PromptAnswer | None


def answer(checkpoint: Checkpoint, task: Task, circuit: Circuit, question: Question) -> Answer:
    """Answer a question about a circuit.

    Args:
        checkpoint: the circuit's, with tokenizer and node means.
        task: the circuit's.
        circuit: whose nodes the mode refers to.
        question: what is ablated and restored, with which values, on which pairs or prompt.

    Returns:
        With a prompt, its next tokens; without one, the numbers on pairs.

    Raises:
        InvalidRequestError: a node or edge is both ablated and restored, or is none of the
            model's; the prompt is too long; the checkpoint lacks what the value needs.
    """
    config = checkpoint.config
    base, kept = _kept(config, circuit, question)
    sizes = {
        "kept_nodes": len(kept.nodes),
        "ablated_nodes": len(~kept.nodes),
        "ablated_edges": len(kept.dropped),
    }
    if question.prompt is not None:
        values = _values(checkpoint, question.value, question.seed)
        shown = answer_prompt(
            checkpoint,
            question.prompt,
            circuit_alone(kept.nodes, values, kept.dropped),
            _fixed_answers(checkpoint, task),
        )
        return Answer(
            n=0, **sizes, numbers=None, circuit=None, whole_model=None,
            everything_ablated=None, chance=CHANCE, pairs=[], prompt=shown,
        )  # fmt: skip

    def ask(some: _Kept) -> Evaluation:
        return _evaluate(checkpoint, task, some, question.value, question.split, question.seed)

    def numbers(some: _Kept) -> Numbers:
        return _numbers(ask(some), circuit.rescaling)

    wanted = question.references
    pairs = _pairs(checkpoint, task, question.split, question.seed)
    return Answer(
        n=len(pairs),
        **sizes,
        numbers=numbers(kept),
        circuit=numbers(base) if wanted else None,
        whole_model=numbers(_Kept(NodeSet.all(config))) if wanted else None,
        everything_ablated=numbers(_Kept(NodeSet.none(config))) if wanted else None,
        chance=CHANCE,
        pairs=_worst_first(pairs, ask(kept), tokenizer_of(checkpoint)),
        prompt=None,
    )


@dataclass(frozen=True)
class _Kept:
    """What an intervention keeps: these nodes, and between them all edges but those dropped."""

    nodes: NodeSet
    dropped: EdgeSet = NO_EDGES

    @classmethod
    def of(cls, nodes: NodeSet, dropped: EdgeSet) -> _Kept:
        """Without the edges of ablated nodes, which carry the same dropped or not."""
        inside = (edge for edge in dropped if edge.source in nodes and edge.target in nodes)
        return cls(nodes, frozenset(inside))


def _kept(config: ModelConfig, circuit: Circuit, question: Question) -> tuple[_Kept, _Kept]:
    """What is kept in the question's mode, before and after what it ablates and restores."""
    ablated, restored = (
        NodeSet.of(config, names) for names in (question.ablated, question.restored)
    )
    ablated_edges, restored_edges = (
        parse_edges(names, config) for names in (question.ablated_edges, question.restored_edges)
    )
    _check_apart("a node", (ablated & restored).names())
    _check_apart("an edge", [edge.name for edge in sorted(ablated_edges & restored_edges)])
    nodes = kept_nodes(question.mode, NodeSet.of(config, circuit.nodes))
    dropped = dropped_edges(circuit) if question.mode is Mode.CIRCUIT else NO_EDGES
    return _Kept.of(nodes, dropped), _Kept.of(
        (nodes | restored) - ablated, (dropped | ablated_edges) - restored_edges
    )


def _check_apart(what: str, both: list[str]) -> None:
    if both:
        raise InvalidRequestError(
            f"{both[0]!r} is listed as ablated and as restored; {what} is one or the other.",
            remedy="Leave it out of one of the two lists.",
        )


@lru_cache(maxsize=256)
def _evaluate(
    checkpoint: Checkpoint,
    task: Task,
    kept: _Kept,
    value: AblationValue,
    split: Split,
    seed: int,
) -> Evaluation:
    batch = Batch.from_pairs(_pairs(checkpoint, task, split, seed))
    if not kept.dropped and not len(~kept.nodes):
        return evaluate(checkpoint.model, batch)
    values = _values(checkpoint, value, seed)
    intervention = circuit_alone(kept.nodes, values, kept.dropped)
    return evaluate(checkpoint.model, batch, intervention)


@lru_cache(maxsize=64)
def _pairs(checkpoint: Checkpoint, task: Task, split: Split, seed: int) -> tuple[Pair, ...]:
    return tuple(task.pairs(tokenizer_of(checkpoint), split, PAIRS, seed))


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
    _evaluate.cache_clear()
    _pairs.cache_clear()


def _values(checkpoint: Checkpoint, value: AblationValue, seed: int) -> Values:
    match value:
        case AblationValue.ZERO:
            return ZeroValues()
        case AblationValue.RESAMPLE:
            return ResampledValues(_sample(checkpoint), seed)
        case AblationValue.MEAN:
            return MeanValues(means_of(checkpoint))


def _fixed_answers(checkpoint: Checkpoint, task: Task) -> tuple[int, ...]:
    """The task's two answers, if they are the same for each of its pairs."""
    pairs = _pairs(checkpoint, task, Split.TEST, 0)
    answers = {(pair.first_answer, pair.second_answer) for pair in pairs}
    return answers.pop() if len(answers) == 1 else ()


def _numbers(evaluation: Evaluation, rescaling: Rescaling) -> Numbers:
    columns = torch.stack(
        [evaluation.losses, evaluation.correct, evaluation.difference.mean(0)], dim=-1
    )  # [batch, 3]
    loss, accuracy, difference = bootstrap(torch.stack(columns.chunk(2)).mean(0))
    return Numbers(
        task_loss=loss,
        accuracy=accuracy,
        logit_difference=difference,
        cross_entropy=evaluation.cross_entropy,
        rescaled_loss=rescaled_loss(evaluation.difference, rescaling),
    )


def _worst_first(
    pairs: tuple[Pair, ...], evaluation: Evaluation, tokenizer: Tokenizer
) -> list[PairAnswer]:
    firsts, seconds = evaluation.difference.mean(0).chunk(2)
    losses = torch.stack(evaluation.losses.chunk(2)).mean(0)
    order = losses.argsort(descending=True, stable=True).tolist()
    return [
        PairAnswer(
            pair=i,
            first_text=pairs[i].first_text,
            second_text=pairs[i].second_text,
            first_answer=show(tokenizer, pairs[i].first_answer).text,
            second_answer=show(tokenizer, pairs[i].second_answer).text,
            loss=float(losses[i]),
            first_difference=float(firsts[i]),
            second_difference=float(seconds[i]),
        )
        for i in order
    ]
