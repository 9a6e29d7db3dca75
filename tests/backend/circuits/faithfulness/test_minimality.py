"""What each node and each edge of a circuit adds."""

import pytest

from backend.circuits.ablation import Intervention, evaluate
from backend.circuits.edges import induced_edges
from backend.circuits.faithfulness.minimality import minimality
from backend.circuits.faithfulness.subject import Subject
from backend.circuits.nodes import NodeSet
from models.sites import Edge
from tests.backend.circuits.faithfulness.subjects import by_id, micro_subject, planted_subject
from tests.backend.circuits.planted import NEURON, TRUE_NODES
from tests.micro_model import MICRO_CONFIG

USELESS = "1.mlp.post_act.5"
"""Of a circuit without its readers, so that it reaches nothing."""


def edges_of(subject: Subject) -> list[Edge]:
    return [
        Edge.parse(f"{edge.source}>{edge.target}")
        for edge in induced_edges(subject.model, subject.nodes, subject.dropped)
        if edge.kept
    ]


def test_each_true_node_and_edge_adds_and_a_useless_one_does_not() -> None:
    subject = planted_subject([*TRUE_NODES, USELESS])
    result = minimality(subject, edges_of(subject))
    assert all(result.adds[name] > 0.1 for name in TRUE_NODES)
    assert result.adds[USELESS] == pytest.approx(0, abs=1e-6)
    lines = by_id(result)
    assert lines["minimality.nodes"].value == 1
    assert lines["minimality.nodes"].met is False
    assert lines["minimality.spare_nodes"].value == 1
    assert [(edge.source, edge.target) for edge in result.edges] == [
        ("0.mlp.act_in.0", f"0.mlp.post_act.{NEURON}"),
        (f"0.mlp.post_act.{NEURON}", "0.mlp.resid_delta.1"),
    ]
    assert all(edge.needed and edge.adds > 0.1 for edge in result.edges)
    assert lines["minimality.edges"].met is True


def test_a_node_adds_the_rise_of_the_loss_without_it() -> None:
    subject = planted_subject()
    result = minimality(subject, [])
    fewer = NodeSet.of(subject.model.config, TRUE_NODES[:2])
    loss = evaluate(subject.model, subject.test, Intervention(~fewer, subject.means)).task_loss
    assert result.adds[TRUE_NODES[2]] == pytest.approx(loss - subject.circuit.task_loss)


def test_the_micro_circuits_nodes_by_hand() -> None:
    # Circuit of neuron 0 and what it writes; both sequences end up as with everything ablated but
    # for channel 1, which is written 5 - 0 by the bias and -n0. Without neuron 0: residual
    # (1, -1 + 5) after [0, 1].
    subject = micro_subject(
        nodes=NodeSet.of(MICRO_CONFIG, ["0.mlp.act_in.0", "0.mlp.resid_delta.1"])
    )
    result = minimality(subject, [])
    assert list(result.adds) == ["0.mlp.act_in.0", "0.mlp.resid_delta.1"]
    # Neuron 0 is ablated, so what it reads reaches nothing.
    assert result.adds["0.mlp.act_in.0"] == pytest.approx(0, abs=1e-7)


def test_pruned_edges_stay_pruned() -> None:
    pruned = Edge.parse(f"0.mlp.act_in.0>0.mlp.post_act.{NEURON}")
    subject = planted_subject(dropped=frozenset({pruned}))
    result = minimality(subject, edges_of(subject))
    assert [edge.source for edge in result.edges] == [f"0.mlp.post_act.{NEURON}"]
    assert result.adds["0.mlp.act_in.0"] == 0.0, "nothing in the circuit sees it"
    assert result.adds["0.mlp.resid_delta.1"] != 0.0


def test_a_circuit_without_nodes_has_nothing_to_spare() -> None:
    result = minimality(planted_subject(names=[]), [])
    assert result.adds == {}
    assert by_id(result)["minimality.nodes"].value == 0
    assert by_id(result)["minimality.nodes"].met is True
