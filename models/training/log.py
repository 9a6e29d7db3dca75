"""What a training log says in sum."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

LAST_LINES = 10
"""Lines the final training loss is a mean of: a single batch's is noisy."""


def summarise_log(path: Path) -> dict[str, Any]:
    """A training log as facts for the checkpoint's card, JSON-ready.

    Args:
        path: `training.jsonl`, a `TrainingProgress` a line.

    Returns:
        steps; training_loss (nats, mean of the last lines) and held_out_loss (of the last
        evaluation, or None); nonzero_fraction at the end; tokens_per_second, the median of lines.
    """
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    held_out = [line["held_out_loss"] for line in lines if line["held_out_loss"] is not None]
    return {
        "steps": lines[-1]["step"],
        "training_loss": statistics.fmean(line["loss"] for line in lines[-LAST_LINES:]),
        "held_out_loss": held_out[-1] if held_out else None,
        "nonzero_fraction": lines[-1]["nonzero_fraction"],
        "tokens_per_second": statistics.median(line["tokens_per_second"] for line in lines),
    }
