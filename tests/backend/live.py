"""A real server in a process of its own, to be killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx2

T = TypeVar("T")

REPOSITORY = Path(__file__).resolve().parent.parent.parent

PATIENCE = 120.0
"""Seconds after which waiting is given up; nothing is measured by it."""


def wait_for(look: Callable[[], T | None], what: str) -> T:
    """What `look` returns as soon as it is not None."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE} s in vain for {what}")


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended but was not collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


class LiveServer:
    """A running server and a client of it."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.client = httpx2.Client(base_url=url, timeout=PATIENCE)

    def kill(self) -> None:
        """Kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def live_server(data_dir: Path, zoo: Path) -> Iterator[LiveServer]:
    """Starts a server on a free port; ends it if the test has not."""
    environment = {
        **os.environ,
        "CIRCUIT_EXPLORER_DATA_DIR": str(data_dir),
        "CIRCUIT_EXPLORER_CHECKPOINT_DIRS": str(zoo),
        "CIRCUIT_EXPLORER_WORKERS": "1",
        "OMP_NUM_THREADS": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.cli", "serve", "--port", "0"],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found is not None, f"the server did not start: {line!r}"
        server = LiveServer(process, found[0])
        with server.client:
            yield server
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        process.stdout.close()
