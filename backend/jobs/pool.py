"""Worker processes as the supervisor sees them: start, give a job, hear of, end."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import backend
from backend.jobs.protocol import Assignment, Message, Setup

_log = logging.getLogger(__name__)

_HOME = str(Path(backend.__file__).resolve().parent.parent)
_START = (
    f"import sys; {_HOME!r} in sys.path or sys.path.insert(0, {_HOME!r}); "
    "from backend.jobs.worker import main; main()"
)
WORKER_COMMAND = (sys.executable, "-P", "-c", _START)
"""-P: a folder called `models` where the server was started must not hide ours; so the worker is
told where its server has the packages from."""


@dataclass
class WorkerProcess:
    """One process and what it is doing.

    Attributes:
        process: the process, its stdin and stdout pipes to us.
        ready: it has started and can take a job.
        job_id: the job it is running.
        cancelled_at: when it was first seen that the job should stop, on the monotonic clock.
    """

    process: subprocess.Popen[bytes]
    ready: bool = False
    job_id: str | None = None
    cancelled_at: float | None = None
    _heard: bytes = field(default=b"", repr=False)

    @classmethod
    def start(cls, setup: Setup, command: tuple[str, ...] = WORKER_COMMAND) -> WorkerProcess:
        """Starts a process; it says later that it is ready."""
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # Ctrl-C is the server's; workers end with it
        )
        worker = cls(process)
        worker._send(setup.line())
        return worker

    @property
    def pid(self) -> int:
        """Process id."""
        return self.process.pid

    @property
    def idle(self) -> bool:
        """It can take a job now."""
        return self.ready and self.job_id is None

    @property
    def descriptor(self) -> int:
        """The file descriptor that becomes readable when the worker has said something."""
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def assign(self, assignment: Assignment) -> None:
        """Gives the worker a job."""
        self.job_id = assignment.job_id
        self.cancelled_at = None
        self._send(assignment.line())

    def hear(self) -> bool:
        """Takes in what the worker has said; False when it will say nothing more."""
        data = os.read(self.descriptor, 65_536)
        *lines, self._heard = (self._heard + data).split(b"\n")
        for line in lines:
            Message.model_validate_json(line)
            self.ready = True
            self.job_id = None
            self.cancelled_at = None
        return bool(data)

    def kill(self) -> None:
        """Ends the process without asking."""
        self.process.kill()

    def reap(self) -> str:
        """Waits for a process that has ended, or is about to, and says in words how it ended."""
        self._close_pipes()
        return describe_exit(self.process.wait())

    def stop(self, seconds: float) -> None:
        """Lets the process end by closing its lifeline; kills it if it has not in time."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            _log.warning("worker %d did not end within %s s and is killed", self.pid, seconds)
            self.kill()
        self.reap()

    def _send(self, line: str) -> None:
        assert self.process.stdin is not None
        # A worker that has died shows it on its stdout, where the supervisor listens.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(line.encode())
            self.process.stdin.flush()

    def _close_pipes(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def describe_exit(code: int) -> str:
    """A process's return code in words, e.g. `killed by SIGKILL`."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def overdue(
    worker: WorkerProcess, grace: float, clock: Callable[[], float] = time.monotonic
) -> bool:
    """The worker was asked to stop its job and has not done so in time."""
    return worker.cancelled_at is not None and clock() - worker.cancelled_at >= grace
