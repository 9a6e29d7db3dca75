"""How a running job speaks: progress and messages as events, and the question whether to stop."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass

from backend.circuits.search import Progress
from backend.store import LOG_EVENT, Store, append_event, is_cancel_requested

PROGRESS_EVENT = "progress"
"""How far a job is; data: `Progress` or `Count`."""

PROGRESS_SECONDS = 0.2
"""At most one progress event in this time; the last one is always written."""
CANCEL_SECONDS = 0.3
"""How often the database is asked whether to stop."""


@dataclass(frozen=True)
class Count:
    """How far a job is that has no circuit to measure: the same fields as `Progress` has first."""

    stage: str
    step: int
    steps: int


class Reporter:
    """Writes a running job's progress and asks whether it should stop, both not too often."""

    def __init__(
        self, store: Store, job_id: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._job_id = job_id
        self._clock = clock
        self._written = float("-inf")
        self._asked = float("-inf")
        self._stage = ""
        self._held: Progress | Count | None = None
        self._cancelled = False

    def progress(self, progress: Progress | Count) -> None:
        """Takes a step's progress; a new stage is written at once."""
        self._held = progress
        now = self._clock()
        if progress.stage != self._stage or now - self._written >= PROGRESS_SECONDS:
            self._stage = progress.stage
            self._written = now
            self.flush()

    def flush(self) -> None:
        """Writes the last progress if it is not written yet."""
        if self._held is not None:
            with self._store.write() as session:
                append_event(session, self._job_id, PROGRESS_EVENT, dataclasses.asdict(self._held))
            self._held = None

    def log(self, message: str) -> None:
        """Writes a message for whoever follows the job."""
        with self._store.write() as session:
            append_event(session, self._job_id, LOG_EVENT, {"message": message})

    def cancelled(self) -> bool:
        """Whether someone asked the job to stop."""
        now = self._clock()
        if not self._cancelled and now - self._asked >= CANCEL_SECONDS:
            self._asked = now
            with self._store.read() as session:
                self._cancelled = is_cancel_requested(session, self._job_id)
        return self._cancelled
