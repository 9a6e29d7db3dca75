"""Nodes and edges as numbers, and back."""

from __future__ import annotations

import numpy as np

from backend.circuits.edges import count_edges
from backend.circuits.nodes import NodeSet
from backend.circuits.numbering import Numbering
from models.sites import Edge, Node, count_nodes, edge_sites
from tests.backend.circuits.planted import CONFIG, TRUE_NODES, planted_model

TRUE_EDGE = Edge(Node.parse(TRUE_NODES[0]), Node.parse(TRUE_NODES[1]))


def test_nodes_are_numbered_in_forward_order() -> None:
    numbering = Numbering(planted_model())
    assert numbering.nodes == count_nodes(CONFIG)
    assert [node.name for node in numbering.all_nodes] == NodeSet.all(CONFIG).names()
    assert all(numbering.node(node) == i for i, node in enumerate(numbering.all_nodes))


def test_a_set_of_nodes_comes_back_as_it_was() -> None:
    numbering = Numbering(planted_model())
    nodes = NodeSet.of(CONFIG, TRUE_NODES)
    keep = numbering.keep(nodes)
    assert keep.sum() == len(TRUE_NODES)
    assert numbering.node_set(keep) == nodes


def test_edges_are_the_nonzero_weights() -> None:
    model = planted_model()
    numbering = Numbering(model)
    assert numbering.edges == count_edges(model, NodeSet.all(CONFIG))
    for pair, (source, target) in zip(numbering.pairs, edge_sites(CONFIG), strict=True):
        assert (pair.source, pair.target) == (source, target)
        matrix = model.edge_weight(source, target).numpy()
        for column in range(matrix.shape[1]):
            own = slice(pair.starts[column], pair.starts[column + 1])
            assert (numbering.sources[own] == numbering.first[source] + column).all()
            assert numbering.rows[own].tolist() == matrix[:, column].nonzero()[0].tolist()
            assert (numbering.weights[own] == matrix[numbering.rows[own], column]).all()


def test_induced_edges_join_kept_nodes() -> None:
    model = planted_model()
    numbering = Numbering(model)
    nodes = NodeSet.of(CONFIG, TRUE_NODES)
    induced = numbering.induced(numbering.keep(nodes))
    assert len(induced) == count_edges(model, nodes) == 2


def test_dropped_edges_come_back_and_absent_ones_are_left_out() -> None:
    numbering = Numbering(planted_model())
    absent = Edge(TRUE_EDGE.source, Node.parse("0.mlp.post_act.17"))
    weightless = Edge(Node.parse("0.mlp.act_in.1"), absent.target)
    flags = numbering.dropped([TRUE_EDGE, weightless])
    assert numbering.edge_set(flags) == {TRUE_EDGE}
    assert not np.any(numbering.dropped([weightless]))
