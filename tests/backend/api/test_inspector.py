"""The sections of the node inspector, through the API, on a circuit of random weights."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from starlette.testclient import TestClient

from backend.circuits.circuit import Circuit
from backend.circuits.inspector import sample
from backend.circuits.nodes import NodeSet
from backend.store import save_circuit
from models.checkpoints import Checkpoint
from models.sites import Node, SiteKind
from tests.backend.api.conftest import services_of
from tests.backend.conftest import make_circuit, pruned


def ask(client: TestClient, circuit: Circuit, node: str, section: str = "", **query: Any) -> Any:
    answer = client.get(f"/api/circuits/{circuit.slug}/nodes/{node}{section}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def of_kind(circuit: Circuit, kind: SiteKind) -> str:
    return next(name for name in circuit.nodes if Node.parse(name).site.kind is kind)


def test_facts_of_a_query_channel(
    client: TestClient, stored: Circuit, checkpoint: Checkpoint
) -> None:
    name = of_kind(stored, SiteKind.Q)
    facts = ask(client, stored, name)
    node = Node.parse(name)
    assert (facts["node"], facts["in_circuit"], facts["head"]) == (name, True, node.index // 4)
    assert facts["partner"] == name.replace(".q.", ".k.")
    assert facts["partner_in_circuit"] == (facts["partner"] in stored.nodes)
    means = checkpoint.node_means
    assert means is not None
    assert facts["mean"] == float(means.values[node.site.name][node.index])
    assert facts["norm_weight"] is None


def test_edges_inside_and_outside_sum_up(
    client: TestClient, stored: Circuit, checkpoint: Checkpoint
) -> None:
    for name in stored.nodes[::7]:
        found = ask(client, stored, name, "/edges")
        own = {
            "into": {edge.source: edge.weight for edge in stored.edges if edge.target == name},
            "out": {edge.target: edge.weight for edge in stored.edges if edge.source == name},
        }
        for side in ("into", "out"):
            assert {end["node"]: end["weight"] for end in found[side]["circuit"]} == own[side]
            assert found[side]["used"] == len(own[side])
            assert found[side]["outside_total"] == found[side]["total"] - len(own[side])
            assert all(end["node"] not in own[side] for end in found[side]["outside"])


def test_pruned_edges_are_not_used(client: TestClient, circuit: Circuit) -> None:
    without = pruned(circuit, 0)
    with services_of(client).store.write() as session:
        save_circuit(session, without)
    edge = without.edges[0]
    into = ask(client, without, edge.target, "/edges")["into"]
    assert into["used"] == len(into["circuit"]) - 1
    assert [end["node"] for end in into["circuit"] if not end["kept"]] == [edge.source]


def test_a_node_outside_the_circuit_is_its_mean_there(
    client: TestClient, stored: Circuit, checkpoint: Checkpoint
) -> None:
    names = NodeSet.all(checkpoint.config).names()
    outside = next(name for name in names if name not in stored.nodes and ".act_in." in name)
    facts = ask(client, stored, outside)
    assert facts["in_circuit"] is False
    edges = ask(client, stored, outside, "/edges")
    assert edges["out"]["circuit"] == []
    (pair,) = ask(client, stored, outside, "/pairs", count=1)["pairs"]
    values = pair["first"]["circuit"]
    assert values == pytest.approx([facts["mean"]] * len(values))
    effect = ask(client, stored, outside, "/effect")
    assert effect["in_circuit"] is False
    assert effect["circuit"]["without_node"] == pytest.approx(
        client.post(f"/api/circuits/{stored.slug}/evaluate", json={}).json()["numbers"][
            "task_loss"
        ]["value"]
    )


def test_effects_are_those_that_a_toggle_has(client: TestClient, stored: Circuit) -> None:
    name = of_kind(stored, SiteKind.NEURON)
    found = ask(client, stored, name, "/effect")
    for place, mode in (("circuit", "circuit"), ("model", "model")):
        said = client.post(
            f"/api/circuits/{stored.slug}/evaluate", json={"mode": mode, "ablated": [name]}
        ).json()
        after, before = (said[key]["task_loss"]["value"] for key in ("numbers", "circuit"))
        assert found[place]["without_node"] == pytest.approx(after)
        assert found[place]["with_node"] == pytest.approx(before)
        change = found[place]["loss"]
        assert change["value"] == pytest.approx(after - before, abs=1e-6)
        assert change["low"] <= change["value"] <= change["high"]


def test_pairs_come_in_pages_with_their_differences(client: TestClient, stored: Circuit) -> None:
    name = of_kind(stored, SiteKind.MLP_IN)
    found = ask(client, stored, name, "/pairs", start=3, count=2)
    assert [pair["pair"] for pair in found["pairs"]] == [3, 4]
    assert found["total"] == 100
    pair = found["pairs"][0]
    for side in ("model", "circuit"):
        assert len(pair["first"][side]) == len(pair["first"]["tokens"])
        assert len(pair[f"{side}_difference"]) == len(pair["first"]["tokens"])
        if len(pair["first"]["tokens"]) == len(pair["second"]["tokens"]):
            assert pair[f"{side}_difference"][-1] == pytest.approx(
                pair["first"][side][-1] - pair["second"][side][-1]
            )
    assert ask(client, stored, name, "/pairs", start=100)["pairs"] == []


def test_attention_adds_up_and_is_compared(client: TestClient, stored: Circuit) -> None:
    for kind in (SiteKind.K, SiteKind.V):
        found = ask(client, stored, of_kind(stored, kind), "/attention", pair=2, second=True)
        length = len(found["tokens"])
        assert found["query"] == length - 1
        for side in (found["model"], found["circuit"]):
            assert [len(row) for row in side["pattern"]] == list(range(1, length + 1))
            assert sum(side["pattern"][-1]) + side["sink"][-1] == pytest.approx(1)
            parts = torch.tensor([each["scores"] for each in side["channels"]])
            assert torch.allclose(parts.sum(0), torch.tensor(side["scores"]), atol=1e-5)
        assert len(found["divergence"]) == length
        assert 0 <= found["mean_divergence"] <= 0.6932
        assert found["differs"] == (found["mean_divergence"] > found["limit"])


def test_a_whole_circuit_attends_as_the_model(client: TestClient, checkpoint: Checkpoint) -> None:
    everything = make_circuit(checkpoint, NodeSet.all(checkpoint.config))
    with services_of(client).store.write() as session:
        save_circuit(session, everything)
    found = ask(client, everything, "1.attn.q.0", "/attention", query=4)
    assert found["model"] == found["circuit"]
    assert (found["query"], found["mean_divergence"], found["differs"]) == (4, 0, False)


def test_tokens_are_those_of_the_channel(client: TestClient, stored: Circuit) -> None:
    name = of_kind(stored, SiteKind.ATTN_OUT)
    channel = Node.parse(name).index
    assert ask(client, stored, name, "/tokens") == (
        client.get(f"/api/checkpoints/{stored.checkpoint}/channels/{channel}").json()
    )


def test_a_checkpoint_without_held_out_text_has_no_sample(
    client: TestClient, stored: Circuit
) -> None:
    found = ask(client, stored, stored.nodes[0], "/sample")
    assert (found["places"], found["groups"]) == (None, [])


def test_examples_of_held_out_text(client: TestClient) -> None:
    shipped = client.get("/api/circuits?checkpoint=python-2l-256").json()[0]["slug"]
    name = client.get(f"/api/circuits/{shipped}/graph").json()["nodes"][0]["id"]
    found = client.get(f"/api/circuits/{shipped}/nodes/{name}/sample").json()
    assert found["places"] == 32 * 64
    assert sum(found["counts"]) == found["nonzero"] > 0
    largest, least = found["groups"][0], found["groups"][-1]
    assert len(largest["excerpts"]) <= sample.EXTREME
    for group in (largest, least):
        first = group["excerpts"][0]
        assert first["values"][first["position"] - first["start"]] == pytest.approx(group["value"])


def test_the_other_circuits_of_a_node(
    client: TestClient, stored: Circuit, checkpoint: Checkpoint
) -> None:
    other = make_circuit(checkpoint, NodeSet.of(checkpoint.config, stored.nodes[:3]))
    with services_of(client).store.write() as session:
        save_circuit(session, other)
    first = ask(client, stored, stored.nodes[0], "/circuits")["circuits"]
    assert [each["slug"] for each in first] == [other.slug]
    assert ask(client, stored, stored.nodes[3], "/circuits")["circuits"] == []


@pytest.mark.parametrize(
    ("node", "section", "status", "said"),
    [
        ("0.mlp.post_act.999", "", 404, "has nodes 0 to 31"),
        ("nothing", "/edges", 404, "is no node"),
        ("0.mlp.post_act.3", "/attention", 404, "belongs to no head"),
        ("0.mlp.post_act.3", "/tokens", 404, "is no residual channel"),
        ("0.attn.q.0", "/attention?pair=100", 404, "there are 0 to 99"),
        ("0.attn.q.0", "/attention?query=90", 422, "it has 0 to"),
        ("0.attn.q.0", "/pairs?count=0", 422, "count"),
    ],
)
def test_what_cannot_be_asked_is_named(
    client: TestClient, stored: Circuit, node: str, section: str, status: int, said: str
) -> None:
    answer = client.get(f"/api/circuits/{stored.slug}/nodes/{node}{section}")
    assert answer.status_code == status
    assert said in answer.json()["detail"]
