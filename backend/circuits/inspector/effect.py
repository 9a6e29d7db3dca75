"""What a node does by itself: the task's numbers with it and without it, pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from backend.circuits.ablation import MeanValues, evaluate
from backend.circuits.edges import EdgeSet, circuit_alone
from backend.circuits.inspector.subject import PAIRS, Subject
from backend.circuits.needs import means_of, tokenizer_of
from backend.circuits.nodes import NodeSet
from backend.circuits.statistics import Estimate, bootstrap
from models.checkpoints import Checkpoint
from tasks import Batch, Split, Task


@dataclass(frozen=True)
class Effect:
    """What ablating one node changes, by mean ablation: without it less with it, mean of pairs.

    Attributes:
        with_node: task loss with the node kept, nats.
        without_node: with it ablated, nats.
        loss: the change of the task loss, nats.
        accuracy: of the share of sequences answered right.
        logit_difference: of logit(right) - logit(wrong).
    """

    with_node: float
    without_node: float
    loss: Estimate
    accuracy: Estimate
    logit_difference: Estimate


@dataclass(frozen=True)
class Effects:
    """A node's effects in the circuit alone and in the whole model, on n pairs."""

    n: int
    circuit: Effect
    model: Effect


def node_effects(subject: Subject, split: Split, seed: int) -> Effects:
    """Ablates a node alone: from the circuit alone and from the whole model.

    A node outside the circuit is put into the circuit alone for its number with the node.
    """
    one = NodeSet.of(subject.checkpoint.config, [subject.node])

    def effect(nodes: NodeSet, dropped: EdgeSet) -> Effect:
        kept, left = (
            _answers(subject.checkpoint, subject.task, some, _inside(some, dropped), split, seed)
            for some in (nodes | one, nodes - one)
        )
        loss, accuracy, logit_difference = bootstrap(left - kept)
        return Effect(
            with_node=float(kept[:, 0].mean()),
            without_node=float(left[:, 0].mean()),
            loss=loss,
            accuracy=accuracy,
            logit_difference=logit_difference,
        )

    return Effects(
        n=len(subject.pairs(split, seed)),
        circuit=effect(subject.nodes, subject.dropped),
        model=effect(NodeSet.all(subject.checkpoint.config), frozenset()),
    )


def _inside(nodes: NodeSet, dropped: EdgeSet) -> EdgeSet:
    """Without edges of ablated nodes, which carry the same dropped or not."""
    return frozenset(edge for edge in dropped if edge.source in nodes and edge.target in nodes)


@lru_cache(maxsize=64)
def _answers(
    checkpoint: Checkpoint, task: Task, nodes: NodeSet, dropped: EdgeSet, split: Split, seed: int
) -> Tensor:
    """Loss, share answered right and logit difference of each pair, [pairs, 3]."""
    batch = Batch.from_pairs(task.pairs(tokenizer_of(checkpoint), split, PAIRS, seed))
    values = MeanValues(means_of(checkpoint))
    found = evaluate(checkpoint.model, batch, circuit_alone(nodes, values, dropped))
    columns = torch.stack([found.losses, found.correct, found.difference.mean(0)], dim=-1)
    return torch.stack(columns.chunk(2)).mean(0)
