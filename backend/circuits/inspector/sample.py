"""A node's activations on held-out pretraining text, with the tokens around the examples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from torch import Tensor

from models.anatomy import ExampleGroup, NodeExamples, Place, examples, node_values
from models.checkpoints import Checkpoint
from models.sites import Node

EXTREME = 8
MIDDLING = 2
BEFORE = 24
"""Tokens shown before the one that is active; after it a few."""
AFTER = 8


@dataclass(frozen=True)
class Excerpt:
    """A place of the text with its surroundings.

    Attributes:
        place: the example.
        start: position of the first token shown.
        tokens: shown.
        values: the node's activation at each of them.
    """

    place: Place
    start: int
    tokens: list[int]
    values: list[float]


@dataclass(frozen=True)
class ExcerptGroup:
    """Examples at one quantile of the nonzero activations: 1 the largest, 0 the least."""

    quantile: float
    value: float
    excerpts: list[Excerpt]


@dataclass(frozen=True)
class NodeSample:
    """A node on held-out text: how its activations are spread, and examples of them."""

    spread: NodeExamples
    groups: list[ExcerptGroup]


@lru_cache(maxsize=64)
def node_sample(checkpoint: Checkpoint, node: Node) -> NodeSample | None:
    """A node's activations in the whole model on the checkpoint's held-out text, if it has some."""
    windows = checkpoint.held_out
    if windows is None:
        return None
    values = sample_values(checkpoint, node)
    spread = examples(values, EXTREME, MIDDLING)
    return NodeSample(spread, [_group(group, windows, values) for group in spread.groups])


@lru_cache(maxsize=64)
def sample_values(checkpoint: Checkpoint, node: Node) -> Tensor:
    """A node's activations in the whole model on the held-out text, which is there.

    Returns:
        [windows, pos]; not to be changed.
    """
    assert checkpoint.held_out is not None
    return node_values(checkpoint.model, checkpoint.held_out, node)


def _group(group: ExampleGroup, windows: Tensor, values: Tensor) -> ExcerptGroup:
    return ExcerptGroup(
        group.quantile, group.value, [excerpt(place, windows, values) for place in group.places]
    )


def excerpt(place: Place, windows: Tensor, values: Tensor) -> Excerpt:
    """The tokens around a place, as far as its window goes.

    Args:
        place: in the windows.
        windows: [windows, pos] tokens.
        values: [windows, pos] activations.
    """
    start = max(0, place.position - BEFORE)
    shown = slice(start, place.position + AFTER + 1)
    return Excerpt(
        place, start, windows[place.window, shown].tolist(), values[place.window, shown].tolist()
    )
