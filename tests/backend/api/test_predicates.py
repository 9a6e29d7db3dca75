"""Predicates of labels through the API: saved, refused, measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from starlette.testclient import TestClient

from backend.circuits.circuit import Circuit
from backend.circuits.predicates import measure
from backend.circuits.words import read_words
from backend.store import save_circuit
from models.checkpoints import Checkpoint, save_native
from models.sites import Node
from tests.backend.api.conftest import MakeClient, services_of


@pytest.fixture
def with_sample(
    make_client: MakeClient, checkpoint: Checkpoint, circuit: Circuit, tmp_path: Path
) -> TestClient:
    """A client of a server whose checkpoint brings held-out text."""
    assert checkpoint.tokenizer is not None
    text = checkpoint.tokenizer.encode("print('a')\nx = (\"b\")\n" * 40)
    rows = torch.tensor(text[: len(text) // 32 * 32]).view(-1, 32)
    folder = tmp_path / "zoo"
    folder.mkdir()
    save_native(
        folder / checkpoint.name,
        checkpoint.model,
        checkpoint.tokenizer,
        checkpoint.node_means,
        {"held_out_loss": 9.5},
        held_out=rows,
    )
    client = make_client(checkpoint_dirs=(folder,))
    with services_of(client).store.write() as session:
        save_circuit(session, circuit)
    return client


def ask(client: TestClient, circuit: Circuit, node: str, **query: Any) -> Any:
    return client.get(f"/api/circuits/{circuit.slug}/nodes/{node}/predicate", params=query)


def save(client: TestClient, circuit: Circuit, target: str, **document: Any) -> Any:
    body = {"on": 0, "author": "Ada", "document": {"kind": "label", "label": "x"} | document}
    return client.put(f"/api/circuits/{circuit.slug}/words/{target}", json=body)


def test_a_label_carries_a_predicate_and_old_ones_none(client: TestClient, stored: Circuit) -> None:
    predicate = {"pattern": "^\\('", "at": "token", "active": "above", "threshold": 5.0}
    saved = save(client, stored, stored.nodes[0], predicate=predicate)
    assert saved.status_code == 200
    assert saved.json()["document"]["predicate"] == predicate
    plain = save(client, stored, stored.nodes[1]).json()
    assert "predicate" not in plain["document"]  # older versions can read it
    words = client.get(f"/api/circuits/{stored.slug}/words").json()
    assert {each["target"] for each in words} == set(stored.nodes[:2])
    file = {"slug": stored.slug, "words": words}
    read = read_words(json.dumps(file).encode())
    assert [word.model_dump(mode="json")["document"] for word in read.words] == [
        each["document"] for each in words
    ]


@pytest.mark.parametrize(
    ("predicate", "said"),
    [
        ({"pattern": "("}, "unclosed group"),
        ({"pattern": "(?<=a)b"}, "look-around"),
        ({"pattern": "a", "threshold": -1}, "every magnitude"),
        ({"pattern": ""}, "at least 1"),
        ({"pattern": "a", "at": "after"}, "before"),
    ],
)
def test_a_bad_predicate_is_refused_saved_or_not(
    client: TestClient, stored: Circuit, predicate: dict[str, Any], said: str
) -> None:
    node = stored.nodes[0]
    for answer in (
        save(client, stored, node, predicate=predicate),
        ask(client, stored, node, **predicate),
    ):
        assert answer.status_code == 422
        problem = answer.json()
        assert said in problem["detail"]
        assert problem["remedy"]
    assert client.get(f"/api/circuits/{stored.slug}/words").json() == []


def test_only_a_node_has_a_predicate(client: TestClient, stored: Circuit) -> None:
    edge = stored.edges[0]
    for target, more in (
        (f"{edge.source}>{edge.target}", {}),
        ("group:some", {"members": stored.nodes[:2]}),
    ):
        refused = save(client, stored, target, predicate={"pattern": "a"}, **more)
        assert refused.status_code == 422
        assert "only a node is active" in refused.json()["detail"]


def test_without_held_out_text_only_the_swap_is_measured(
    client: TestClient, stored: Circuit
) -> None:
    found = ask(client, stored, stored.nodes[0], pattern="'").json()
    assert found["detection"] is None
    assert found["swap"]["holds"] > 0
    assert found["swap"]["pairs"] == 100


def test_measured_as_counted_by_hand(
    with_sample: TestClient, circuit: Circuit, checkpoint: Checkpoint
) -> None:
    """Each token, by its text and the node's value there, as the sample itself tells them."""
    node = circuit.nodes[0]
    found = ask(with_sample, circuit, node, pattern="'", active="above", threshold=0.1).json()
    detection = found["detection"]
    assert found["in_circuit"]
    assert detection["threshold"] == 0.1
    assert detection["places"] == 32 * detection["windows"]
    assert detection["both"] <= min(detection["holds"], detection["active"])
    for kind, inside, active in (
        ("hits", True, True),
        ("false_positives", True, False),
        ("false_negatives", False, True),
    ):
        for example in detection[kind]:
            at = example["position"] - example["start"]
            assert ("'" in example["tokens"][at]["text"]) is inside
            assert (example["values"][at] > 0.1) is active
    assert detection["holds"] > 0
    precision = detection["precision"]
    assert precision["value"] == pytest.approx(detection["both"] / detection["holds"])
    assert precision["low"] <= precision["value"] <= precision["high"]


def test_a_predicate_that_holds_nowhere_has_no_precision(
    with_sample: TestClient, circuit: Circuit
) -> None:
    found = ask(with_sample, circuit, circuit.nodes[0], pattern="nowhere at all").json()
    assert found["detection"]["holds"] == 0
    assert found["detection"]["precision"] is None
    assert found["swap"]["holds"] == 0
    assert found["swap"]["explained"] is None
    assert found["swap"]["within"] == found["swap"]["anywhere"]


def test_the_same_again_is_not_measured_again(
    client: TestClient, stored: Circuit, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(client, stored, stored.nodes[2], pattern="a|b", at="before").json()
    monkeypatch.setattr(measure, "swap", lambda *_: pytest.fail("measured again"))
    assert ask(client, stored, stored.nodes[2], pattern="a|b", at="before").json() == first


def test_a_node_outside_the_circuit_is_put_into_it(
    client: TestClient, stored: Circuit, checkpoint: Checkpoint
) -> None:
    outside = next(
        str(node)
        for node in (Node.parse(f"0.mlp.post_act.{i}", checkpoint.config) for i in range(32))
        if node.name not in stored.nodes
    )
    found = ask(client, stored, outside, pattern="'").json()
    assert not found["in_circuit"]
