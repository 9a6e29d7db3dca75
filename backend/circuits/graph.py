"""A circuit as a graph: its nodes, its edges, and what joins them without a weight.

Beside the edges (nonzero weights) a drawing needs two kinds of lines that count as no edge: joins,
the identity from a residual channel where it is written to where it is read later, and q-k
products, the channels of a head's query and key that are multiplied with each other.
"""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import networkx as nx

from backend.circuits.circuit import Circuit
from backend.circuits.ends import named_answers, text_ends
from models.checkpoints import Checkpoint
from models.sites import Node, SiteKind

ROWS_PER_LAYER = 6
_ROW = {
    SiteKind.ATTN_IN: 0,
    SiteKind.Q: 1,
    SiteKind.K: 1,
    SiteKind.V: 1,
    SiteKind.ATTN_OUT: 2,
    SiteKind.MLP_IN: 3,
    SiteKind.NEURON: 4,
    SiteKind.MLP_OUT: 5,
}
_KIND = {
    SiteKind.ATTN_IN: "read",
    SiteKind.MLP_IN: "read",
    SiteKind.ATTN_OUT: "write",
    SiteKind.MLP_OUT: "write",
    SiteKind.Q: "q",
    SiteKind.K: "k",
    SiteKind.V: "v",
    SiteKind.NEURON: "neuron",
}


def circuit_graph(circuit: Circuit, checkpoint: Checkpoint) -> nx.MultiDiGraph[str]:
    """The graph of a circuit.

    Nodes are named as the circuit's, with layer, site, index, kind, head, row (from 0 at the input
    upwards), mean and degrees. Edges have kind `weight`, `join` or `qk`, and weight and kept.

    Args:
        circuit: what to draw.
        checkpoint: of the circuit; gives the heads and the means.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(
        slug=circuit.slug, checkpoint=circuit.checkpoint, task=circuit.task
    )
    nodes = [Node.parse(name, checkpoint.config) for name in circuit.nodes]
    means = checkpoint.node_means
    for node in nodes:
        site = node.site
        graph.add_node(
            node.name,
            layer=site.layer,
            site=site.kind.value,
            index=node.index,
            kind=_KIND[site.kind],
            head=node.head(checkpoint.config),
            row=site.layer * ROWS_PER_LAYER + _ROW[site.kind],
            mean=float(means.values[site.name][node.index]) if means is not None else 0.0,
        )
    for edge in circuit.edges:
        graph.add_edge(edge.source, edge.target, kind="weight", weight=edge.weight, kept=edge.kept)
    for name, data in graph.nodes(data=True):
        data["degree_in"], data["degree_out"] = graph.in_degree(name), graph.out_degree(name)
    _add_joins(graph, nodes, checkpoint.config.d_model)
    _add_products(graph, nodes)
    return graph


def _add_joins(graph: nx.MultiDiGraph[str], nodes: list[Node], d_model: int) -> None:
    """Join each written residual channel to its later reads; positions are read-only."""
    reads = [node for node in nodes if node.site.kind.is_read and node.index < d_model]
    for written in (node for node in nodes if node.site.kind.is_write):
        for read in reads:
            if read.index == written.index and read.site > written.site:
                graph.add_edge(written.name, read.name, kind="join", weight=None, kept=True)


def _add_products(graph: nx.MultiDiGraph[str], nodes: list[Node]) -> None:
    keys = {(node.site.layer, node.index): node for node in nodes if node.site.kind is SiteKind.K}
    for query in (node for node in nodes if node.site.kind is SiteKind.Q):
        key = keys.get((query.site.layer, query.index))
        if key is not None:
            graph.add_edge(query.name, key.name, kind="qk", weight=None, kept=True)


def graph_document(circuit: Circuit, checkpoint: Checkpoint) -> dict[str, Any]:
    """The graph as the JSON that the page draws, with the text at both its ends."""
    graph = circuit_graph(circuit, checkpoint)
    return {
        **graph.graph,
        "n_layer": checkpoint.config.n_layer,
        "d_head": checkpoint.config.d_head,
        "nodes": [{"id": name, **data} for name, data in graph.nodes(data=True)],
        "edges": [
            {"source": source, "target": target, **data}
            for source, target, data in graph.edges(data=True)
        ],
        "ends": dataclasses.asdict(
            text_ends(checkpoint, tuple(circuit.nodes), named_answers(checkpoint, circuit.task))
        ),
        "max_weight": max((abs(edge.weight) for edge in circuit.edges), default=0.0),
    }


def to_graphml(circuit: Circuit, checkpoint: Checkpoint) -> str:
    """The graph as GraphML; attributes that a node or edge lacks are left out."""
    graph = circuit_graph(circuit, checkpoint)
    for _, data in graph.nodes(data=True):
        _drop_missing(data)
    for _, _, data in graph.edges(data=True):
        _drop_missing(data)
    buffer = io.BytesIO()
    nx.write_graphml(graph, buffer)
    return buffer.getvalue().decode()


def _drop_missing(data: dict[str, Any]) -> None:
    for key in [key for key, value in data.items() if value is None]:
        del data[key]
