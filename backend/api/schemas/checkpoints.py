"""Checkpoints, and the archives they come in."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from backend.api.schemas.base import Schema


class CheckpointSummary(Schema):
    """A checkpoint in a list."""

    name: str
    format: str
    digest: str
    n_layer: int
    d_model: int
    d_mlp: int
    n_head: int
    vocab_size: int
    parameters: int
    nonzero: int
    nonzero_fraction: float = Field(description="over all weight matrices but the bigram table")
    held_out_loss: float | None = Field(description="nats a token; None if its card has none")
    has_tokenizer: bool
    has_node_means: bool


class CheckpointDetail(CheckpointSummary):
    """A checkpoint with its architecture and its card."""

    config: dict[str, Any]
    matrices: dict[str, float] = Field(description="nonzero fraction by matrix")
    sites: list[dict[str, Any]] = Field(description="site, width, AbsTopK k")
    card: dict[str, Any]


class BrokenCheckpointSummary(Schema):
    """A folder that looks like a checkpoint but cannot be opened."""

    name: str
    error: str


class ArchiveOffer(Schema):
    """An archive that is about to be sent."""

    filename: str = Field(max_length=255)
    size: int = Field(ge=0, description="bytes")
    name: str | None = Field(default=None, description="the checkpoint is to go by; None: its own")
