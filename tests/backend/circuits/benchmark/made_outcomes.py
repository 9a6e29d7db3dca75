"""Outcomes made by hand, for tests of what follows from them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from backend.circuits.benchmark import OutcomeKind, SearchOutcome
from backend.circuits.benchmark.comparison import Contender

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def make_outcome(
    edges: int | None,
    *,
    checkpoint: str = "tiny",
    task: str = "for_while",
    target: float = 0.15,
    seed: int = 0,
    loss: float = 0.1,
    minute: int = 0,
    **fields: Any,
) -> SearchOutcome:
    """The outcome of a search that found so many edges; of None, that found no circuit."""
    found = {
        "kind": OutcomeKind.MET if loss <= target else OutcomeKind.MISSED,
        "slug": f"{task.replace('_', '-')}-{edges}",
        "nodes": 2 * (edges or 0),
        "induced_edges": edges,
        "kept_edges": (edges or 0) // 2,
        "task_loss": loss,
        "loss_low": loss / 2,
        "loss_high": loss * 2,
        "accuracy": 0.9,
    }
    failed = {"kind": OutcomeKind.FAILED, "detail": "The lowest loss reached is 0.5 nats."}
    numbers: dict[str, Any] = {
        "checkpoint_digest": f"digest of {checkpoint}",
        "means_digest": "means",
        "task": task,
        "pairs_digest": "pairs",
        "target_loss": target,
        "method": "path",
        "seed": seed,
        "checkpoint": checkpoint,
        "whole_model": 0.01,
        "everything_ablated": 0.7,
        "seconds": 10.0,
        "created": BEGUN + timedelta(minutes=minute),
        **(failed if edges is None else found),
    }
    return SearchOutcome(**(numbers | fields))


def make_contender(
    name: str, fraction: float, loss: float | None = None, corpus: str | None = "python"
) -> Contender:
    """A checkpoint of which such a fraction of 1000 weights is nonzero."""
    return Contender(
        name=name,
        digest=f"digest of {name}",
        nonzero=round(1000 * fraction),
        nonzero_fraction=fraction,
        held_out_loss=loss,
        corpus=corpus,
        dense=fraction >= 0.5,
    )
