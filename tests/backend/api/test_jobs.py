"""Jobs through the API: queued, followed, cancelled."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.testclient import TestClient

from backend.circuits.circuit import Circuit
from backend.jobs.reporter import PROGRESS_EVENT
from backend.store import LOG_EVENT, JobStatus, append_event, claim_job, finish_job
from tests.backend.api.conftest import services_of
from tests.backend.conftest import CHECKPOINT, TASK

SEARCH = {"checkpoint": CHECKPOINT, "task": TASK, "target_loss": 0.5, "seed": 3}
PROGRESS = {"stage": "masks", "step": 1, "steps": 9, "loss": 0.7, "nodes": 40, "edges": None}


@dataclass
class Event:
    """A server-sent event as it came over the wire."""

    event: str = ""
    data: Any = None
    id: int = 0
    comments: list[str] = field(default_factory=list)


def parse(text: str) -> list[Event]:
    events = []
    for block in text.strip().split("\n\n"):
        event = Event()
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            match name:
                case "event":
                    event.event = value.strip()
                case "data":
                    event.data = json.loads(value)
                case "id":
                    event.id = int(value)
                case "":
                    event.comments.append(value)
        if event.event:
            events.append(event)
    return events


@pytest.fixture
def job(client: TestClient) -> str:
    """A job in the queue."""
    return str(client.post("/api/searches", json=SEARCH).json()["id"])


@pytest.fixture
def ended(client: TestClient, job: str, stored: Circuit) -> str:
    """A job that ran and found a circuit."""
    store = services_of(client).store
    with store.write() as session:
        claim_job(session, 1)
    with store.write() as session:
        append_event(session, job, LOG_EVENT, {"message": "Opening."})
        for step in range(1, 4):
            append_event(session, job, PROGRESS_EVENT, PROGRESS | {"step": step})
        finish_job(session, job, JobStatus.DONE, result=stored.slug)
    return job


def test_a_search_is_queued(client: TestClient) -> None:
    answer = client.post("/api/searches", json=SEARCH)
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["location"] == f"/api/jobs/{job['id']}"
    assert (job["status"], job["queue_position"]) == ("queued", 0)
    assert job["request"] == SEARCH | {"method": "path", "seconds": None}
    second = client.post("/api/searches", json=SEARCH).json()
    assert second["queue_position"] == 1
    assert {each["id"] for each in client.get("/api/jobs").json()} == {job["id"], second["id"]}


def test_a_queued_job_is_cancelled_at_once(client: TestClient, job: str) -> None:
    assert client.delete(f"/api/jobs/{job}").json()["status"] == "cancelled"
    again = client.delete(f"/api/jobs/{job}")
    assert again.status_code == 409
    assert "cancelled" in again.json()["detail"]


def test_a_running_job_is_asked_to_stop(client: TestClient, job: str) -> None:
    with services_of(client).store.write() as session:
        claim_job(session, 1)
    assert client.delete(f"/api/jobs/{job}").json()["status"] == "running"


def test_an_ended_job_tells_its_circuit(client: TestClient, ended: str, stored: Circuit) -> None:
    job = client.get(f"/api/jobs/{ended}").json()
    assert (job["status"], job["slug"]) == ("done", stored.slug)
    assert job["progress"]["step"] == 3
    assert job["queue_position"] is None


def test_the_stream_of_an_ended_job_replays_and_ends(
    client: TestClient, ended: str, stored: Circuit
) -> None:
    answer = client.get(f"/api/jobs/{ended}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = parse(answer.text)
    assert [event.event for event in events] == [
        "status", "status", "log", "progress", "progress", "progress", "end",
    ]  # fmt: skip
    assert [event.data["step"] for event in events if event.event == "progress"] == [1, 2, 3]
    assert events[-1].data == {"status": "done", "slug": stored.slug, "error": None}
    ids = [event.id for event in events]
    assert ids == sorted(set(ids))


def test_the_stream_is_resumed_after_any_event(client: TestClient, ended: str) -> None:
    path = f"/api/jobs/{ended}/events"
    events = parse(client.get(path).text)
    for index, event in enumerate(events):
        rest = parse(client.get(path, headers={"Last-Event-ID": str(event.id)}).text)
        expected = events[index + 1 :] or events[-1:]
        assert rest == expected


def test_the_figure_has_loss_and_size(client: TestClient, ended: str) -> None:
    figure = client.get(f"/api/jobs/{ended}/figure").json()
    curves = {curve["name"]: curve for curve in figure["data"]}
    assert curves["loss"]["x"] == [1, 2, 3]
    assert curves["nodes"]["yaxis"] == "y2"
    assert figure["layout"]["yaxis2"]["side"] == "right"
    page = client.get(f"/jobs/{ended}.json").json()
    assert page["figure"] == figure


def test_a_job_without_progress_has_an_empty_figure(client: TestClient, job: str) -> None:
    assert client.get(f"/api/jobs/{job}/figure").json()["layout"]
