"""Which edges a circuit has, by hand on the micro model."""

from __future__ import annotations

import pytest

from backend.circuits import CircuitEdge, NodeSet, ZeroValues, evaluate
from backend.circuits.edges import (
    circuit_alone,
    count_edges,
    dropped_edges,
    induced_edges,
    parse_edges,
)
from backend.errors import InvalidRequestError
from models.sites import Edge
from tests.backend.circuits.planted import TRUE_NODES, planted_batch, planted_model, planted_values
from tests.backend.store.made_circuits import make_circuit
from tests.micro_model import MICRO_CONFIG, micro_model

NODES = NodeSet.of(MICRO_CONFIG, ["0.mlp.act_in.1", "0.mlp.post_act.0", "0.mlp.post_act.1"])
FIRST, SECOND = "0.mlp.act_in.0>0.mlp.post_act.0", "0.mlp.act_in.1>0.mlp.post_act.1"


def test_induced_edges_by_hand() -> None:
    (edge,) = induced_edges(micro_model(), NODES)
    assert edge == CircuitEdge(
        source="0.mlp.act_in.1", target="0.mlp.post_act.1", weight=-5.0, kept=True
    )
    everything = NodeSet.all(MICRO_CONFIG)
    # k, v, out; two into and two out of the neurons.
    assert count_edges(micro_model(), everything) == 7
    assert len(induced_edges(micro_model(), everything)) == 7


def test_dropped_edges_are_listed_but_not_kept() -> None:
    dropped = parse_edges([SECOND], MICRO_CONFIG)
    edges = induced_edges(micro_model(), NodeSet.all(MICRO_CONFIG), dropped)
    assert [(edge.source, edge.target) for edge in edges if not edge.kept] == [
        ("0.mlp.act_in.1", "0.mlp.post_act.1")
    ]
    assert len(edges) == 7


def test_dropped_edges_of_a_document() -> None:
    circuit = make_circuit(5)
    assert dropped_edges(circuit) == {Edge.parse("0.mlp.post_act.5>0.mlp.resid_delta.7")}
    assert circuit.kept_edges == 1


def test_a_circuit_alone_needs_its_edges() -> None:
    model, batch = planted_model(), planted_batch()
    nodes, values = NodeSet.of(model.config, TRUE_NODES), planted_values(model)
    alone = circuit_alone(nodes, values)
    assert (alone.ablated, alone.values, alone.edges) == (~nodes, values, frozenset())
    assert evaluate(model, batch, alone).task_loss < 0.15
    for edge in induced_edges(model, nodes):
        dropped = parse_edges([f"{edge.source}>{edge.target}"], model.config)
        assert evaluate(model, batch, circuit_alone(nodes, values, dropped)).task_loss > 0.5


def test_no_edge_is_dropped_by_default() -> None:
    assert all(edge.kept for edge in induced_edges(micro_model(), NodeSet.all(MICRO_CONFIG)))
    assert parse_edges([], MICRO_CONFIG) == frozenset()
    assert circuit_alone(NODES, ZeroValues()).edges == frozenset()


def test_edges_are_parsed_by_name() -> None:
    assert {edge.name for edge in parse_edges([FIRST, SECOND, FIRST], MICRO_CONFIG)} == {
        FIRST,
        SECOND,
    }


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("0.mlp.act_in.1", "is no edge"),
        ("0.mlp.act_in.2>0.mlp.post_act.1", "has nodes 0 to 1, not 2"),
        ("1.mlp.act_in.1>1.mlp.post_act.1", "has layers 0 to 0, not 1"),
        ("0.attn.q.0>0.attn.resid_delta.0", "no weight joins"),
    ],
)
def test_what_is_no_edge_is_named_with_the_rule(name: str, rule: str) -> None:
    with pytest.raises(InvalidRequestError, match=rule) as caught:
        parse_edges([FIRST, name], MICRO_CONFIG)
    assert name.split(">")[0] in caught.value.detail
    assert caught.value.remedy
