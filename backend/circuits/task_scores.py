"""How well a whole model does each task, and what stands in its way: what a checkpoint's card says.

A task is solved when the loss on test pairs is below the target of searches. Of one that is not,
the limit is the first of these that holds:

    not measured      the tokenizer cannot express the task, or its prompts are too long
    other templates   the loss on training pairs, of other templates, is below the target
    one-sided         one sequence of a pair is answered, the other at chance or below
    unsure            answers are right, but by too small a difference
    not learned       none of these
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from backend.circuits.ablation import Evaluation, evaluate
from backend.circuits.search.config import SearchConfig
from backend.circuits.statistics import Estimate, cluster_bootstrap
from models.checkpoints import Checkpoint
from tasks import Task, TaskError
from tasks.base import Split

SOLVED: float = SearchConfig.model_fields["target_loss"].default
"""Task loss, nats."""
RIGHT = 0.9
"""Accuracy from which answers are called right."""
CHANCE = 0.6
"""Accuracy up to which they are called no better than chance."""


@dataclass(frozen=True)
class TaskScore:
    """The whole model on a task's test pairs.

    Attributes:
        task: name.
        loss: nats, with the interval that resampling templates gives; None if not measured.
        accuracy: share of sequences answered right, likewise.
        limit: what stands in the way, in words; empty if the task is solved.
    """

    task: str
    loss: Estimate | None
    accuracy: Estimate | None
    limit: str

    @property
    def solved(self) -> bool:
        """Whether the loss is below the target."""
        return self.loss is not None and self.loss.value < SOLVED


def score_tasks(
    checkpoint: Checkpoint,
    tasks: Sequence[Task],
    pairs: int,
    on_score: Callable[[TaskScore], None] | None = None,
) -> list[TaskScore]:
    """Measure tasks; failures first, the worst before the others.

    Args:
        checkpoint: with its tokenizer.
        tasks: to measure.
        pairs: a task, of test templates and of training templates.
        on_score: called after each task.
    """
    scores = []
    for task in tasks:
        scores.append(score_task(checkpoint, task, pairs))
        if on_score is not None:
            on_score(scores[-1])
    return sorted(
        scores, key=lambda score: -float("inf") if score.loss is None else -score.loss.value
    )


def score_task(checkpoint: Checkpoint, task: Task, pairs: int) -> TaskScore:
    """Measure one task on that many pairs."""
    if checkpoint.tokenizer is None:
        return TaskScore(task.name, None, None, "not measured: the checkpoint has no tokenizer")
    try:
        test = task.batch(checkpoint.tokenizer, Split.TEST, pairs)
        train = task.batch(checkpoint.tokenizer, Split.TRAIN, pairs)
    except TaskError as error:
        return TaskScore(task.name, None, None, f"not measured: {error}")
    longest = max(test.tokens.shape[1], train.tokens.shape[1])
    if longest > checkpoint.model.config.n_ctx:
        return TaskScore(
            task.name,
            None,
            None,
            f"not measured: its prompts have up to {longest} tokens, the model's context "
            f"{checkpoint.model.config.n_ctx}",
        )
    seen = evaluate(checkpoint.model, test)
    loss = cluster_bootstrap(seen.losses, test.template)
    limit = "" if loss.value < SOLVED else _limit(seen, evaluate(checkpoint.model, train))
    return TaskScore(task.name, loss, cluster_bootstrap(seen.correct, test.template), limit)


def _limit(test: Evaluation, train: Evaluation) -> str:
    if train.task_loss < SOLVED:
        return (
            f"other templates: on training templates the loss is {train.task_loss:.2f}, with "
            f"{train.accuracy:.0%} right"
        )
    first, second = (_share(half) for half in test.correct.chunk(2))
    if max(first, second) >= RIGHT and min(first, second) <= CHANCE:
        better, worse = ("first", second) if first > second else ("second", first)
        return f"one-sided: prefers the {better} answer; the other is right in {worse:.0%}"
    if test.accuracy >= RIGHT:
        return "unsure: answers are right, but by too small a difference"
    return (
        f"not learned: also on training templates the loss is {train.task_loss:.2f}, with "
        f"{train.accuracy:.0%} right"
    )


def _share(correct: Tensor) -> float:
    return float(correct.mean())
