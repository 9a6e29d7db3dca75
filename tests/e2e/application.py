"""The application as a user has it: a server in a process of its own, with its own data folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from backend.seed import SHIPPED

REPOSITORY = Path(__file__).resolve().parent.parent.parent
CHECKPOINT = "python-2l-256"
"""The checkpoint that comes with the program."""
TASK = "single_double_quote"
"""A task of which a circuit comes with the program."""
UNKNOWN_SLUG = "single-double-quote-000000000000"
SECONDS = 60
"""After which a request is given up; nothing is measured by it."""


def shipped_slug(task: str = TASK) -> str:
    """The circuit of a task that comes along; the usual task's has labels, a group and a story."""
    found = list(SHIPPED.glob(f"{task.replace('_', '-')}-{'[0-9a-f]' * 12}.json"))
    assert len(found) == 1, f"circuits of {task} that come along: {found}"
    return found[0].stem


@dataclass(frozen=True)
class Application:
    """A running server.

    Attributes:
        url: scheme, host and port.
        token: needed to write; None if anyone may.
    """

    url: str
    token: str | None = None

    def get(self, path: str) -> Any:
        """What the server answers as JSON."""
        with urlopen(self.url + path, timeout=SECONDS) as answer:
            return json.load(answer)

    def post(self, path: str, body: Any) -> Any:
        """The answer to a JSON body."""
        headers = {"Content-Type": "application/json"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        request = Request(self.url + path, json.dumps(body).encode(), headers)
        with urlopen(request, timeout=SECONDS) as answer:
            return json.load(answer)

    def cancel(self, job: str) -> None:
        """Cancels a job and waits until it has ended."""
        headers = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        request = Request(f"{self.url}/api/jobs/{job}", headers=headers, method="DELETE")
        urlopen(request, timeout=SECONDS).close()
        self.wait(job)

    def wait(self, job: str) -> None:
        """Waits until a job has ended: its stream of events closes then."""
        with urlopen(f"{self.url}/api/jobs/{job}/events", timeout=SECONDS) as events:
            events.read()

    def graph(self, slug: str) -> dict[str, Any]:
        """The drawing of a circuit."""
        return self.get(f"/api/circuits/{slug}/graph")


@contextmanager
def running(data_dir: Path, log: Path, **settings: str) -> Iterator[Application]:
    """Starts a server on a free port of this machine and ends it.

    Args:
        data_dir: everything it writes.
        log: file for its standard error.
        settings: more variables, without `CIRCUIT_EXPLORER_` and in lower case.
    """
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("CIRCUIT_EXPLORER_")}
    own = {"data_dir": str(data_dir), "workers": "1"} | settings
    environment = inherited | {f"CIRCUIT_EXPLORER_{k.upper()}": v for k, v in own.items()}
    with (
        log.open("wb") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "backend.cli", "serve", "--port", "0"],
            cwd=REPOSITORY,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"http://\S+", line)
            assert found, f"the server did not start: {line!r}\n{log.read_text()}"
            yield Application(found[0], settings.get("write_token"))
        finally:
            process.terminate()
