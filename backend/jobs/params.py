"""What jobs are asked for, as their rows keep it: one model for each kind of job."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

HIGHEST_TARGET = 5.0
"""Nats: no target above it may be asked for; chance is 0.69."""


FEWEST_TOKENS, MOST_TOKENS = 1_000, 20_000_000
"""That node means may be asked for; all are held in memory at once."""


class SearchMethod(StrEnum):
    """How a circuit is found: the names of `backend.circuits.search.methods`."""

    PATH = "path"
    """One run that yields circuits of every size; then what is not needed is removed."""
    PAPER = "paper"
    """Gao et al. 2025, A.5: hyperparameters by random search."""
    PAPER_ELIMINATION = "paper+elimination"
    """The same, and what is not needed is removed afterwards."""
    ATTRIBUTION = "attribution"
    """Nodes ranked by integrated gradients, bisected."""


class JobKind(StrEnum):
    """What a job does."""

    SEARCH = "search"
    """Finds the circuit of a task."""
    VERIFY = "verify"
    """Computes the report on a stored circuit."""
    MEANS = "means"
    """Computes the node means of a checkpoint that brings none."""


class _Params(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    checkpoint: str
    task: str
    target_loss: float = Field(gt=0)
    seed: int = Field(ge=0)


class SearchParams(_Params):
    """A search. Jobs of the first version name no method."""

    method: SearchMethod = SearchMethod.PATH
    seconds: float | None = Field(default=None, gt=0)


class VerifyParams(_Params):
    """A report. What is known of the circuit is kept beside its slug, so that lists need not ask.

    `target_loss` and `seed` are those of the search that found the circuit.
    """

    slug: str
    quick: bool = Field(default=False, description="leave out what searches again")


class MeansParams(BaseModel):
    """Node means over a corpus."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    checkpoint: str
    folders: tuple[str, ...] = Field(
        default=(), description="of Python sources, on the server; none means generated programs"
    )
    tokens: int = Field(ge=FEWEST_TOKENS, le=MOST_TOKENS)
    replace: bool = Field(default=False, description="those that were computed here before")
