"""Circuits in lists, by themselves, along their paths and as drawings.

Circuits themselves are `backend.circuits.Circuit`. Losses are in nats, times in seconds, instants
in UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from backend.api.schemas.base import Schema
from backend.circuits.circuit import Circuit, SizePath


class CircuitSummary(Schema):
    """A circuit in a list."""

    slug: str
    checkpoint: str
    task: str
    node_count: int
    induced_edges: int
    kept_edges: int
    task_loss: float
    accuracy: float
    target_loss: float
    meets_target: bool
    method: str = Field(description="that found it; of an opened size, with the size")
    seed: int
    seconds: float
    created: datetime
    has_report: bool
    stories: int = Field(description="stories that have a step")


class CircuitDetail(Schema):
    """A circuit with its numbers, as stored."""

    circuit: Circuit
    summary: CircuitSummary


class ImportedBundle(CircuitSummary):
    """The circuit a bundle brought, and what to know about it here."""

    new: bool = Field(description="False: the circuit was stored before")
    warning: str | None = Field(description="why it cannot be explored here yet, if it cannot")


class CircuitPath(SizePath):
    """The sizes that the search passed through; any of 1 to len(ranking) nodes can be opened."""

    slug: str
    target_loss: float = Field(description="nats")


class GraphNode(Schema):
    """A node to draw."""

    id: str = Field(description="node name, e.g. 0.mlp.post_act.863")
    layer: int
    site: str = Field(description="e.g. mlp.post_act")
    index: int
    kind: Literal["read", "write", "q", "k", "v", "neuron"]
    head: int | None
    row: int = Field(description="rows count from 0 at the input upwards: layer * 6 + place")
    mean: float = Field(description="the value mean ablation gives it")
    degree_in: int
    degree_out: int


class GraphEdge(Schema):
    """An edge to draw. Joins and q-k products carry no weight and count in no size."""

    source: str
    target: str
    kind: Literal["weight", "join", "qk"]
    weight: float | None
    kept: bool


class EndToken(Schema):
    """A token at an end of a circuit."""

    id: int
    text: str | None = Field(description="None: the checkpoint has no text for it")
    weight: float
    answer: Literal["first", "second"] | None = Field(description="of logits: which of the task's")


class TextEnd(Schema):
    """A residual channel where it meets text."""

    node: str = Field(description="its first read, or its last write")
    channel: int
    total: int = Field(description="tokens that have a nonzero weight with it")
    tokens: list[EndToken] = Field(description="the task's answers, then the largest weights")


class TextEnds(Schema):
    """Where the circuit meets text."""

    tokens: list[TextEnd] = Field(description="embedding tokens that write channels it reads")
    logits: list[TextEnd] = Field(description="logits that channels it writes move")


class CircuitGraph(Schema):
    """The drawing of a circuit."""

    slug: str
    checkpoint: str
    task: str
    n_layer: int
    d_head: int
    nodes: list[GraphNode]
    edges: list[GraphEdge]
    ends: TextEnds
    max_weight: float
