"""What a circuit's drawing is made of beside the circuit: other sizes, effects, values, text."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from backend.circuits.ablation import MeanValues, evaluate
from backend.circuits.circuit import Circuit
from backend.circuits.edges import circuit_alone
from backend.circuits.nodes import NodeSet
from backend.store import save_circuit
from models.anatomy import embedding_column, unembedding_column
from models.checkpoints import Checkpoint
from models.sites import Edge, Node
from tasks import Split, get_task
from tests.backend.api.conftest import services_of
from tests.backend.conftest import TASK, pruned


@pytest.fixture
def on_path(client: TestClient, circuit_with_path: Circuit) -> Circuit:
    with services_of(client).store.write() as session:
        save_circuit(session, circuit_with_path)
    return circuit_with_path


def ask(client: TestClient, circuit: Circuit, section: str, **query: Any) -> Any:
    answer = client.get(f"/api/circuits/{circuit.slug}/{section}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def loss_alone(
    checkpoint: Checkpoint, names: list[str], dropped: frozenset[Edge] = frozenset()
) -> float:
    assert checkpoint.tokenizer is not None
    assert checkpoint.node_means is not None
    batch = get_task(TASK).batch(checkpoint.tokenizer, Split.TEST, 100, 0)
    nodes = NodeSet.of(checkpoint.config, names)
    values = MeanValues(checkpoint.node_means)
    return evaluate(checkpoint.model, batch, circuit_alone(nodes, values, dropped)).task_loss


def test_the_effect_of_a_node_is_the_loss_without_it_less_the_loss(
    client: TestClient, stored: Circuit, checkpoint: Checkpoint
) -> None:
    effects = ask(client, stored, "single_effects")["effects"]
    assert list(effects) == stored.nodes
    whole = loss_alone(checkpoint, stored.nodes)
    for name in stored.nodes[::9]:
        without = loss_alone(checkpoint, [other for other in stored.nodes if other != name])
        assert effects[name] == pytest.approx(without - whole, abs=2e-5)


def test_effects_of_edges_are_of_the_kept_ones(
    client: TestClient, circuit: Circuit, checkpoint: Checkpoint
) -> None:
    fewer = pruned(circuit, 0)
    with services_of(client).store.write() as session:
        save_circuit(session, fewer)
    effects = ask(client, fewer, "single_effects", part="edges")["effects"]
    kept = [f"{edge.source}>{edge.target}" for edge in fewer.edges if edge.kept]
    assert list(effects) == kept
    dropped = {Edge.parse(f"{fewer.edges[0].source}>{fewer.edges[0].target}")}
    whole = loss_alone(checkpoint, fewer.nodes, frozenset(dropped))
    for name in kept[::20]:
        without = loss_alone(checkpoint, fewer.nodes, frozenset(dropped | {Edge.parse(name)}))
        assert effects[name] == pytest.approx(without - whole, abs=2e-5)


def test_values_are_those_of_the_pair_and_token(client: TestClient, stored: Circuit) -> None:
    found = ask(client, stored, "values", pair=3, second=True, position=2)
    name = stored.nodes[-1]
    inspected = ask(client, stored, f"nodes/{name}/pairs", start=3, count=1)["pairs"][0]["second"]
    assert found["position"] == 2
    assert found["tokens"] == inspected["tokens"]
    assert found["model"][name] == pytest.approx(inspected["model"][2], abs=1e-6)
    assert found["circuit"][name] == pytest.approx(inspected["circuit"][2], abs=1e-6)
    last = ask(client, stored, "values")
    assert last["position"] == len(last["tokens"]) - 1
    refused = client.get(f"/api/circuits/{stored.slug}/values", params={"position": 999})
    assert refused.status_code == 422
    assert "999" in refused.json()["detail"]


def test_a_size_is_drawn_without_being_stored(client: TestClient, on_path: Circuit) -> None:
    assert on_path.path is not None
    before = len(client.get("/api/circuits").json())
    graph = ask(client, on_path, "path/9/graph")
    assert {node["id"] for node in graph["nodes"]} == set(on_path.path.ranking[:9])
    assert all(edge["kept"] for edge in graph["edges"])
    assert set(ask(client, on_path, "single_effects", size=9)["effects"]) == set(
        on_path.path.ranking[:9]
    )
    assert len(client.get("/api/circuits").json()) == before
    assert client.get(f"/api/circuits/{on_path.slug}/path/9999/graph").status_code == 422


def test_text_stands_at_first_reads_and_last_writes(
    client: TestClient, stored: Circuit, checkpoint: Checkpoint
) -> None:
    ends = ask(client, stored, "graph")["ends"]
    parsed = [Node.parse(name) for name in stored.nodes]
    for side, column in (("tokens", embedding_column), ("logits", unembedding_column)):
        assert ends[side]
        for end in ends[side]:
            weights = column(checkpoint.model, end["channel"])
            of_channel = [
                node.name
                for node in parsed
                if node.index == end["channel"]
                and (node.site.kind.is_read if side == "tokens" else node.site.kind.is_write)
            ]
            assert end["node"] == of_channel[0 if side == "tokens" else -1]
            assert end["total"] == int(weights.count_nonzero())
            for token in end["tokens"]:
                assert token["weight"] == pytest.approx(float(weights[token["id"]]))
            others = [abs(t["weight"]) for t in end["tokens"] if t["answer"] is None]
            assert others == sorted(others, reverse=True)
            assert float(weights.abs().max()) in [
                pytest.approx(abs(token["weight"])) for token in end["tokens"]
            ]
        named = [[token["answer"] for token in end["tokens"]] for end in ends[side]]
        assert any(each[0] for each in named) == (side == "logits")
        assert all(answer is None for each in named for answer in each[2:])
