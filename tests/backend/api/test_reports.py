"""Reports and paths through the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from backend.circuits.circuit import Circuit
from backend.store import claim_job, save_circuit, save_report
from tests.backend.api.conftest import MakeClient, services_of
from tests.backend.conftest import CHECKPOINT, TASK
from tests.backend.store.made_reports import make_report


@pytest.fixture
def reported(client: TestClient, stored: Circuit) -> Circuit:
    """A stored circuit with a report."""
    with services_of(client).store.write() as session:
        save_report(session, make_report(stored.slug))
    return stored


@pytest.fixture
def on_path(client: TestClient, circuit_with_path: Circuit) -> Circuit:
    """A stored circuit with a path."""
    with services_of(client).store.write() as session:
        save_circuit(session, circuit_with_path)
    return circuit_with_path


def test_a_report_is_read_as_it_is_stored(client: TestClient, reported: Circuit) -> None:
    report = client.get(f"/api/circuits/{reported.slug}/report").json()
    assert report == make_report(reported.slug).model_dump(mode="json")
    assert client.get(f"/circuits/{reported.slug}.json").json()["report"] == report
    (listed,) = client.get("/api/circuits", params={"task": TASK, "checkpoint": CHECKPOINT}).json()
    assert listed["has_report"] is True


def test_a_circuit_without_a_report_says_how_to_get_one(
    client: TestClient, stored: Circuit
) -> None:
    answer = client.get(f"/api/circuits/{stored.slug}/report")
    assert answer.status_code == 404
    assert "circuit-explorer verify" in answer.json()["remedy"]
    page = client.get(f"/circuits/{stored.slug}.json").json()
    assert (page["report"], page["verifying"]) == (None, None)
    assert client.get("/api/circuits/none-1/report").status_code == 404


def test_a_report_is_queued_once(client: TestClient, stored: Circuit) -> None:
    path = f"/api/circuits/{stored.slug}/report"
    answer = client.post(path, json={"quick": True})
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["location"] == f"/api/jobs/{job['id']}"
    assert (job["kind"], job["status"]) == ("verify", "queued")
    assert job["request"] == {
        "slug": stored.slug,
        "quick": True,
        "checkpoint": CHECKPOINT,
        "task": TASK,
        "target_loss": 0.15,
        "seed": 0,
    }
    assert client.post(path).json()["id"] == job["id"]
    with services_of(client).store.write() as session:
        claim_job(session, 1)
    running = client.get(f"/circuits/{stored.slug}.json").json()["verifying"]
    assert (running["id"], running["status"]) == (job["id"], "running")


def test_a_verify_job_is_shown_among_the_jobs(client: TestClient, stored: Circuit) -> None:
    search = client.post("/api/searches", json={"checkpoint": CHECKPOINT, "task": TASK}).json()
    verify = client.post(f"/api/circuits/{stored.slug}/report").json()
    listed = client.get("/jobs.json").json()["jobs"]
    assert {job["id"]: job["kind"] for job in listed} == {
        search["id"]: "search",
        verify["id"]: "verify",
    }
    assert client.get(f"/jobs/{verify['id']}.json").json()["job"]["request"]["slug"] == stored.slug
    page = client.get(f"/jobs/{verify['id']}", headers={"Accept": "text/html"})
    assert f"Report on {stored.slug}" in page.text
    assert client.delete(f"/api/jobs/{verify['id']}").json()["status"] == "cancelled"


def test_a_circuit_without_its_checkpoint_cannot_be_verified(
    client: TestClient, reported: Circuit, make_client: MakeClient, tmp_path: Path
) -> None:
    bundle = client.get(f"/api/circuits/{reported.slug}/bundle").json()
    assert bundle["report"] is not None
    elsewhere = make_client(
        database_url=f"sqlite:///{tmp_path / 'other.sqlite3'}", checkpoint_dirs=()
    )
    assert elsewhere.post("/api/bundles", json=bundle).json()["has_report"] is True
    answer = elsewhere.post(f"/api/circuits/{reported.slug}/report")
    assert answer.status_code == 404
    assert CHECKPOINT in answer.json()["detail"]
    # What is known of it can still be read.
    assert elsewhere.get(f"/api/circuits/{reported.slug}/report").status_code == 200


def test_a_bundle_fits_its_report(client: TestClient, reported: Circuit) -> None:
    bundle = client.get(f"/api/circuits/{reported.slug}/bundle").json()
    without = {name: bundle[name] for name in ("format", "version", "circuit")}
    changed = bundle | {"report": bundle["report"] | {"slug": "another-circuit"}}
    assert client.post("/api/bundles", json=without).json()["new"] is False
    refused = client.post("/api/bundles", json=changed)
    assert refused.status_code == 422
    assert "another-circuit" in refused.json()["detail"]


def test_writing_needs_the_token(make_client: MakeClient, circuit_with_path: Circuit) -> None:
    client = make_client(write_token="a-secret-of-some-length")
    with services_of(client).store.write() as session:
        save_circuit(session, circuit_with_path)
    path = f"/api/circuits/{circuit_with_path.slug}"
    assert client.post(f"{path}/report").status_code == 403
    assert client.post(f"{path}/path/3").status_code == 403
    assert client.get(f"{path}/path").status_code == 200


def test_the_path_is_listed_and_a_size_opened_once(client: TestClient, on_path: Circuit) -> None:
    path = f"/api/circuits/{on_path.slug}/path"
    listed = client.get(path).json()
    assert on_path.path is not None
    assert listed["ranking"] == on_path.path.ranking
    assert [point["nodes"] for point in listed["points"]] == [2, 5, len(listed["ranking"])]
    assert (listed["slug"], listed["target_loss"]) == (on_path.slug, 0.15)

    opened = client.post(f"{path}/2")
    assert opened.status_code == 201
    summary = opened.json()
    assert (summary["node_count"], summary["method"]) == (2, "path at size 2")
    stored = client.get(opened.headers["location"]).json()
    assert stored["circuit"]["nodes"] == on_path.path.ranking[:2]
    assert client.get(f"/api/circuits/{summary['slug']}/path").json()["points"] == listed["points"]
    again = client.post(f"{path}/2")
    assert (again.status_code, again.json()) == (200, summary)


def test_a_size_that_is_not_on_the_path_is_refused(
    client: TestClient, on_path: Circuit, stored: Circuit
) -> None:
    for nodes, status in ((10_000, 422), (0, 422)):
        answer = client.post(f"/api/circuits/{on_path.slug}/path/{nodes}")
        assert answer.status_code == status
        assert str(nodes) in answer.json()["detail"] or nodes == 0
    for answer in (
        client.get(f"/api/circuits/{stored.slug}/path"),
        client.post(f"/api/circuits/{stored.slug}/path/2"),
    ):
        assert answer.status_code == 404
        assert "'path'" in answer.json()["remedy"]


def test_an_edge_is_ablated_and_restored(client: TestClient, stored: Circuit) -> None:
    path = f"/api/circuits/{stored.slug}/evaluate"
    edges = [
        f"{edge.source}>{edge.target}"
        for edge in stored.edges
        if edge.target.startswith("0.mlp.resid_delta")
    ]
    answer = client.post(path, json={"ablated_edges": edges}).json()
    assert answer["ablated_edges"] == len(edges)
    assert answer["numbers"] != answer["circuit"]
    refused = client.post(path, json={"ablated_edges": edges, "restored_edges": edges[:1]})
    assert refused.status_code == 422
    assert edges[0] in refused.json()["detail"]
