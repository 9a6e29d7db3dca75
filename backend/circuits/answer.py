"""Answer a toggle: what a task's numbers become when nodes are ablated, restored, set or rescaled.

The numbers come with 95% bootstrap intervals over pairs, and, if wanted, beside those they are read
against.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from backend.circuits.ablation import Evaluation, Mode
from backend.circuits.circuit import Circuit, Rescaling
from backend.circuits.evaluations import ablation_values, evaluation, intervention, task_pairs
from backend.circuits.needs import tokenizer_of
from backend.circuits.nodes import NodeSet
from backend.circuits.prompt import PromptAnswer, answer_prompt, show
from backend.circuits.question import Kept, Question, keeps
from backend.circuits.report import rescaled_loss
from backend.circuits.statistics import Estimate, bootstrap
from models.checkpoints import Checkpoint
from models.tokenizer import Tokenizer
from tasks import Pair, Split, Task

CHANCE = 0.6931471805599453
"""Task loss of equal logits: ln 2 nats."""


@dataclass(frozen=True)
class Numbers:
    """What one intervention does to a task, on pairs; losses in nats."""

    task_loss: Estimate
    accuracy: Estimate
    logit_difference: Estimate
    right_probability: Estimate
    wrong_probability: Estimate
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
    base, kept = keeps(config, circuit, question)
    sizes = {
        "kept_nodes": len(kept.nodes),
        "ablated_nodes": len(~kept.nodes),
        "ablated_edges": len(kept.dropped),
    }
    if question.prompt is not None:
        return Answer(
            n=0, **sizes, numbers=None, circuit=None, whole_model=None, everything_ablated=None,
            chance=CHANCE, pairs=[], prompt=_prompt(checkpoint, task, circuit, kept, question),
        )  # fmt: skip

    def ask(some: Kept) -> Evaluation:
        return evaluation(checkpoint, task, some, question.value, question.split, question.seed)

    def numbers(some: Kept) -> Numbers:
        return _numbers(ask(some), circuit.rescaling)

    wanted = question.references
    pairs = task_pairs(checkpoint, task, question.split, question.seed)
    return Answer(
        n=len(pairs),
        **sizes,
        numbers=numbers(kept),
        circuit=numbers(base) if wanted else None,
        whole_model=numbers(Kept(NodeSet.all(config))) if wanted else None,
        everything_ablated=numbers(Kept(NodeSet.none(config))) if wanted else None,
        chance=CHANCE,
        pairs=_worst_first(pairs, ask(kept), tokenizer_of(checkpoint)),
        prompt=None,
    )


def _prompt(
    checkpoint: Checkpoint, task: Task, circuit: Circuit, kept: Kept, question: Question
) -> PromptAnswer:
    """What comes after the prompt under the intervention and in each mode untouched."""
    values = ablation_values(checkpoint, question.value, question.seed)
    bases = {mode: keeps(checkpoint.config, circuit, Question(mode=mode))[0] for mode in Mode}
    return answer_prompt(
        checkpoint,
        question.prompt or "",
        intervention(kept, values),
        {mode: intervention(base, values) for mode, base in bases.items()},
        fixed_answers(checkpoint, task),
        NodeSet.of(checkpoint.config, circuit.nodes),
    )


def fixed_answers(checkpoint: Checkpoint, task: Task) -> tuple[int, ...]:
    """The task's two answers, if they are the same for each of its pairs."""
    pairs = task_pairs(checkpoint, task, Split.TEST, 0)
    answers = {(pair.first_answer, pair.second_answer) for pair in pairs}
    return answers.pop() if len(answers) == 1 else ()


def _numbers(evaluation: Evaluation, rescaling: Rescaling) -> Numbers:
    columns = torch.stack(
        [
            evaluation.losses,
            evaluation.correct,
            evaluation.difference.mean(0),
            evaluation.right_probability,
            evaluation.wrong_probability,
        ],
        dim=-1,
    )  # [batch, 5]
    loss, accuracy, difference, right, wrong = bootstrap(torch.stack(columns.chunk(2)).mean(0))
    return Numbers(
        task_loss=loss,
        accuracy=accuracy,
        logit_difference=difference,
        right_probability=right,
        wrong_probability=wrong,
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
