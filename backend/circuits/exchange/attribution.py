"""A circuit on one prompt as an attribution graph, in the JSON of circuit-tracer and Neuronpedia.

A circuit's nodes have no positions; an attribution graph's do. So every node stands there once for
each token of the prompt, with its activation in the circuit alone. Links are direct contributions
in the circuit alone, each the part of a target's input that its source is (before the target's
norm, nonlinearity and AbsTopK):

    weight          activation of the source * weight, at one position
    v -> written    the same, times the attention paid, from each position to those after it
    read later      activation of the written channel, at one position: the identity
    token -> read   the embedding's entry
    -> logit        value of a written channel / scale of the final norm * its weights, at the
                    last position

Pruned edges carry no link, products of q and k are no sum and carry none either; links of weight 0
are left out. Biases, the bigram table and positions are no nodes.

    node_id         {layer}_{feature}_{position}, E_{token}_{position} for tokens; the logits are
                    layer n_layer + 1
    feature         number of the node within its layer, in forward order of its sites
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from backend.circuits.ablation import MeanValues
from backend.circuits.circuit import Circuit
from backend.circuits.edges import circuit_alone, dropped_edges
from backend.circuits.graph import circuit_graph
from backend.circuits.needs import means_of, tokenizer_of
from backend.circuits.nodes import NodeSet
from backend.circuits.prompt import prompt_tokens
from models.checkpoints import Checkpoint
from models.config import ModelConfig
from models.hooks import record
from models.layers import attention_pattern
from models.sites import Node, NodeSite, SiteKind, node_sites
from models.transformer import Block

SCHEMA_VERSION = 1
LOGITS = 5
"""Most probable next tokens that get a node."""
EMBEDDING = "E"
FINAL = "final_resid"


def attribution_graph(circuit: Circuit, checkpoint: Checkpoint, prompt: str) -> dict[str, Any]:
    """The attribution graph of a circuit on a prompt.

    Args:
        circuit: whose nodes and kept edges.
        checkpoint: the circuit's, with tokenizer and node means.
        prompt: any text; an end of text is put before it.

    Returns:
        `metadata`, `qParams`, `nodes` and `links` (Neuronpedia's attribution-graph schema).

    Raises:
        InvalidRequestError: the prompt is too long; no tokenizer, no node means.
    """
    return _Tracing(circuit, checkpoint, prompt).document(prompt)


class _Tracing:
    """One forward pass of the circuit alone on a prompt, and what flowed in it."""

    @torch.no_grad()
    def __init__(self, circuit: Circuit, checkpoint: Checkpoint, prompt: str) -> None:
        self.circuit, self.checkpoint = circuit, checkpoint
        self.model, self.config = checkpoint.model, checkpoint.config
        self.tokenizer = tokenizer_of(checkpoint)
        self.tokens = prompt_tokens(checkpoint, prompt)
        self.nodes = [Node.parse(name, self.config) for name in circuit.nodes]
        kept = NodeSet.of(self.config, circuit.nodes)
        alone = circuit_alone(kept, MeanValues(means_of(checkpoint)), dropped_edges(circuit))
        with alone.applied(self.model), record(self.model) as values:
            logits = self.model(torch.tensor([self.tokens]))[0, -1]
        self.values = {name: value[0] for name, value in values.items()}  # [pos, width]
        self.probabilities = logits.softmax(-1)
        self.answers = self.probabilities.topk(min(LOGITS, len(logits))).indices.tolist()
        self.first = _first_in_layer(self.config)

    def document(self, prompt: str) -> dict[str, Any]:
        nodes = [*self._token_nodes(), *self._circuit_nodes(), *self._logit_nodes()]
        links = [
            {"source": source, "target": target, "weight": weight}
            for source, target, weight in self._links()
            if weight != 0
        ]
        return {
            "metadata": {
                "slug": self.circuit.slug,
                "scan": self.circuit.checkpoint,
                "prompt": prompt,
                "prompt_tokens": [self.tokenizer.token_text(token) for token in self.tokens],
                "node_threshold": 1.0,
                "schema_version": SCHEMA_VERSION,
                "info": {
                    "creator_name": "Circuit Explorer",
                    "task": self.circuit.task,
                    "checkpoint_digest": self.circuit.provenance.checkpoint_digest,
                    "links": "direct contributions in the circuit alone, mean ablation",
                },
            },
            "qParams": {
                "pinnedIds": [],
                "supernodes": [],
                "linkType": "both",
                "clickedId": "",
                "sg_pos": "",
            },
            "nodes": nodes,
            "links": links,
        }

    def _token_nodes(self) -> Iterator[dict[str, Any]]:
        for position, token in enumerate(self.tokens):
            name = _token_id(token, position)
            text = self.tokenizer.token_text(token)
            yield _node(name, EMBEDDING, token, position, "embedding", f"token {text!r}", None)

    def _circuit_nodes(self) -> Iterator[dict[str, Any]]:
        for node in self.nodes:
            for position in range(len(self.tokens)):
                yield _node(
                    self._id(node, position),
                    str(node.site.layer),
                    self._feature(node),
                    position,
                    node.site.kind.value,
                    node.name,
                    float(self._value(node)[position]),
                )

    def _logit_nodes(self) -> Iterator[dict[str, Any]]:
        for token in self.answers:
            probability = float(self.probabilities[token])
            text = self.tokenizer.token_text(token)
            yield {
                **_node(
                    self._logit_id(token),
                    str(self.config.n_layer + 1),
                    token,
                    len(self.tokens) - 1,
                    "logit",
                    f"output {text!r} (p={probability:.3f})",
                    None,
                ),
                "token_prob": probability,
                "is_target_logit": True,
            }

    def _links(self) -> Iterator[tuple[str, str, float]]:
        yield from self._embedded()
        graph = circuit_graph(self.circuit, self.checkpoint)
        for source_name, target_name, data in graph.edges(data=True):
            source, target = Node.parse(source_name), Node.parse(target_name)
            if data["kind"] == "join":
                yield from self._straight(source, target, 1.0)
            elif data["kind"] == "weight" and data["kept"]:
                if source.site.kind is SiteKind.V:
                    yield from self._attended(source, target, data["weight"])
                else:
                    yield from self._straight(source, target, data["weight"])
        yield from self._unembedded()

    def _straight(
        self, source: Node, target: Node, weight: float
    ) -> Iterator[tuple[str, str, float]]:
        for position, value in enumerate(self._value(source).tolist()):
            yield self._id(source, position), self._id(target, position), value * weight

    def _attended(
        self, source: Node, target: Node, weight: float
    ) -> Iterator[tuple[str, str, float]]:
        flow = self._pattern(source) * self._value(source) * weight  # [query, key]
        for query, key in flow.nonzero().tolist():
            yield self._id(source, key), self._id(target, query), float(flow[query, key])

    def _pattern(self, value: Node) -> Tensor:
        """[query, key] of the head that a value channel belongs to."""
        layer, head = value.site.layer, value.head(self.config)
        shape = (1, len(self.tokens), self.config.n_head, self.config.d_head)
        q, k = (
            self.values[NodeSite(layer, kind).name].view(shape) for kind in (SiteKind.Q, SiteKind.K)
        )
        block = self.model.blocks[layer]
        assert isinstance(block, Block)
        return attention_pattern(q, k, block.attn.sink)[0, head]

    def _embedded(self) -> Iterator[tuple[str, str, float]]:
        rows = self.model.embedding.weight[self.tokens]  # [pos, d_model]
        for node in self.nodes:
            if node.site.kind.is_read and node.index < self.config.d_model:
                for position, value in enumerate(rows[:, node.index].tolist()):
                    token = _token_id(self.tokens[position], position)
                    yield token, self._id(node, position), value

    def _unembedded(self) -> Iterator[tuple[str, str, float]]:
        last = len(self.tokens) - 1
        norm = self.model.final_norm
        gain = norm.weight / norm.scale(self.values[FINAL][last]).divisor  # [d_model]
        for node in self.nodes:
            if node.site.kind.is_write:
                value = float(self._value(node)[last] * gain[node.index])
                for token in self.answers:
                    weight = float(self.model.unembedding.weight[token, node.index])
                    yield self._id(node, last), self._logit_id(token), value * weight

    def _value(self, node: Node) -> Tensor:
        """[pos]."""
        return self.values[node.site.name][:, node.index]

    def _feature(self, node: Node) -> int:
        return self.first[node.site.kind] + node.index

    def _id(self, node: Node, position: int) -> str:
        return f"{node.site.layer}_{self._feature(node)}_{position}"

    def _logit_id(self, token: int) -> str:
        return f"{self.config.n_layer + 1}_{token}_{len(self.tokens) - 1}"


def _first_in_layer(config: ModelConfig) -> dict[SiteKind, int]:
    """The number, within its layer, of the first node of each site."""
    first, number = {}, 0
    for site in node_sites(config)[: len(SiteKind)]:
        first[site.kind] = number
        number += site.width(config)
    return first


def _token_id(token: int, position: int) -> str:
    return f"{EMBEDDING}_{token}_{position}"


def _node(
    name: str,
    layer: str,
    feature: int,
    position: int,
    kind: str,
    label: str,
    activation: float | None,
) -> dict[str, Any]:
    return {
        "node_id": name,
        "feature": feature,
        "layer": layer,
        "ctx_idx": position,
        "feature_type": kind,
        "jsNodeId": name,
        "clerp": label,
        "influence": None,
        "activation": activation,
    }
