"""What the sections of the node inspector show: one body each. Values are after AbsTopK."""

from __future__ import annotations

from pydantic import Field

from backend.api.schemas.answers import Estimate
from backend.api.schemas.base import Schema
from backend.api.schemas.circuits import CircuitSummary
from backend.api.schemas.tokens import TokenText


class NodeFacts(Schema):
    """What a node is, and what the model keeps for it beside the weights of its edges."""

    node: str
    layer: int
    site: str = Field(description="e.g. mlp.post_act")
    index: int
    width: int = Field(description="nodes of the site")
    head: int | None
    channel: int | None = Field(description="of the head; None: the node is none of a head's")
    in_circuit: bool
    partner: str | None = Field(description="the key channel a query channel meets, or the reverse")
    partner_in_circuit: bool
    mean: float = Field(description="the value mean ablation gives it")
    bias: float | None = Field(description="None: nothing is added to it")
    norm_weight: float | None = Field(description="of a residual channel that is read")
    sink: float | None = Field(description="logit of its head's sink")
    abs_topk: int | None = Field(description="entries kept at its site; None: all")


class NodeEdgeEnd(Schema):
    """An edge of the node, by the node at its other end."""

    node: str
    weight: float
    kept: bool = Field(description="False: pruned from the circuit, or outside it")


class NodeEdgeSide(Schema):
    """The edges on one side of a node."""

    total: int = Field(description="nonzero weights of the model")
    used: int = Field(description="edges that the circuit keeps")
    circuit: list[NodeEdgeEnd] = Field(description="between nodes of the circuit, strongest first")
    outside_total: int = Field(description="edges that are not between nodes of the circuit")
    outside: list[NodeEdgeEnd] = Field(description="the strongest of these")


class NodeEdges(Schema):
    """Edges in and out of a node."""

    into: NodeEdgeSide
    out: NodeEdgeSide


class NodeEffect(Schema):
    """What mean ablation of one node changes: without it less with it. Losses in nats."""

    with_node: float = Field(description="task loss with the node kept")
    without_node: float = Field(description="task loss with it ablated")
    loss: Estimate
    accuracy: Estimate
    logit_difference: Estimate


class NodeEffects(Schema):
    """A node ablated alone, from the circuit alone and from the whole model."""

    n: int = Field(description="pairs")
    in_circuit: bool = Field(description="False: it is put into the circuit for its number with it")
    circuit: NodeEffect
    model: NodeEffect


class SideActivations(Schema):
    """A node's activations on one sequence of a pair."""

    tokens: list[TokenText]
    model: list[float] = Field(description="in the whole model, a token")
    circuit: list[float] = Field(description="in the circuit alone, a token")


class PairActivations(Schema):
    """A node's activations on a pair."""

    pair: int
    first_answer: TokenText
    second_answer: TokenText
    first: SideActivations
    second: SideActivations
    model_difference: list[float | None] = Field(
        description="first less second by token of the first; None: the second has none there"
    )
    circuit_difference: list[float | None]


class NodePairs(Schema):
    """A node's activations on some of the task's pairs."""

    total: int = Field(description="pairs that can be asked for")
    pairs: list[PairActivations]


class Excerpt(Schema):
    """A piece of held-out text, with the node's activation at each token."""

    window: int
    position: int = Field(description="of the example in its window")
    start: int = Field(description="position of the first token shown")
    tokens: list[TokenText]
    values: list[float]


class ExcerptGroup(Schema):
    """Examples at one height of the node's nonzero activations."""

    quantile: float = Field(description="1: the largest, 0: the least")
    value: float
    excerpts: list[Excerpt]


class NodeSample(Schema):
    """A node's activations in the whole model on held-out pretraining text."""

    places: int | None = Field(description="tokens looked at; None: there is no held-out sample")
    nonzero: int
    mean: float
    groups: list[ExcerptGroup] = Field(description="from the largest activations to the least")
    edges: list[float] = Field(description="ends of the histogram's bins")
    counts: list[int] = Field(description="nonzero activations in each bin")


class ChannelPart(Schema):
    """One channel's part of a query's scores, q x k / sqrt(d_head), by key."""

    channel: int = Field(description="of the head")
    q_in_circuit: bool
    k_in_circuit: bool
    scores: list[float]


class HeadSide(Schema):
    """A head on one sequence. Row i of a table has i + 1 entries: keys up to the query."""

    pattern: list[list[float]]
    sink: list[float] = Field(description="what is left for the sink, by query")
    own: list[list[float]] = Field(
        description="of q and k the node's part of each score, of v attention x value"
    )
    scores: list[float] = Field(description="of the chosen query, before the softmax")
    channels: list[ChannelPart] = Field(description="their parts, the largest first; none is zero")


class HeadAttention(Schema):
    """The head of a q, k or v channel, in the whole model and in the circuit alone."""

    head: str
    first_channel: int = Field(description="index of its first channel among q, k or v nodes")
    pairs: int = Field(description="pairs that can be asked for")
    tokens: list[TokenText]
    query: int = Field(description="position whose scores are taken apart")
    sink_logit: float | None
    model: HeadSide
    circuit: HeadSide
    divergence: list[float] = Field(
        description="Jensen-Shannon divergence of the two patterns by query, nats, at most ln 2"
    )
    mean_divergence: float = Field(description="over all tokens of all pairs, nats")
    limit: float = Field(description="up to which patterns count as alike, nats")
    differs: bool = Field(description="mean_divergence is above the limit")


class NodeCircuits(Schema):
    """Other circuits of the same checkpoint with the node in them."""

    circuits: list[CircuitSummary]
