"""Training curves from the log that lies with a checkpoint.

    training.jsonl     of the native format, in the checkpoint's folder
    progress.json      of OpenAI's runs: in the checkpoint's folder, or where OpenAI publishes it,
                       at train_curves/<name>/ beside the models/<name>/ of the checkpoint

Both are JSON lines, an object with a `step` each. Every column that holds numbers is a curve.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

LOG_FILE = "training.jsonl"
PROGRESS_FILE = "progress.json"
STEP = "step"
POINTS = 600
"""Points of a curve that are kept of a longer log."""


class LogError(ValueError):
    """A log that cannot be read, and which line of it."""


class CurveKind(StrEnum):
    """What a curve shows, so that curves of a kind share an axis."""

    LOSS = "loss"
    """Nats a token."""
    NONZERO = "nonzero"
    """Nonzero weights: a fraction in our logs, L0 as logged in OpenAI's."""
    RATE = "rate"
    """The learning rate."""
    ALIVE = "alive"
    """Alive neurons of a layer, as logged."""
    OTHER = "other"


_KINDS = (
    (re.compile(r"loss|held_out_loss|test_xent"), CurveKind.LOSS),
    (re.compile(r"nonzero_fraction|L0|L0_non_embed"), CurveKind.NONZERO),
    (re.compile(r"learning_rate"), CurveKind.RATE),
    (re.compile(r"num_alive_neurons/c_fc/layer_\d+"), CurveKind.ALIVE),
)
"""OpenAI's names are those that its viewer reads (circuit_sparsity/viz.py)."""


@dataclass(frozen=True)
class Curve:
    """One column of a log, without the lines that have no number in it."""

    name: str
    kind: CurveKind
    steps: list[int]
    values: list[float]


@dataclass(frozen=True)
class TrainingLog:
    """A log's curves; `lines` is the number of its lines, before any were left out."""

    file: str
    lines: int
    curves: list[Curve]


def find_log(folder: Path) -> Path | None:
    """The log of the checkpoint in a folder, or None."""
    published = folder.parent.parent / "train_curves" / folder.name / PROGRESS_FILE
    places = (folder / LOG_FILE, folder / PROGRESS_FILE, published)
    return next((place for place in places if place.is_file()), None)


def read_log(path: Path) -> TrainingLog:
    """The curves of a log, at most `POINTS` points each: every n-th number and the last.

    A last line that does not end is still being written and is left out.

    Raises:
        LogError: the file cannot be read, or a line is no JSON object with a whole `step`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LogError(f"cannot read {path} ({error}); write it again, or remove it") from error
    lines = text.split("\n")
    rows = [
        _row(path, number, line)
        for number, line in enumerate(lines, start=1)
        if line.strip() and (number < len(lines) or _is_whole(line))
    ]
    names = dict.fromkeys(name for row in rows for name in row if name != STEP)
    curves = [curve for name in names if (curve := _curve(name, rows)) is not None]
    return TrainingLog(path.name, len(rows), curves)


def _is_whole(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _row(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        raise LogError(
            f"line {number} of {path} is no JSON ({error}); restore the log, or remove it"
        ) from error
    if not isinstance(row, dict) or not _is_number(row.get(STEP)):
        raise LogError(
            f"line {number} of {path} is no object with a number as its {STEP!r}: "
            f"{line.strip()[:80]!r}; restore the log, or remove it"
        )
    return row


def _curve(name: str, rows: list[dict[str, Any]]) -> Curve | None:
    points = [(int(row[STEP]), float(row[name])) for row in rows if _is_number(row.get(name))]
    if not points:
        return None
    every = math.ceil(len(points) / POINTS)
    # Counted from the end, so that the last one stays.
    steps, values = zip(*reversed(points[::-1][::every]), strict=True)
    return Curve(name, _kind(name), list(steps), list(values))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _kind(name: str) -> CurveKind:
    kinds = (kind for pattern, kind in _KINDS if pattern.fullmatch(name))
    return next(kinds, CurveKind.OTHER)
