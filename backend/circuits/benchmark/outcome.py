"""How a search ended, as a document: what was asked for, what came of it, and how large it is."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class OutcomeKind(StrEnum):
    """The ways a search can end."""

    MET = "met"
    """A circuit whose test loss is at most the target."""
    MISSED = "missed"
    """A circuit that met the target on validation pairs, but not on test pairs."""
    FAILED = "failed"
    """No circuit: the search says why."""
    NOT_NEEDED = "no_circuit_needed"
    """The loss with every node ablated meets the target on test pairs already."""
    NOT_POSSIBLE = "not_possible"
    """The task cannot be told in this checkpoint's tokens."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SearchKey(_Frozen):
    """All that a search's outcome depends on; of searches with the same key, one outcome is kept.

    A change of the search's code is not part of it.
    """

    checkpoint_digest: str
    means_digest: str = Field(description="node means that nodes were ablated to")
    task: str
    pairs_digest: str = Field(
        description="of the tokens searched and measured on; empty where there can be none"
    )
    target_loss: float = Field(gt=0, description="nats")
    method: str
    seed: int = Field(ge=0)
    settings: str = Field(
        default="{}", description="JSON of those settings of the search that are not the default"
    )


class SearchOutcome(SearchKey):
    """What came of a search. Losses are of test pairs, in nats; what there is not is None."""

    checkpoint: str = Field(description="its name when it was searched")
    kind: OutcomeKind
    detail: str = Field(default="", description="why there is no circuit")
    slug: str | None = Field(default=None, description="of the circuit found")
    nodes: int | None = None
    induced_edges: int | None = None
    kept_edges: int | None = None
    task_loss: float | None = Field(default=None, description="of the circuit alone")
    loss_low: float | None = Field(
        default=None, description="lower end of its 95% interval, over templates"
    )
    loss_high: float | None = None
    accuracy: float | None = None
    whole_model: float | None = Field(default=None, description="loss with nothing ablated")
    everything_ablated: float | None = Field(
        default=None, description="loss with every node ablated"
    )
    seconds: float | None = Field(default=None, description="that the search took")
    created: datetime = Field(default_factory=lambda: datetime.now(UTC))

    @property
    def key(self) -> SearchKey:
        """What was asked for."""
        return SearchKey(**self.model_dump(include=set(SearchKey.model_fields)))
