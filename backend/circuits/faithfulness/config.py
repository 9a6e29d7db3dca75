"""What a report is computed with."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ReportConfig(BaseModel):
    """How many of everything; the criteria are fixed elsewhere (`criteria`) and no setting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=0, ge=0, description="of random sets, subsets and resampled values")
    pairs: int = Field(
        default=100, gt=0, description="test pairs, and validation pairs; at most the search's own"
    )
    random_sets: int = Field(
        default=100, gt=0, description="node sets matched in size and site (necessity)"
    )
    text_sets: int = Field(default=5, gt=0, description="of these, tried on held-out text as well")
    text_windows: int = Field(default=32, gt=0, description="windows of held-out text, at most")
    subsets: int = Field(
        default=20, gt=0, description="random parts of the circuit, and of what lies outside"
    )
    greedy_steps: int = Field(
        default=5, gt=0, description="nodes of the worst-found part of the circuit, at most"
    )
    greedy_candidates: int = Field(
        default=16, gt=0, description="nodes tried at each of these steps but the first"
    )
    ascent_steps: int = Field(
        default=10, gt=0, description="gradients taken for the worst-found subset of the outside"
    )
    stability: bool = Field(default=True, description="search again with other seeds")
    seeds: tuple[int, ...] = Field(default=(0, 1, 2, 3, 4), min_length=2)
    controls: bool = Field(
        default=True, description="search with weights shuffled, and with answers swapped"
    )
