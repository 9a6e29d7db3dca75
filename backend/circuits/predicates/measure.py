"""A predicate measured: on held-out text, and on the task's pairs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch

from backend.circuits.ablation import MeanValues
from backend.circuits.edges import EdgeSet, circuit_alone
from backend.circuits.inspector.sample import Excerpt, excerpt, sample_values
from backend.circuits.inspector.subject import Subject
from backend.circuits.needs import means_of, tokenizer_of
from backend.circuits.nodes import NodeSet
from backend.circuits.predicates.detection import (
    Detection,
    detection,
    furthest,
    margin,
    threshold_of,
)
from backend.circuits.predicates.swap import Swap, swap
from backend.circuits.predicates.tokens import holds
from backend.circuits.words.document import Predicate
from models.checkpoints import Checkpoint
from models.sites import Node
from tasks import Batch, Pair, Split

EXAMPLES = 6
"""Of each kind, at most one a window."""


@dataclass(frozen=True)
class Tested:
    """A predicate on held-out text.

    Attributes:
        threshold: beyond which the node counts as active.
        detection: how well the predicate says where.
        hits: examples where it holds and the node is active, most active first.
        false_positives: where it holds and the node is not active, furthest from it first.
        false_negatives: where it does not and the node is active, most active first.
    """

    threshold: float
    detection: Detection
    hits: list[Excerpt]
    false_positives: list[Excerpt]
    false_negatives: list[Excerpt]


@lru_cache(maxsize=128)
def tested(checkpoint: Checkpoint, node: Node, predicate: Predicate) -> Tested | None:
    """A predicate of a node on the checkpoint's held-out text, in the whole model.

    Returns:
        None where the checkpoint brings no held-out text.

    Raises:
        InvalidRequestError: the checkpoint has no tokenizer, or the pattern is none or takes too
            long.
    """
    tokenizer, windows = tokenizer_of(checkpoint), checkpoint.held_out
    if windows is None:
        return None
    holding = torch.tensor(holds(predicate, tokenizer, windows.tolist()))
    values = sample_values(checkpoint, node)
    threshold = threshold_of(predicate, values)
    margins = margin(predicate.active, threshold, values)
    active = margins > 0

    def examples(among: torch.Tensor) -> list[Excerpt]:
        places = furthest(margins, among, EXAMPLES)
        return [excerpt(place, windows, values) for place in places]

    return Tested(
        threshold=threshold,
        detection=detection(holding, active),
        hits=examples(holding & active),
        false_positives=examples(holding & ~active),
        false_negatives=examples(~holding & active),
    )


def swapped(subject: Subject, predicate: Predicate, split: Split, seed: int) -> Swap:
    """The node's values exchanged among the tokens of the pairs that the predicate calls the same.

    A node outside the circuit is put into the circuit alone.

    Raises:
        InvalidRequestError: the checkpoint has no tokenizer or no node means, or the pattern is
            none or takes too long.
    """
    nodes = subject.nodes | NodeSet.of(subject.checkpoint.config, [subject.node])
    pairs = subject.pairs(split, seed)
    return _swapped(subject.checkpoint, nodes, subject.dropped, subject.node, predicate, pairs)


@lru_cache(maxsize=128)
def _swapped(
    checkpoint: Checkpoint,
    nodes: NodeSet,
    dropped: EdgeSet,
    node: Node,
    predicate: Predicate,
    pairs: tuple[Pair, ...],
) -> Swap:
    means = means_of(checkpoint)
    batch = Batch.from_pairs(pairs)
    rows = [pair.first for pair in pairs] + [pair.second for pair in pairs]
    holding = torch.zeros(batch.tokens.shape, dtype=torch.bool)
    for row, answers in zip(holding, holds(predicate, tokenizer_of(checkpoint), rows), strict=True):
        row[: len(answers)] = torch.tensor(answers)
    return swap(
        checkpoint.model,
        batch,
        node,
        circuit_alone(nodes, MeanValues(means), dropped),
        holding,
        float(means.values[node.site.name][node.index]),
    )
