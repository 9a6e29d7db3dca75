"""The report on a circuit as a document: what it was tested for, and what came out.

This is what the store keeps beside a circuit, the API answers with and a bundle carries. Schema
version 1. It lists what holds under which ablation; it gives no verdict.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1

Group = Literal[
    "sufficiency",
    "necessity",
    "minimality",
    "completeness",
    "robustness",
    "agreement",
    "generalisation",
    "stability",
    "controls",
    "curve",
]
"""What a line belongs to."""

GROUPS: tuple[Group, ...] = get_args(Group)
"""All groups, in the order in which they are computed and shown."""

Unit = Literal["nats", "share", "ratio", "correlation", "count", "nats x decades"]
"""What the numbers of a line are measured in."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(_Frozen):
    """A number with its 95% bootstrap interval over templates."""

    value: float
    low: float
    high: float


class ReportLine(_Frozen):
    """One number of the report."""

    id: str = Field(description="names the line across reports, e.g. sufficiency.mean.loss")
    group: Group
    title: str
    unit: Unit
    value: float
    low: float | None = Field(
        default=None, description="lower end of the 95% bootstrap interval over templates"
    )
    high: float | None = Field(default=None, description="upper end of the same interval")
    beside: dict[str, float] = Field(
        default_factory=dict, description="label -> number that the value is read against"
    )
    criterion: str | None = Field(
        default=None, description="in words, fixed beforehand; None where the line has none"
    )
    met: bool | None = Field(default=None, description="None where there is no criterion")
    limit: str = Field(description="what the line cannot show")


class NodeReport(_Frozen):
    """One node of the circuit."""

    node: str = Field(description="node name, e.g. 0.mlp.post_act.863")
    adds: float = Field(
        description="nats the circuit's test loss rises when the node alone is ablated from it"
    )
    needed: bool = Field(description="False: it adds nothing")
    inclusion: float | None = Field(
        default=None, description="share of the seeds whose circuit has the node"
    )
    correlation: float | None = Field(
        default=None,
        description="of its activations in the circuit alone with those in the whole model; "
        "None where either is constant",
    )
    sign_flips: float | None = Field(
        default=None, description="share of positions where the two have opposite signs"
    )


class EdgeReport(_Frozen):
    """One kept edge of the circuit."""

    source: str = Field(description="node name")
    target: str = Field(description="node name")
    adds: float = Field(
        description="nats the circuit's test loss rises when the edge alone is ablated from it"
    )
    needed: bool = Field(description="False: it adds nothing")


class HeadReport(_Frozen):
    """One attention head with kept q, k or v channels."""

    head: str = Field(description="e.g. 0.attn.head.3")
    divergence: float = Field(
        description="mean Jensen-Shannon divergence of its attention in the circuit alone from "
        "that in the whole model, the sink's share a place of its own, in nats; at most ln 2"
    )


class CurvePoint(_Frozen):
    """One size on the search's path."""

    nodes: int
    induced_edges: int
    test_loss: float = Field(description="of the circuit alone, mean ablation, in nats")
    low: float
    high: float


class FaithfulnessReport(_Frozen):
    """Everything that was tested about one circuit, on test pairs."""

    schema_version: int = SCHEMA_VERSION
    slug: str = Field(description="of the circuit")
    summary: list[str] = Field(
        description="sentences: under which ablations the circuit is sufficient, and what fails"
    )
    lines: list[ReportLine] = Field(description="in the order of the groups")
    nodes: list[NodeReport] = Field(description="the circuit's nodes, in forward order")
    edges: list[EdgeReport] = Field(description="its kept edges, in forward order")
    heads: list[HeadReport] = Field(description="heads with kept q, k or v channels")
    curve: list[CurvePoint] = Field(description="ascending in nodes; empty without a path")
    settings: dict[str, Any] = Field(
        description="what the report was computed with, and notes on what was left out"
    )
    versions: dict[str, str]
    seconds: float = Field(description="wall-clock time it took")
