"""All nodes of a circuit at one token of a pair: in the whole model and in the circuit alone."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from backend.circuits.ablation import MeanValues
from backend.circuits.circuit import Circuit
from backend.circuits.edges import circuit_alone, dropped_edges
from backend.circuits.evaluations import task_pairs
from backend.circuits.faithfulness.agreement import node_activations
from backend.circuits.inspector.attention import Example, position_in, sequence_of
from backend.circuits.needs import means_of
from backend.circuits.nodes import NodeSet
from models.checkpoints import Checkpoint
from tasks import Task


@dataclass(frozen=True)
class NodeValues:
    """Activations at one token.

    Attributes:
        pairs: how many can be asked for.
        tokens: end of text, then the prompt's.
        position: of the token.
        model: by node name, in the whole model.
        circuit: likewise in the circuit alone.
    """

    pairs: int
    tokens: tuple[int, ...]
    position: int
    model: dict[str, float]
    circuit: dict[str, float]


def values_at(checkpoint: Checkpoint, task: Task, circuit: Circuit, example: Example) -> NodeValues:
    """Activations of a circuit's nodes at one token of one sequence of a pair.

    Args:
        checkpoint: the circuit's, with tokenizer and node means.
        task: the circuit's.
        circuit: whose nodes.
        example: the sequence; its query is the token's position.

    Raises:
        NotFoundError: there is no such pair.
        InvalidRequestError: the sequence has no such position.
    """
    pairs = task_pairs(checkpoint, task, example.split, example.seed)
    tokens = sequence_of(pairs, example)
    position = position_in(tokens, example, "position")
    nodes = NodeSet.of(checkpoint.config, circuit.nodes)
    if not len(nodes):
        return NodeValues(len(pairs), tokens, position, {}, {})
    alone = circuit_alone(nodes, MeanValues(means_of(checkpoint)), dropped_edges(circuit))
    row = torch.tensor([tokens])
    model, kept = (
        node_activations(checkpoint.model, row, nodes, each)[0, position].tolist()
        for each in (None, alone)
    )
    names = nodes.names()
    return NodeValues(
        pairs=len(pairs),
        tokens=tokens,
        position=position,
        model=dict(zip(names, model, strict=True)),
        circuit=dict(zip(names, kept, strict=True)),
    )
