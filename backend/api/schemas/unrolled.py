"""A circuit at every token of one text. Values are after AbsTopK."""

from __future__ import annotations

from pydantic import Field

from backend.api.schemas.answers import WhatIf
from backend.api.schemas.base import Schema
from backend.api.schemas.tokens import TokenText


class UnrolledRequest(WhatIf):
    """What if, on one text: a prompt, or a sequence of a pair."""

    prompt: str | None = Field(default=None, max_length=20_000)
    pair: int = Field(default=0, ge=0, description="number of a pair; without a prompt")
    second: bool = Field(default=False, description="its second sequence, not its first")


class Inflow(Schema):
    """What flows into a node at each token, before its nonlinearity and AbsTopK.

    It is the bias, and the weight of each edge times what its source has there (of a value channel
    what its head's attention makes of it), and what nodes outside the circuit bring.
    """

    bias: float
    now: list[float] = Field(description="under the question")
    model: list[float] = Field(description="nothing ablated")


class UnrolledNode(Schema):
    """A node of the circuit at each token."""

    name: str
    now: list[float] = Field(description="under the question")
    model: list[float] = Field(description="nothing ablated")
    inflow: Inflow | None = Field(description="None at act_in: nothing is summed there")
    instead: list[float] | None = Field(
        description="what edges from it carry that are ablated by themselves; None if none is"
    )


class UnrolledHead(Schema):
    """A head's attention, without the sink's share: row i has the i + 1 keys that query i sees."""

    name: str
    now: list[list[float]]
    model: list[list[float]]


class UnrolledEdge(Schema):
    """An edge of the circuit."""

    source: str
    target: str
    weight: float
    ablated: bool = Field(description="by itself, under the question: it carries `instead`")


class UnrolledChannel(Schema):
    """What the tokens' embeddings write to a residual channel that the circuit reads."""

    channel: int
    embedding: list[float]


class UnrolledAnswer(Schema):
    """Log-probability of an answer as the next token after each position, nats."""

    token: TokenText
    now: list[float]
    model: list[float]


class Unrolled(Schema):
    """A circuit unrolled over the tokens of a text, under the question and in the whole model."""

    slug: str
    request: UnrolledRequest
    tokens: list[TokenText]
    pairs: int = Field(description="that can be asked for")
    nodes: list[UnrolledNode] = Field(description="in forward order")
    heads: list[UnrolledHead] = Field(description="of which the circuit has a channel")
    edges: list[UnrolledEdge] = Field(description="of the circuit, pruned ones too")
    channels: list[UnrolledChannel]
    answers: list[UnrolledAnswer] = Field(
        description="the right one, then the wrong one; after a prompt the task's two answers, "
        "none where they differ from pair to pair"
    )
