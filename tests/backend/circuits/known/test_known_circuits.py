"""The planted circuits are what they claim: enough alone, needed throughout, and the only ones."""

from __future__ import annotations

from math import log

import pytest

from backend.circuits import NodeSet
from backend.circuits.edges import count_edges, induced_edges
from models.sites import Edge, Node
from tests.backend.circuits.known.bench import TARGET, Known
from tests.backend.circuits.known.catalogue import REDUNDANT, SINGLE, known

ENOUGH = 0.02
"""Loss, nats, of what answers nearly always right."""
single = pytest.mark.parametrize("name", SINGLE)
redundant = pytest.mark.parametrize("name", REDUNDANT)
either = pytest.mark.parametrize("name", [*SINGLE, *REDUNDANT])


def everything(model: Known) -> NodeSet:
    return NodeSet.all(model.checkpoint.config)


def stray_edges(model: Known, copy: int) -> frozenset[Edge]:
    """Edges between true nodes that the circuit does without."""
    edges = induced_edges(model.checkpoint.model, model.nodes(copy))
    names = {f"{edge.source}>{edge.target}" for edge in edges}
    true = {edge.name for edge in model.copies[copy].edges}
    assert true <= names
    return frozenset(Edge.parse(name) for name in names - true)


@either
def test_hundreds_of_distractors_surround_the_circuit(name: str) -> None:
    model = known(name)
    assert len(everything(model)) > 500
    assert count_edges(model.checkpoint.model, everything(model)) > 4000


@either
def test_the_model_does_the_task_and_nothing_answers_without_nodes(name: str) -> None:
    model = known(name)
    assert model.loss(everything(model)) < ENOUGH
    assert model.loss(NodeSet.none(model.checkpoint.config)) > log(2) - 0.001


@either
def test_true_nodes_and_edges_alone_are_enough(name: str) -> None:
    model = known(name)
    for copy in range(len(model.copies)):
        assert model.loss(model.nodes(copy)) < ENOUGH
        assert model.loss(model.nodes(copy), stray_edges(model, copy)) < ENOUGH


@either
def test_no_true_node_or_edge_can_go(name: str) -> None:
    model = known(name)
    for copy, planted in enumerate(model.copies):
        nodes, stray = model.nodes(copy), stray_edges(model, copy)
        losses = {node.name: model.loss(nodes.without([node])) for node in nodes}
        losses |= {edge.name: model.loss(nodes, stray | {edge}) for edge in planted.edges}
        assert min(losses.values()) > TARGET, losses


@single
def test_no_distractor_stands_in_for_a_true_node_or_edge(name: str) -> None:
    model = known(name)
    whole, (planted,) = everything(model), model.copies
    losses = {node: model.loss(whole.without([Node.parse(node)])) for node in planted.nodes}
    losses |= {edge.name: model.loss(whole, {edge}) for edge in planted.edges}
    assert min(losses.values()) > TARGET, losses


@redundant
def test_two_copies_share_nothing_and_either_stands_in_for_the_other(name: str) -> None:
    model = known(name)
    whole, one, other = everything(model), model.nodes(0), model.nodes(1)
    assert not len(one & other)
    assert model.loss(whole - one) < ENOUGH
    assert model.loss(whole - other) < ENOUGH
    assert model.loss(whole - one - other) > log(2) - 0.001
