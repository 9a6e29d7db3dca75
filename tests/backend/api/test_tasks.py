"""Task files through the API: added, listed, used everywhere, removed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from backend.circuits.circuit import Circuit
from backend.circuits.search import SearchConfig, search
from backend.jobs.params import SearchParams
from backend.jobs.service import submit_search
from backend.store import save_circuit
from models.checkpoints import Checkpoint
from tasks import get_task
from tests.backend.api.conftest import MakeClient, services_of
from tests.backend.conftest import CHECKPOINT, TASK
from tests.tasks.documented import changed, example, line_of

NAME = "def_or_call"
OTHER = changed(("Definition or call", "Another title"))


def upload(client: TestClient, text: str) -> Any:
    return client.post("/api/tasks", json={"filename": "mine.toml", "text": text})


def names(client: TestClient) -> list[str]:
    return [task["name"] for task in client.get("/api/tasks").json()]


def found_in(client: TestClient, checkpoint: Checkpoint) -> Circuit:
    """A circuit of the added task that the client's server has."""
    few = {"train_pairs": 8, "validation_pairs": 8, "test_pairs": 8}
    circuit = search(checkpoint, get_task(NAME), SearchConfig(target_loss=5.0, **few))
    with services_of(client).store.write() as session:
        save_circuit(session, circuit)
    return circuit


def test_an_added_task_is_listed_and_shown(client: TestClient, tmp_path: Path) -> None:
    added = upload(client, example())
    assert added.status_code == 200
    assert added.json()["task"]["custom"] is True
    assert added.json()["findings"] == []
    file = tmp_path / "data" / "tasks" / f"{NAME}.toml"
    assert file.read_text() == example()
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert names(client)[-1] == NAME
    assert client.get("/index.json").json()["tasks"][-1]["name"] == NAME
    assert client.get(f"/tasks/{NAME}.json").json()["task"]["title"] == "Definition or call"
    query = {"checkpoint": CHECKPOINT, "count": 2}
    pairs = client.get(f"/api/tasks/{NAME}/examples", params=query).json()["pairs"]
    assert pairs[0]["first_answer"]["text"] == "):\n"
    asked = client.post("/api/searches", json={"checkpoint": CHECKPOINT, "task": NAME})
    assert asked.status_code == 202


def test_the_same_file_again_changes_nothing_and_another_one_is_refused(
    client: TestClient,
) -> None:
    upload(client, example())
    assert upload(client, example()).status_code == 200
    refused = upload(client, OTHER)
    assert refused.status_code == 409
    assert f"There is a task '{NAME}' already" in refused.json()["detail"]
    assert names(client).count(NAME) == 1


def test_what_is_wrong_is_answered_line_by_line(client: TestClient, tmp_path: Path) -> None:
    text = changed(("answers =", "anwsers ="), ('"start"]', '"start", "run"]'))
    refused = upload(client, text)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    line = line_of("anwsers", text)
    assert f"mine.toml:{line}: The key 'anwsers' is unknown." in problem["detail"]
    assert [finding["line"] for finding in problem["findings"]] == [1, line, line + 8]
    assert [finding["warning"] for finding in problem["findings"]] == [False, False, True]
    assert not (tmp_path / "data" / "tasks").exists()
    taken = upload(client, changed((NAME, TASK)))
    assert f"The name '{TASK}' is taken." in taken.json()["detail"]


def test_a_request_of_another_form_is_a_problem_without_lines(client: TestClient) -> None:
    refused = client.post("/api/tasks", json={"text": "x"})
    assert refused.status_code == 422
    assert "filename" in refused.json()["detail"]


def test_a_removed_task_leaves_its_circuits(client: TestClient, checkpoint: Checkpoint) -> None:
    upload(client, example())
    circuit = found_in(client, checkpoint)
    assert circuit.provenance.versions["task"] == get_task(NAME).digest
    url = f"/api/circuits/{circuit.slug}"
    assert client.post(f"{url}/evaluate", json={}).status_code == 200
    prompt = {"prompt": "def run(x"}
    assert client.post(f"{url}/evaluate", json=prompt).json()["prompt"] is not None

    assert client.delete(f"/api/tasks/{NAME}").json()["name"] == NAME
    assert NAME not in names(client)
    assert client.get(f"/tasks/{NAME}.json").status_code == 404
    assert client.delete(f"/api/tasks/{NAME}").status_code == 404
    assert client.get(f"/circuits/{circuit.slug}.json").status_code == 200
    gone = client.post(f"{url}/evaluate", json={})
    assert gone.status_code == 404
    assert f"unknown task '{NAME}'" in gone.json()["detail"]

    refused = upload(client, OTHER)
    assert refused.status_code == 409
    assert circuit.slug in refused.json()["detail"]
    assert upload(client, example()).status_code == 200
    assert client.post(f"{url}/evaluate", json={}).status_code == 200


def test_numbers_follow_a_file_that_is_exchanged(
    client: TestClient, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    upload(client, example())
    circuit = found_in(client, checkpoint)
    url = f"/api/circuits/{circuit.slug}/evaluate"
    before = client.post(url, json={}).json()["pairs"]
    other = changed(('"score(<noun>, <digit>)\\n<head><function>(x"', '"a(<noun>)\\n<head>b(x"'))
    (tmp_path / "data" / "tasks" / f"{NAME}.toml").write_text(other)
    after = client.post(url, json={}).json()["pairs"]
    assert {pair["first_text"] for pair in after} != {pair["first_text"] for pair in before}


def test_a_task_that_a_job_needs_stays(client: TestClient) -> None:
    upload(client, example())
    with services_of(client).store.write() as session:
        submit_search(
            session, SearchParams(checkpoint=CHECKPOINT, task=NAME, target_loss=5.0, seed=0)
        )
    refused = client.delete(f"/api/tasks/{NAME}")
    assert refused.status_code == 409
    assert "A job that waits or runs" in refused.json()["detail"]
    assert NAME in names(client)


def test_only_added_tasks_can_be_removed(make_client: MakeClient, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(example())
    client = make_client(task_dirs=(tmp_path,))
    assert names(client)[-1] == NAME
    for name, reason in ((TASK, "comes with the program"), (NAME, "CIRCUIT_EXPLORER_TASK_DIRS")):
        refused = client.delete(f"/api/tasks/{name}")
        assert refused.status_code == 409
        assert reason in refused.json()["detail"]
    assert client.delete("/api/tasks/nothing").status_code == 404


def test_files_that_make_no_task_are_on_the_first_page(
    make_client: MakeClient, tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text("name = 3\n")
    client = make_client(task_dirs=(tmp_path,))
    (broken,) = client.get("/index.json").json()["broken_tasks"]
    assert broken["file"] == str(tmp_path / "mine.toml")
    assert "name is 3: this is no text." in {each["message"] for each in broken["findings"]}


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_changing_tasks_needs_the_write_token(make_client: MakeClient, method: str) -> None:
    client = make_client(write_token="secret")
    url = "/api/tasks" if method == "POST" else f"/api/tasks/{TASK}"
    assert client.request(method, url, json={}).status_code == 403
    headers = {"Authorization": "Bearer secret"}
    assert client.request(method, url, json={}, headers=headers).status_code in (409, 422)
