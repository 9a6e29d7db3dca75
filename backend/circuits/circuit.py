"""A circuit as a document: what was found, how large, how good, and where it comes from.

This is what the store keeps, the API answers with and a bundle carries. Schema version 1.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CircuitEdge(_Frozen):
    """A nonzero weight between two kept nodes (Gao et al. 2025, section 2)."""

    source: str = Field(description="node name, e.g. 0.mlp.act_in.12")
    target: str = Field(description="node name, e.g. 0.mlp.post_act.863")
    weight: float
    kept: bool = Field(default=True, description="False: pruned from the circuit, its nodes kept")


class Measure(_Frozen):
    """A task loss on the report's pairs, in nats, plain and with rescaled logits."""

    plain: float
    rescaled: float
    accuracy: float = Field(ge=0, le=1)
    logit_difference: float = Field(description="mean of logit(right) - logit(wrong)")
    cross_entropy: float = Field(description="full-vocabulary, of the right answer, in nats")


class Losses(_Frozen):
    """The four losses that stand beside each other, all on test pairs."""

    whole_model: Measure
    circuit: Measure = Field(description="circuit alone: everything outside mean-ablated")
    circuit_ablated: Measure = Field(description="the circuit's nodes mean-ablated, the rest whole")
    everything_ablated: Measure = Field(description="every node mean-ablated")


class Rescaling(_Frozen):
    """a * D + b on D = logit(first answer) - logit(second answer), fitted on validation pairs."""

    scale: float = Field(gt=0)
    shift: float


class Provenance(_Frozen):
    """What it takes to find the circuit again."""

    checkpoint: str
    checkpoint_digest: str
    means_digest: str = Field(description="node means the circuit was found and measured under")
    task: str
    method: str
    seed: int
    target_loss: float = Field(description="nats; the search selects on validation pairs")
    hyperparameters: dict[str, Any]
    pairs: dict[str, int] = Field(description="number of pairs by split")
    validation_loss: float = Field(description="task loss of the circuit on validation pairs, nats")
    versions: dict[str, str]
    seconds: float
    passes: dict[str, int] = Field(
        default_factory=dict, description="forward and backward passes of a batch; absent if old"
    )


class PathPoint(_Frozen):
    """One size on the way from many nodes to none; losses of the circuit alone, in nats."""

    nodes: int
    induced_edges: int
    validation_loss: float
    test_loss: float


class SizePath(_Frozen):
    """Nested circuits of every size that a search passed through.

    The circuit of a point is the first `point.nodes` of the ranking, with all edges between them.
    """

    ranking: list[str] = Field(description="node names; the first is the last to go")
    points: list[PathPoint] = Field(description="ascending in nodes")


class StoredLosses(_Frozen):
    """What the file of another program says of a circuit: its own task losses, in nats.

    They were measured there, on pairs and under means of that program; `Losses` are measured here.
    """

    format: str = Field(description="of the file, e.g. openai viz_data")
    digest: str = Field(description="SHA-256 of the file")
    whole_model: float | None = None
    circuit: float | None = Field(default=None, description="of the circuit alone")
    nodes: dict[str, float] = Field(
        default_factory=dict, description="of the circuit alone less this node"
    )
    blocks: dict[str, float] = Field(
        default_factory=dict, description="of the circuit alone less a block, e.g. 0.attn"
    )
    left_out: dict[str, int] = Field(
        default_factory=dict,
        description="location -> indices kept there in the file where no node is, e.g. final_resid",
    )


class Circuit(_Frozen):
    """A circuit with everything known about it."""

    schema_version: int = SCHEMA_VERSION
    slug: str
    nodes: list[str] = Field(description="names in forward order")
    edges: list[CircuitEdge] = Field(description="all induced edges, in forward order")
    losses: Losses
    rescaling: Rescaling
    provenance: Provenance
    path: SizePath | None = Field(default=None, description="None where the method has no path")
    stored_losses: StoredLosses | None = Field(
        default=None, description="None where the circuit is none of another program's"
    )

    @property
    def checkpoint(self) -> str:
        """Name of the checkpoint."""
        return self.provenance.checkpoint

    @property
    def task(self) -> str:
        """Name of the task."""
        return self.provenance.task

    @property
    def induced_edges(self) -> int:
        """All nonzero weights between kept nodes: the paper's size."""
        return len(self.edges)

    @property
    def kept_edges(self) -> int:
        """What is left of them after single edges were pruned."""
        return sum(edge.kept for edge in self.edges)

    @property
    def task_loss(self) -> float:
        """Of the circuit alone on test pairs, plain logits, in nats."""
        return self.losses.circuit.plain

    @property
    def accuracy(self) -> float:
        """Of the circuit alone on test pairs."""
        return self.losses.circuit.accuracy

    @property
    def meets_target(self) -> bool:
        """The test loss of the circuit alone is at most the target."""
        return self.task_loss <= self.provenance.target_loss

    def summary(self) -> dict[str, Any]:
        """The flat JSON that `circuit-explorer search --json` prints."""
        return {
            "slug": self.slug,
            "checkpoint": self.checkpoint,
            "task": self.task,
            "nodes": self.nodes,
            "induced_edges": self.induced_edges,
            "kept_edges": self.kept_edges,
            "task_loss": self.task_loss,
            "accuracy": self.accuracy,
            "target_loss": self.provenance.target_loss,
            "meets_target": self.meets_target,
            "seed": self.provenance.seed,
            "seconds": self.provenance.seconds,
            "losses": self.losses.model_dump(),
        }


def slug_of(
    task: str, checkpoint_digest: str, means_digest: str, nodes: list[str], edges: list[CircuitEdge]
) -> str:
    """The name of a circuit, derived from its content alone: the same circuit, the same slug.

    Two searches that find the same nodes and edges on the same checkpoint under the same means
    have found the same circuit, whatever their seeds and the time they took.
    """
    kept = [[edge.source, edge.target] for edge in edges if edge.kept]
    content = [SCHEMA_VERSION, task, checkpoint_digest, means_digest, nodes, kept]
    digest = hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()
    return f"{task.replace('_', '-')}-{digest[:12]}"
