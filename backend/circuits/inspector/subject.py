"""What is looked at: a node of a checkpoint, a circuit and its task's pairs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from backend.circuits.ablation import Intervention, MeanValues
from backend.circuits.circuit import Circuit
from backend.circuits.edges import EdgeSet, circuit_alone, dropped_edges
from backend.circuits.needs import means_of, tokenizer_of
from backend.circuits.nodes import NodeSet
from backend.errors import NotFoundError
from models.checkpoints import Checkpoint
from models.sites import Node
from tasks import Pair, Split, Task

PAIRS = 100
"""Of each split, as everywhere on a circuit's page."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A node, seen from a circuit.

    Attributes:
        checkpoint: the circuit's, with tokenizer and node means.
        task: the circuit's.
        circuit: the node may be one of its nodes, or any other of the model.
        node: of the checkpoint's model.
    """

    checkpoint: Checkpoint
    task: Task
    circuit: Circuit
    node: Node

    @cached_property
    def nodes(self) -> NodeSet:
        """The circuit's."""
        return NodeSet.of(self.checkpoint.config, self.circuit.nodes)

    @cached_property
    def dropped(self) -> EdgeSet:
        """Edges that were pruned from the circuit."""
        return dropped_edges(self.circuit)

    @property
    def in_circuit(self) -> bool:
        """Whether the node is one of the circuit's."""
        return self.node in self.nodes

    @cached_property
    def alone(self) -> Intervention:
        """The circuit alone, all else at its mean."""
        return circuit_alone(self.nodes, MeanValues(means_of(self.checkpoint)), self.dropped)

    def pairs(self, split: Split, seed: int) -> tuple[Pair, ...]:
        """The task's pairs."""
        return _pairs(self.checkpoint, self.task, split, seed)


@lru_cache(maxsize=16)
def _pairs(checkpoint: Checkpoint, task: Task, split: Split, seed: int) -> tuple[Pair, ...]:
    return tuple(task.pairs(tokenizer_of(checkpoint), split, PAIRS, seed))


def find_node(checkpoint: Checkpoint, name: str) -> Node:
    """The node of that name.

    Raises:
        NotFoundError: the name is no node's, or the model has no such node.
    """
    try:
        return Node.parse(name, checkpoint.config)
    except ValueError as error:
        raise NotFoundError(
            f"{error}.", remedy="The circuit's drawing (GET .../graph) names its nodes."
        ) from None
