"""Commands in processes of their own, ended by a signal once they are at work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.backend.live import REPOSITORY


def ended_by(sent: signal.Signals, words: str, *arguments: str) -> tuple[int, str]:
    """Starts a command and sends the signal once it says these words; its exit code and stderr."""
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.cli", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process:
        said = []
        for line in process.stderr:
            said.append(line)
            if words in line:
                break
        process.send_signal(sent)
        said.append(process.stderr.read())
    return process.returncode, "".join(said)
