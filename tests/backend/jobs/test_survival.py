"""kill -9 of a real server: during a search, during writes. Nothing stored is lost."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx2
import pytest

from backend.circuits.circuit import Circuit
from backend.circuits.nodes import NodeSet
from backend.store import get_job, open_store
from models.checkpoints import Checkpoint
from tests.backend.conftest import CHECKPOINT, TASK, make_circuit
from tests.backend.live import LiveServer, is_alive, live_server, wait_for

ENDLESS = {"checkpoint": CHECKPOINT, "task": TASK, "target_loss": 1e-6}
"""A search that cannot meet its target; it takes a while to say so."""
EASY = {"checkpoint": CHECKPOINT, "task": TASK, "target_loss": 5.0}


def start(server: LiveServer, request: dict[str, object]) -> str:
    return str(server.client.post("/api/searches", json=request).json()["id"])


def status(server: LiveServer, job: str) -> str:
    return str(server.client.get(f"/api/jobs/{job}").json()["status"])


def reach(server: LiveServer, job: str, *wanted: str) -> str:
    """The job's status once it is one of those wanted."""

    def look() -> str | None:
        now = status(server, job)
        return now if now in wanted else None

    return wait_for(look, f"job {job} to become {wanted}")


def bundles(checkpoint: Checkpoint, count: int) -> list[dict[str, object]]:
    """Different circuits as bundles."""
    names = NodeSet.all(checkpoint.config).names()
    circuits = [
        make_circuit(checkpoint, NodeSet.of(checkpoint.config, names[index :: count + 7]))
        for index in range(count)
    ]
    return [bundle(circuit) for circuit in circuits]


def bundle(circuit: Circuit) -> dict[str, object]:
    return {"circuit": circuit.model_dump(mode="json")}


def write_until_dead(server: LiveServer, documents: list[dict[str, object]]) -> list[str]:
    """Imports bundles one after another, and kills the server amid them."""
    acknowledged: list[str] = []
    enough = threading.Event()

    def write() -> None:
        for document in documents:
            try:
                answer = server.client.post("/api/bundles", json=document)
            except httpx2.TransportError:
                break
            acknowledged.append(answer.json()["slug"])
            if len(acknowledged) >= len(documents) // 3:
                enough.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert enough.wait(120)
    server.kill()
    writer.join()
    return acknowledged


@pytest.mark.slow
def test_kill_9_loses_no_circuit_and_marks_the_job(
    tmp_path: Path, zoo: Path, checkpoint: Checkpoint
) -> None:
    documents = bundles(checkpoint, 12)
    with live_server(tmp_path, zoo) as server:
        job = start(server, ENDLESS)
        reach(server, job, "running")
        store = open_store(f"sqlite:///{tmp_path / 'circuits.sqlite3'}")
        with store.read() as session:
            worker = get_job(session, job).worker_pid
        assert worker is not None
        stored = write_until_dead(server, documents)
        wait_for(lambda: None if is_alive(worker) else True, "the worker to follow its server")

    with live_server(tmp_path, zoo) as server:
        listed = {each["slug"] for each in server.client.get("/api/circuits").json()}
        assert set(stored) <= listed
        assert status(server, job) == "interrupted"
        stream = server.client.get(f"/api/jobs/{job}/events").text
        assert "event: end" in stream
        assert '"interrupted"' in stream
        # The next server goes on working: a search that meets its target at once.
        found = start(server, EASY)
        assert reach(server, found, "done", "failed") == "done"
        slug = server.client.get(f"/api/jobs/{found}").json()["slug"]
        assert server.client.get(f"/api/circuits/{slug}").json()["circuit"]["slug"] == slug
