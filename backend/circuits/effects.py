"""What parts of a circuit change when they are toggled, each by itself or several together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch
from torch import Tensor

from backend.circuits.circuit import Circuit
from backend.circuits.evaluations import evaluation
from backend.circuits.nodes import NodeSet
from backend.circuits.question import Kept, Question, keeps
from backend.circuits.statistics import Estimate, bootstrap
from models.checkpoints import Checkpoint
from tasks import Task


@dataclass(frozen=True)
class Effect:
    """What toggling nodes together changes; losses in nats.

    Attributes:
        nodes: toggled: those kept are ablated, those ablated restored.
        task_loss: with them toggled.
        loss_change: against the question as it is, pair by pair.
        difference_change: of logit(right) - logit(wrong).
    """

    nodes: list[str]
    task_loss: float
    loss_change: Estimate
    difference_change: Estimate


@dataclass(frozen=True)
class Effects:
    """The effects of several parts, and the loss they are read against, in nats."""

    task_loss: float
    parts: list[Effect]


def effects(
    checkpoint: Checkpoint,
    task: Task,
    circuit: Circuit,
    question: Question,
    parts: Sequence[Sequence[str]],
    turn: AbstractContextManager[object],
) -> Effects:
    """What each part changes, beside a question's own intervention.

    The joint effect of ablated nodes against the sum of their single effects tells whether they
    stand in for each other (a loss that rises by more than the sum) or one needs the other (less).

    Args:
        checkpoint: the circuit's, with tokenizer and node means.
        task: the circuit's.
        circuit: whose nodes the mode refers to.
        question: what is ablated and restored before any part is toggled.
        parts: nodes toggled together, by name.
        turn: entered for each evaluation, so that others can be answered between them.

    Raises:
        InvalidRequestError: as of `answer`, and for nodes of the parts.
    """
    _, kept = keeps(checkpoint.config, circuit, question)

    def columns(some: Kept) -> Tensor:
        """[pairs, 2] loss and logit difference."""
        with turn:
            found = evaluation(
                checkpoint, task, some, question.value, question.split, question.seed
            )
        both = torch.stack([found.losses, found.difference.mean(0)], dim=-1)
        return torch.stack(both.chunk(2)).mean(0)

    sets = [NodeSet.of(checkpoint.config, part) for part in parts]
    now = columns(kept)
    toggled = [columns(kept.toggled(part)) for part in sets]
    return Effects(float(now[:, 0].mean()), _estimated(sets, now, toggled))


def _estimated(parts: Iterable[NodeSet], now: Tensor, toggled: list[Tensor]) -> list[Effect]:
    if not toggled:
        return []
    changes = torch.cat([columns - now for columns in toggled], dim=-1)  # [pairs, 2 * parts]
    estimates = iter(bootstrap(changes))
    return [
        Effect(part.names(), float(columns[:, 0].mean()), next(estimates), next(estimates))
        for part, columns in zip(parts, toggled, strict=True)
    ]
