"""Attribution graphs against the micro model, computed by hand in tests/micro_model.py."""

from __future__ import annotations

from typing import Any

import pytest

from backend.circuits.circuit import Circuit
from backend.circuits.exchange.attribution import attribution_graph
from backend.errors import InvalidRequestError
from models.checkpoints import Checkpoint
from tests.backend.circuits.exchange.micro_circuit import micro_checkpoint, micro_circuit

CHECKPOINT = micro_checkpoint()
CIRCUIT = micro_circuit(CHECKPOINT)
# Features: act_in 0 1, q 2, k 3, v 4, attention writes 5 6, act_in 7 8, neurons 9 10, writes 11 12.
LINKS = {
    # tokens a (1, 1) and b (1, -1), read by attention and by the MLP
    ("E_0_0", "0_0_0"): 1, ("E_0_0", "0_1_0"): 1, ("E_1_1", "0_0_1"): 1, ("E_1_1", "0_1_1"): -1,
    ("E_0_0", "0_7_0"): 1, ("E_0_0", "0_8_0"): 1, ("E_1_1", "0_7_1"): 1, ("E_1_1", "0_8_1"): -1,
    # key and value
    ("0_0_0", "0_3_0"): 1, ("0_0_1", "0_3_1"): 1, ("0_1_0", "0_4_0"): 1, ("0_1_1", "0_4_1"): -1,
    # attention: half of the first to itself, a third of each to the second; times 12
    ("0_4_0", "0_5_0"): 6, ("0_4_0", "0_5_1"): 4, ("0_4_1", "0_5_1"): -4,
    # read later
    ("0_5_0", "0_7_0"): 6,
    # neurons and what they write
    ("0_7_0", "0_9_0"): 7, ("0_7_1", "0_9_1"): 5, ("0_8_0", "0_10_0"): -1, ("0_8_1", "0_10_1"): 5,
    ("0_9_0", "0_12_0"): -7, ("0_9_1", "0_12_1"): -5, ("0_10_1", "0_12_1"): -6,
    # -6 / 5 times the unembedding of b and c
    ("0_12_1", "2_1_1"): -6, ("0_12_1", "2_2_1"): 6,
}  # fmt: skip


@pytest.fixture(scope="module")
def graph() -> dict[str, Any]:
    return attribution_graph(CIRCUIT, CHECKPOINT, "b")


def test_links_are_direct_contributions(graph: dict[str, Any]) -> None:
    found = {(link["source"], link["target"]): link["weight"] for link in graph["links"]}
    assert found == pytest.approx(LINKS, abs=1e-5)
    assert len(graph["links"]) == len(LINKS)


def test_every_node_stands_at_every_token(graph: dict[str, Any]) -> None:
    by_id = {node["node_id"]: node for node in graph["nodes"]}
    assert len(by_id) == len(graph["nodes"]) == 2 + 13 * 2 + 3
    neuron = by_id["0_10_1"]
    assert (neuron["layer"], neuron["feature"], neuron["ctx_idx"]) == ("0", 10, 1)
    assert (neuron["clerp"], neuron["activation"]) == ("0.mlp.post_act.1", 6.0)
    assert by_id["E_1_1"]["clerp"] == "token 'b'"
    assert {link[end] for link in graph["links"] for end in ("source", "target")} <= set(by_id)


def test_logits_carry_their_probabilities(graph: dict[str, Any]) -> None:
    logits = [node for node in graph["nodes"] if node["feature_type"] == "logit"]
    assert [node["node_id"] for node in logits] == ["2_2_1", "2_0_1", "2_1_1"]
    assert logits[0]["clerp"] == "output 'c' (p=0.999)"
    assert {node["layer"] for node in logits} == {"2"}


def test_what_readers_of_the_format_require(graph: dict[str, Any]) -> None:
    metadata = graph["metadata"]
    assert {"slug", "scan", "prompt", "prompt_tokens"} <= set(metadata)
    assert metadata["prompt_tokens"] == ["a", "b"]
    required = {"node_id", "feature", "layer", "ctx_idx", "feature_type", "jsNodeId", "clerp"}
    assert all(required <= set(node) for node in graph["nodes"])
    assert {"pinnedIds", "supernodes", "linkType", "clickedId", "sg_pos"} == set(graph["qParams"])


def test_pruned_edges_carry_nothing() -> None:
    pruned = CIRCUIT.model_copy(
        update={
            "edges": [
                edge.model_copy(update={"kept": edge.target != "0.mlp.post_act.0"})
                for edge in CIRCUIT.edges
            ]
        }
    )
    links = attribution_graph(pruned, CHECKPOINT, "b")["links"]
    assert not [link for link in links if link["target"].startswith("0_9_")]
    # The neuron's input is its bias 0 now, so that it writes nothing either.
    assert not [link for link in links if link["source"].startswith("0_9_")]


def test_a_prompt_beyond_the_context_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="context holds 4"):
        attribution_graph(CIRCUIT, CHECKPOINT, "bbbb")


def test_a_real_circuit_has_one_too(circuit: Circuit, checkpoint: Checkpoint) -> None:
    graph = attribution_graph(circuit, checkpoint, "x = 'a")
    ids = {node["node_id"] for node in graph["nodes"]}
    assert len(ids) == len(graph["nodes"])
    assert all(link["source"] in ids and link["target"] in ids for link in graph["links"])
    assert graph["links"]
