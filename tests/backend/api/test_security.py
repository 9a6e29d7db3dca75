"""Who may ask, and what every answer forbids the browser."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from backend.api import security
from backend.circuits.circuit import Circuit
from tests.backend.api.conftest import MakeClient, services_of

TOKEN = "a long random token"
STATE = {"path": "/circuits/quote-0123", "state": "mode=model"}


@pytest.fixture
def protected(make_client: MakeClient) -> TestClient:
    return make_client(write_token=TOKEN)


@pytest.mark.parametrize("path", ["/api/health", "/api/nothing", "/static/plotly.min.js"])
def test_every_answer_carries_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"].split("; ")
    assert "script-src 'self'" in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8000", "", "[::1", "localhost@evil.example"]
)
def test_a_foreign_host_name_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/api/health", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "CIRCUIT_EXPLORER_ALLOWED_HOSTS" in answer.json()["remedy"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_own_host_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/api/health", headers={"Host": host}).status_code == 200


def test_the_bound_and_allowed_names_are_answered(make_client: MakeClient) -> None:
    client = make_client(host="10.0.0.7", write_token=TOKEN, allowed_hosts=("lab.example",))
    for host in ("10.0.0.7:8000", "lab.example"):
        assert client.get("/api/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}],
    ids=["none", "wrong", "scheme"],
)
def test_writing_needs_the_token(protected: TestClient, headers: dict[str, str]) -> None:
    for method, path in [
        ("POST", "/api/states"),
        ("POST", "/api/searches"),
        ("POST", "/api/bundles"),
        ("DELETE", "/api/jobs/0123"),
    ]:
        answer = protected.request(method, path, json=STATE, headers=headers)
        assert answer.status_code == 403
        assert "Bearer" in answer.json()["remedy"]


def test_the_token_opens_and_reading_needs_none(protected: TestClient) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert protected.post("/api/states", json=STATE, headers=headers).status_code == 201
    assert protected.get("/api/health").json()["write_protected"] is True


def test_asking_what_if_counts_as_reading(protected: TestClient, circuit: Circuit) -> None:
    services_of(protected)
    for question, body in (("evaluate", {}), ("effects", {"parts": []})):
        answer = protected.post(f"/api/circuits/{circuit.slug}/{question}", json=body)
        assert answer.status_code == 404  # it is not stored; but it may be asked for


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_other_pages_may_not_write(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/api/states", json=STATE, headers=headers).status_code == 403


def test_own_pages_may_write(client: TestClient) -> None:
    headers = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/states", json=STATE, headers=headers).status_code == 201


@pytest.mark.parametrize("declared", [True, False])
def test_a_long_body_is_refused(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, declared: bool
) -> None:
    monkeypatch.setattr(security, "MAX_BODY_BYTES", 100)
    body = b'{"path": "/circuits/a", "state": "' + b"x" * 200 + b'"}'
    content = body if declared else iter([body[:80], body[80:]])
    answer = client.post(
        "/api/states", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert answer.json()["remedy"]
