"""Checkpoints, tasks, circuits, states and bundles through the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from backend.circuits.circuit import Circuit
from models.checkpoints import Checkpoint, save_native
from models.tokenizer import Tokenizer
from tests.backend.api.conftest import MakeClient
from tests.backend.conftest import CHECKPOINT, TASK
from tests.micro_model import small_model


def test_health(client: TestClient) -> None:
    assert client.get("/api/health").json()["write_protected"] is False


def test_checkpoints_are_listed_and_described(client: TestClient, checkpoint: Checkpoint) -> None:
    listed = {each["name"]: each for each in client.get("/api/checkpoints").json()}
    detail = client.get(f"/api/checkpoints/{CHECKPOINT}").json()
    assert listed[CHECKPOINT].items() <= detail.items()
    assert detail["digest"] == checkpoint.digest
    assert detail["held_out_loss"] == 9.5
    assert detail["config"]["d_model"] == 16
    assert len(detail["sites"]) == 16


def test_a_broken_checkpoint_is_listed_with_its_error(
    make_client: MakeClient, tmp_path: Path
) -> None:
    folder = tmp_path / "data" / "checkpoints" / "broken"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    client = make_client()
    assert "broken" not in {each["name"] for each in client.get("/api/checkpoints").json()}
    broken = client.get("/api/broken-checkpoints").json()
    assert [each["name"] for each in broken] == ["broken"]
    problem = client.get("/api/checkpoints/broken")
    assert problem.status_code == 422
    assert "broken" in problem.json()["detail"]


def test_examples_are_pairs_of_tokens(client: TestClient) -> None:
    path = f"/api/tasks/{TASK}/examples"
    answer = client.get(path, params={"checkpoint": CHECKPOINT, "count": 5}).json()
    assert len(answer["pairs"]) == 5
    for pair in answer["pairs"]:
        text = "".join(token["text"] for token in pair["first"])
        assert text.endswith(pair["first_text"])
        assert pair["first_answer"] != pair["second_answer"]


def test_a_task_that_does_not_fit_says_why(make_client: MakeClient, tmp_path: Path) -> None:
    bytes_only = Tokenizer.train(["x"], 257)
    save_native(tmp_path / "folder" / "bytes", small_model(vocab_size=257), bytes_only, None, {})
    client = make_client(checkpoint_dirs=(tmp_path / "folder",))
    answer = client.get("/api/tasks/class_init/examples", params={"checkpoint": "bytes"})
    assert answer.status_code == 422
    assert "class_init" in answer.json()["detail"]


def test_a_circuit_comes_back_unchanged(client: TestClient, stored: Circuit) -> None:
    detail = client.get(f"/api/circuits/{stored.slug}").json()
    assert Circuit.model_validate(detail["circuit"]) == stored
    listed = client.get("/api/circuits", params={"checkpoint": CHECKPOINT, "task": TASK}).json()
    assert listed == [detail["summary"]]
    assert (
        client.get("/api/circuits", params={"checkpoint": CHECKPOINT, "task": "class_init"}).json()
        == []
    )


def test_the_graph_has_every_node_and_edge(client: TestClient, stored: Circuit) -> None:
    graph = client.get(f"/api/circuits/{stored.slug}/graph").json()
    assert {node["id"] for node in graph["nodes"]} == set(stored.nodes)
    weights = {
        (edge["source"], edge["target"]) for edge in graph["edges"] if edge["kind"] == "weight"
    }
    assert weights == {(edge.source, edge.target) for edge in stored.edges}


@pytest.mark.parametrize("form", ["json", "graphml"])
def test_export_is_a_file(client: TestClient, stored: Circuit, form: str) -> None:
    answer = client.get(f"/api/circuits/{stored.slug}/export", params={"format": form})
    assert f'filename="{stored.slug}.{form}"' in answer.headers["content-disposition"]
    if form == "json":
        assert Circuit.model_validate_json(answer.text) == stored
    else:
        assert answer.text.count("<node ") == len(stored.nodes)


def test_evaluating_the_untouched_circuit_gives_its_own_numbers(
    client: TestClient, stored: Circuit
) -> None:
    answer = client.post(f"/api/circuits/{stored.slug}/evaluate", json={}).json()
    assert answer["numbers"] == answer["circuit"]
    assert answer["kept_nodes"] == len(stored.nodes)
    assert len(answer["pairs"]) == answer["n"]


def test_ablating_changes_the_kept_set(client: TestClient, stored: Circuit) -> None:
    gone, back = stored.nodes[0], "1.mlp.resid_delta.0"
    question = {"ablated": [gone], "restored": [back], "value": "zero", "references": False}
    answer = client.post(f"/api/circuits/{stored.slug}/evaluate", json=question).json()
    assert answer["kept_nodes"] == len(stored.nodes)
    assert answer["circuit"] is None
    assert answer["request"]["ablated"] == [gone]


def test_a_prompt_is_answered_with_next_tokens(client: TestClient, stored: Circuit) -> None:
    question = {"mode": "model", "prompt": "x = 'a"}
    prompt = client.post(f"/api/circuits/{stored.slug}/evaluate", json=question).json()["prompt"]
    assert prompt["now"] == prompt["untouched"]["model"]
    assert set(prompt["untouched"]) == {"circuit", "circuit_ablated", "model"}
    assert "".join(token["text"] for token in prompt["tokens"][1:]) == "x = 'a"


def test_effects_of_parts_come_in_their_order(client: TestClient, stored: Circuit) -> None:
    path = f"/api/circuits/{stored.slug}"
    one, other = stored.nodes[0], stored.nodes[-1]
    parts = [[other], [one], [one, other]]
    answer = client.post(f"{path}/effects", json={"parts": parts}).json()
    assert [set(part["nodes"]) for part in answer["parts"]] == [set(part) for part in parts]
    for part in answer["parts"]:
        asked = client.post(f"{path}/evaluate", json={"ablated": part["nodes"]}).json()
        assert part["task_loss"] == pytest.approx(asked["numbers"]["task_loss"]["value"], rel=1e-6)
    refused = client.post(f"{path}/effects", json={"parts": [["7.mlp.post_act.1"]]})
    assert refused.status_code == 422
    assert "7.mlp.post_act.1" in refused.json()["detail"]


def test_overlap_and_unknown_nodes_are_refused(client: TestClient, stored: Circuit) -> None:
    path = f"/api/circuits/{stored.slug}/evaluate"
    node = stored.nodes[0]
    both = client.post(path, json={"ablated": [node], "restored": [node]})
    assert both.status_code == 422
    assert node in both.json()["detail"]
    unknown = client.post(path, json={"ablated": ["7.mlp.post_act.1"]})
    assert unknown.status_code == 422
    assert "7.mlp.post_act.1" in unknown.json()["detail"]


def test_a_state_is_kept_under_the_same_id(client: TestClient) -> None:
    state = {"path": "/circuits/quote-0123", "state": "mode=model&ablated=" + "x" * 5000}
    created = client.post("/api/states", json=state)
    assert created.status_code == 201
    assert client.get(created.headers["location"]).json() == created.json()
    assert client.post("/api/states", json=state).json()["id"] == created.json()["id"]
    assert created.json()["numbers"] is None


def test_a_state_is_kept_with_the_numbers_it_showed(client: TestClient) -> None:
    state = {"path": "/circuits/quote-0123", "state": "mode=model"}
    numbers = {"task_loss": 0.125, "accuracy": 0.97, "logit_difference": 3.5}
    created = client.post("/api/states", json=state | {"numbers": numbers})
    assert client.get(created.headers["location"]).json()["numbers"] == numbers
    without, other = (
        client.post("/api/states", json=state | more).json()["id"]
        for more in ({}, {"numbers": numbers | {"task_loss": 0.25}})
    )
    assert len({created.json()["id"], without, other}) == 3
    refused = client.post("/api/states", json=state | {"numbers": {"task_loss": 0.1}})
    assert refused.status_code == 422


def test_a_bundle_opens_under_the_same_path_elsewhere(
    client: TestClient, stored: Circuit, make_client: MakeClient, tmp_path: Path
) -> None:
    bundle = client.get(f"/api/circuits/{stored.slug}/bundle")
    other = make_client(database_url=f"sqlite:///{tmp_path / 'other.sqlite3'}")
    imported = other.post("/api/bundles", json=bundle.json()).json()
    assert imported["new"] is True
    assert imported["warning"] is None
    again = other.post("/api/bundles", json=bundle.json()).json()
    assert again["new"] is False
    path = f"/api/circuits/{stored.slug}"
    assert other.get(path).json()["circuit"] == client.get(path).json()["circuit"]


def test_a_changed_bundle_is_refused(client: TestClient, stored: Circuit) -> None:
    bundle = client.get(f"/api/circuits/{stored.slug}/bundle").json()
    bundle["circuit"]["nodes"].pop()
    bundle["circuit"]["edges"] = []
    answer = client.post("/api/bundles", json=bundle)
    assert answer.status_code == 422
    assert "slug" in answer.json()["detail"]
    assert "Export" in answer.json()["remedy"]


def test_a_circuit_without_its_checkpoint_can_be_read_but_not_drawn(
    client: TestClient, stored: Circuit, make_client: MakeClient, tmp_path: Path
) -> None:
    bundle = client.get(f"/api/circuits/{stored.slug}/bundle").json()
    other = make_client(database_url=f"sqlite:///{tmp_path / 'other.sqlite3'}", checkpoint_dirs=())
    imported = other.post("/api/bundles", json=bundle).json()
    assert CHECKPOINT in imported["warning"]
    assert other.get(f"/api/circuits/{stored.slug}").status_code == 200
    graph = other.get(f"/api/circuits/{stored.slug}/graph")
    assert graph.status_code == 404
    assert "checkpoints/" in graph.json()["remedy"]
