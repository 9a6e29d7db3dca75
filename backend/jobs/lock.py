"""The right to run the jobs of a data folder, held by one server at a time.

The lock belongs to the process: the system takes it back when the process ends, however it ends.
So whoever gets it knows that no server is left that could still be running a job.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class RunnerLock:
    """An exclusive lock on a file in the data folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """This process has the lock."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Takes the lock if it is free; never waits."""
        if self.held:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Not inherited by workers (PEP 446): the lock must not outlive the server.
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Gives the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
