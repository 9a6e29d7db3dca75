"""A circuit unrolled over tokens, through the API."""

from __future__ import annotations

from starlette.testclient import TestClient

from backend.circuits.circuit import Circuit


def test_a_pairs_sequence_is_unrolled(client: TestClient, stored: Circuit) -> None:
    path = f"/api/circuits/{stored.slug}/unrolled"
    asked = {"pair": 1, "second": True, "ablated": stored.nodes[:1]}
    answer = client.post(path, json=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [node["name"] for node in found["nodes"]] == stored.nodes
    values = client.get(
        f"/api/circuits/{stored.slug}/values", params={"pair": 1, "second": True}
    ).json()
    assert found["tokens"] == values["tokens"]
    assert found["pairs"] == values["pairs"]
    last = {node["name"]: node["model"][-1] for node in found["nodes"]}
    assert all(abs(last[name] - value) < 1e-5 for name, value in values["model"].items())
    assert [set(answer) for answer in found["answers"]] == [{"token", "now", "model"}] * 2
    assert found["request"]["ablated"] == stored.nodes[:1]


def test_a_prompt_too_long_is_refused(client: TestClient, stored: Circuit) -> None:
    path = f"/api/circuits/{stored.slug}/unrolled"
    answer = client.post(path, json={"prompt": "x = 1\n" * 200})
    assert answer.status_code == 422
    assert "Shorten the prompt" in answer.json()["remedy"]
    assert client.post(path, json={"pair": 100}).status_code == 404
