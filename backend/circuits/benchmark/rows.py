"""Outcomes as CSV, a row a search."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from backend.circuits.benchmark.outcome import SearchOutcome

FIELDS = (
    "checkpoint",
    "task",
    "target_loss",
    "seed",
    "kind",
    "induced_edges",
    "kept_edges",
    "nodes",
    "task_loss",
    "loss_low",
    "loss_high",
    "accuracy",
    "whole_model",
    "everything_ablated",
    "seconds",
    "slug",
    "method",
    "settings",
    "checkpoint_digest",
    "means_digest",
    "pairs_digest",
    "created",
    "detail",
)


def csv_text(outcomes: Iterable[SearchOutcome]) -> str:
    """The outcomes with a header line; what there is not is empty."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, FIELDS)
    writer.writeheader()
    writer.writerows(outcome.model_dump(mode="json") for outcome in outcomes)
    return text.getvalue()
