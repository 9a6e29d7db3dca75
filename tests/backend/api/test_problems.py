"""Errors: always problem details, always with what to do."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from backend.api import pages
from backend.circuits.circuit import Circuit
from frontend import AssetUrls
from tests.backend.conftest import CHECKPOINT, TASK

SEARCH = {"checkpoint": CHECKPOINT, "task": TASK}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "named"),
    [
        ("GET", "/api/nothing", None, 404, "/api/nothing"),
        ("PUT", "/api/health", None, 405, "PUT"),
        ("GET", "/api/circuits/none-0123", None, 404, "none-0123"),
        ("GET", "/api/jobs/0123", None, 404, "0123"),
        ("GET", "/api/jobs/0123/events", None, 404, "0123"),
        ("GET", "/api/states/0123", None, 404, "0123"),
        ("GET", "/api/checkpoints/none", None, 404, "none"),
        ("GET", "/api/tasks/none/examples?checkpoint=tiny", None, 404, "none"),
        ("GET", f"/api/tasks/{TASK}/examples", None, 422, "checkpoint"),
        ("POST", "/api/searches", SEARCH | {"checkpoint": "none"}, 404, CHECKPOINT),
        ("POST", "/api/searches", SEARCH | {"task": "single_double"}, 404, TASK),
        ("POST", "/api/searches", SEARCH | {"target_loss": -1}, 422, "target_loss"),
        ("POST", "/api/searches", SEARCH | {"colour": "red"}, 422, "colour"),
        ("POST", "/api/searches", None, 422, "body"),
        ("POST", "/api/bundles", {"circuit": {}}, 422, "circuit.slug"),
    ],
)
def test_problem_details(
    client: TestClient, method: str, path: str, body: Any, status: int, named: str
) -> None:
    answer = client.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert named in problem["detail"]
    assert problem["title"]
    assert problem["remedy"]


def test_a_body_that_is_no_json(client: TestClient) -> None:
    answer = client.post(
        "/api/searches", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_unexpected_error_tells_nothing_but_its_kind(
    client: TestClient, stored: Circuit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("backend.api.routes.circuits.answer", broken)
    answer = client.post(f"/api/circuits/{stored.slug}/evaluate", json={})
    assert answer.status_code == 500
    assert "RuntimeError" in answer.json()["detail"]
    assert "a secret" not in answer.text


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages whose scripts have a name, whether they were built or not."""
    urls = AssetUrls("/static/app/assets/main-0123abcd.js", [])
    monkeypatch.setattr(pages, "asset_urls", lambda: urls)


@pytest.mark.usefixtures("built")
def test_a_person_gets_a_page(client: TestClient) -> None:
    answer = client.get("/circuits/none-0123", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "none-0123" in answer.text


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("page", ["/", "/circuits", "/jobs", "/checkpoints/tiny", f"/tasks/{TASK}"])
def test_every_page_has_json_beside_it(client: TestClient, page: str) -> None:
    html = client.get(page)
    assert html.status_code == 200
    beside = "/index.json" if page == "/" else f"{page}.json"
    assert f'href="{beside}"' in html.text
    assert client.get(beside).json()


@pytest.mark.usefixtures("built")
def test_the_circuit_page_has_its_slug_and_its_drawing(client: TestClient, stored: Circuit) -> None:
    assert f'slug="{stored.slug}"' in client.get(f"/circuits/{stored.slug}").text
    shown = client.get(f"/circuits/{stored.slug}.json").json()
    assert {node["id"] for node in shown["graph"]["nodes"]} == set(stored.nodes)


def test_plotly_is_served_from_here(client: TestClient) -> None:
    answer = client.get("/static/plotly.min.js")
    assert answer.status_code == 200
    assert "javascript" in answer.headers["content-type"]
    assert b"plotly.js" in answer.content[:200]
    etag = {"If-None-Match": answer.headers["etag"]}
    assert client.get("/static/plotly.min.js", headers=etag).status_code == 304
