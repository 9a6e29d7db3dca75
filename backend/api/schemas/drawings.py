"""What a circuit's drawing is coloured by."""

from __future__ import annotations

from pydantic import Field

from backend.api.schemas.base import Schema
from backend.api.schemas.tokens import TokenText


class SingleEffects(Schema):
    """What each part of the circuit does by itself."""

    effects: dict[str, float] = Field(
        description="by node, or by edge (source>target): nats that the loss of the circuit alone "
        "rises when this part alone is mean-ablated"
    )


class NodeValues(Schema):
    """All nodes of the circuit at one token of a pair; values are after AbsTopK."""

    pairs: int = Field(description="that can be asked for")
    tokens: list[TokenText]
    position: int
    model: dict[str, float] = Field(description="by node, in the whole model")
    circuit: dict[str, float] = Field(description="by node, in the circuit alone")
