"""Node means of a checkpoint."""

from __future__ import annotations

from pydantic import Field

from backend.api.schemas.base import Schema
from backend.api.schemas.jobs import JobDetail


class NodeMeansSource(Schema):
    """Where node means come from."""

    tokens: int = Field(description="they are taken over")
    corpus_digest: str
    digest: str = Field(description="of the means; circuits name it")


class CheckpointMeans(Schema):
    """A checkpoint's node means: the values that nodes are ablated to."""

    source: NodeMeansSource | None = Field(description="None: there are none")
    own: bool = Field(description="they came with the checkpoint and are not computed here")
    has_tokenizer: bool = Field(description="without one none can be computed")
    computing: JobDetail | None = Field(description="the queued or running job that computes them")
