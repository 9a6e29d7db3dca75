"""Labels and stories through the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from backend.circuits.circuit import Circuit
from backend.store import save_circuit
from tests.backend.api.conftest import MakeClient, services_of

SCRIPT = "<script>alert('\U0001f40d')</script>"


def label(text: str, *, on: int = 0, author: str = "Ada", **more: Any) -> dict[str, Any]:
    return {"on": on, "author": author, "document": {"kind": "label", "label": text, **more}}


def step(state: str, story: str = "story:how") -> dict[str, Any]:
    document = {"kind": "step", "story": story, "title": "One", "place": 1.0, "state": state}
    return {"on": 0, "author": "Ada", "document": document}


def story(title: str) -> dict[str, Any]:
    return {"on": 0, "author": "Ada", "document": {"kind": "story", "title": title}}


@pytest.fixture
def path(stored: Circuit) -> str:
    return f"/api/circuits/{stored.slug}/words"


def test_a_label_is_saved_edited_and_taken_away(
    client: TestClient, stored: Circuit, path: str
) -> None:
    node = stored.nodes[0]
    first = client.put(f"{path}/{node}", json=label(f" {SCRIPT} ", note="why")).json()
    assert (first["version"], first["author"]) == (1, "Ada")
    assert first["document"]["label"] == SCRIPT
    assert client.get(path).json() == [first]
    second = client.put(f"{path}/{node}", json=label("x", on=1, author="Bo")).json()
    gone = client.delete(f"{path}/{node}", params={"on": 2, "author": "Ada"})
    assert gone.status_code == 200
    assert client.get(path).json() == []
    assert client.get(f"{path}/{node}/versions").json() == [gone.json(), second, first]


def test_who_comes_too_late_is_told_what_stands_there(
    client: TestClient, stored: Circuit, path: str
) -> None:
    node = stored.nodes[0]
    present = client.put(f"{path}/{node}", json=label("theirs", author="Bo")).json()
    for answer in (
        client.put(f"{path}/{node}", json=label("mine")),
        client.delete(f"{path}/{node}", params={"on": 5, "author": "Ada"}),
    ):
        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["present"] == present
        assert "Bo's" in problem["detail"]
    assert client.get(path).json() == [present]
    nothing = client.put(f"{path}/{stored.nodes[1]}", json=label("mine", on=3)).json()
    assert nothing["present"] is None


def test_edges_groups_and_steps_have_words(client: TestClient, stored: Circuit, path: str) -> None:
    edge = f"{stored.edges[0].source}>{stored.edges[0].target}"
    members = stored.nodes[:3]
    state = f"ablated={','.join(members)}&select={edge}"
    assert client.put(f"{path}/{edge}", json=label("a wire")).status_code == 200
    group = client.put(f"{path}/group:box", json=label("a box", members=members))
    assert group.json()["document"]["members"] == members
    assert client.put(f"{path}/step:one", json=step(state)).status_code == 200
    assert {word["target"] for word in client.get(path).json()} == {edge, "group:box", "step:one"}


def case(title: str = "nested", **document: str) -> dict[str, Any]:
    return {"on": 0, "author": "Ada", "document": {"kind": "case", "title": title} | document}


def test_a_case_is_kept_in_versions_and_travels_in_a_bundle(
    client: TestClient, make_client: MakeClient, tmp_path: Path, stored: Circuit, path: str
) -> None:
    written = {"prompt": "x = 'a\n\t", "expected": "'", "against": '"', "text": SCRIPT}
    first = client.put(f"{path}/case:nested", json=case(**written)).json()
    assert first["document"] == {"kind": "case", "title": "nested", **written}
    late = client.put(f"{path}/case:nested", json=case(prompt="y"))
    assert (late.status_code, late.json()["present"]) == (409, first)
    second = client.put(f"{path}/case:nested", json=case(prompt="y") | {"on": 1}).json()
    client.delete(f"{path}/case:nested", params={"on": 2, "author": "Bo"})
    assert client.get(path).json() == []
    back = client.put(f"{path}/case:nested", json=case(**written)).json()
    assert client.get(f"{path}/case:nested/versions").json()[2:] == [second, first]

    bundle = client.get(f"/api/circuits/{stored.slug}/bundle").json()
    other = make_client(data_dir=tmp_path / "elsewhere")
    assert other.post("/api/bundles", json=bundle).json()["warning"] is None
    assert other.get(path).json() == [back | {"version": 1}]


def test_a_circuit_counts_the_stories_that_can_be_read(
    client: TestClient, stored: Circuit, path: str
) -> None:
    def count() -> int:
        listed = client.get("/api/circuits").json()
        return next(each["stories"] for each in listed if each["slug"] == stored.slug)

    assert count() == 0
    client.put(f"{path}/story:how", json=story("How it works"))
    assert count() == 0  # nothing to read yet
    client.put(f"{path}/step:one", json=step("mode=model"))
    client.put(f"{path}/step:two", json=step(""))
    assert count() == 1
    client.delete(f"{path}/story:how", params={"on": 1, "author": "Ada"})
    assert count() == 0
    client.put(f"{path}/story:how", json=story("How it works"))
    assert count() == 1
    for target in ("step:one", "step:two"):
        client.delete(f"{path}/{target}", params={"on": 1, "author": "Ada"})
    assert count() == 0


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("9.mlp.post_act.1", label("no such node")),
        ("group:Box", label("no such name", members=["NODE"])),
        ("group:box", label("nobody in it")),
        ("group:box", label("a stranger in it", members=["9.mlp.post_act.1"])),
        ("group:box", label("twice in it", members=["NODE", "NODE"])),
        ("NODE", label("a node with members", members=["NODE"])),
        ("step:one", label("a label where steps are")),
        ("NODE", step("")),
        ("NODE", story("not at a node")),
        ("step:one", story("not where steps are")),
        ("story:how", label("a label where stories are")),
        ("step:one", step("", story="step:two")),
        ("step:one", step("constants=9.mlp.post_act.1:2")),
        ("step:one", step("factors=9.mlp.post_act.1:-1e1")),
        ("step:one", step("chosen=9.mlp.post_act.1")),
        ("step:one", step("ablated=9.mlp.post_act.1")),
        ("step:one", step("select=0.mlp.act_in.0>9.mlp.post_act.1")),
        (
            "NODE",
            {"on": 0, "author": "A", "document": {"kind": "case", "title": "x", "prompt": "y"}},
        ),
        ("case:one", {"on": 0, "author": "A", "document": {"kind": "case", "title": "x"}}),
        ("case:one", label("x")),
        ("NODE", label(" ")),
        ("NODE", label("x", author="")),
        ("NODE", label("x" * 81)),
    ],
)
def test_what_does_not_fit_the_circuit_is_refused(
    client: TestClient, stored: Circuit, path: str, target: str, body: dict[str, Any]
) -> None:
    node = stored.nodes[0]
    if "members" in body["document"]:
        body = label(
            body["document"]["label"],
            members=[node if name == "NODE" else name for name in body["document"]["members"]],
        )
    answer = client.put(f"{path}/{target.replace('NODE', node)}", json=body)
    assert answer.status_code == 422
    assert answer.json()["remedy"]
    assert client.get(path).json() == []


def test_a_step_may_speak_of_another_size_on_the_path(
    client: TestClient, circuit: Circuit, circuit_with_path: Circuit
) -> None:
    with services_of(client).store.write() as session:
        save_circuit(session, circuit_with_path)
    path = f"/api/circuits/{circuit_with_path.slug}/words"
    own = set(circuit_with_path.nodes)
    larger = next(node for node in circuit.nodes if node not in own)
    new = next(edge for edge in circuit.edges if not {edge.source, edge.target} <= own)
    edge = f"{new.source}>{new.target}"
    size = len(circuit.nodes)
    for state in (f"ablated={larger}&select={edge}", f"ablated_edges={edge}&chosen={larger}"):
        answer = client.put(
            f"{path}/step:{len(client.get(path).json())}", json=step(f"size={size}&{state}")
        )
        assert answer.status_code == 200, answer.json()
    stranger = f"{new.target}>{new.source}"  # weights run one way
    refused = client.put(f"{path}/step:no", json=step(f"size={size}&select={stranger}"))
    assert refused.status_code == 422
    assert "another size" in refused.json()["detail"]


def test_writing_needs_the_token_reading_does_not(
    make_client: MakeClient, circuit: Circuit
) -> None:
    client = make_client(write_token="open sesame")
    path = f"/api/circuits/{circuit.slug}/words"
    token = {"Authorization": "Bearer open sesame"}
    bundle = {"circuit": circuit.model_dump(mode="json")}
    assert client.post("/api/bundles", json=bundle, headers=token).status_code == 200
    target = f"{path}/{circuit.nodes[0]}"
    assert client.put(target, json=label("x")).status_code == 403
    assert client.delete(target, params={"on": 1, "author": "A"}).status_code == 403
    assert client.put(target, json=label("x"), headers=token).status_code == 200
    assert len(client.get(path).json()) == 1


def test_words_travel_in_a_bundle_of_version_2(
    client: TestClient, make_client: MakeClient, tmp_path: Path, stored: Circuit, path: str
) -> None:
    bundle_path = f"/api/circuits/{stored.slug}/bundle"
    plain = client.get(bundle_path).json()
    assert plain["version"] == 1
    assert "words" not in plain  # so that older programs read it
    word = client.put(f"{path}/{stored.nodes[0]}", json=label("mine")).json()
    bundle = client.get(bundle_path).json()
    assert (bundle["version"], bundle["words"]) == (2, [word])

    other = make_client(data_dir=tmp_path / "elsewhere")
    assert other.post("/api/bundles", json=bundle).json()["warning"] is None
    assert other.get(path).json() == [word]
    other.put(f"{path}/{stored.nodes[0]}", json=label("theirs", on=1, author="Bo"))
    assert "1 of the bundle's labels" in other.post("/api/bundles", json=bundle).json()["warning"]
    assert other.get(path).json()[0]["document"]["label"] == "theirs"

    bundle["words"][0]["target"] = "9.mlp.post_act.1"
    assert other.post("/api/bundles", json=bundle).status_code == 422
