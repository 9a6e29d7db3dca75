"""Another size on a circuit's path, opened without another search."""

from __future__ import annotations

from backend.circuits.ablation import Intervention, MeanValues, evaluate
from backend.circuits.circuit import Circuit, SizePath, slug_of
from backend.circuits.edges import induced_edges
from backend.circuits.needs import means_of, tokenizer_of
from backend.circuits.nodes import NodeSet
from backend.circuits.report import measure_losses
from backend.errors import InvalidRequestError, PathNotFoundError
from models.checkpoints import Checkpoint
from models.config import ModelConfig
from tasks import Split, Task

AT_SIZE = " at size "
"""Joins the method that found the path and the size that was opened."""


def path_of(circuit: Circuit) -> SizePath:
    """The path a circuit lies on.

    Raises:
        PathNotFoundError: it has none.
    """
    if circuit.path is None:
        raise PathNotFoundError(
            f"Circuit {circuit.slug!r} was found by method {circuit.provenance.method!r}, which "
            "kept no path."
        )
    return circuit.path


def nodes_at(config: ModelConfig, circuit: Circuit, nodes: int) -> NodeSet:
    """The nodes of a size on a circuit's path.

    Raises:
        PathNotFoundError: the circuit has no path.
        InvalidRequestError: the path has no such size.
    """
    path = path_of(circuit)
    if not 1 <= nodes <= len(path.ranking):
        raise InvalidRequestError(
            f"{nodes} is no size on the path of {circuit.slug!r}, which has 1 to "
            f"{len(path.ranking)} nodes.",
            remedy="Name a size in that range.",
        )
    return NodeSet.of(config, path.ranking[:nodes])


def at_size(checkpoint: Checkpoint, circuit: Circuit, nodes: int | None) -> Circuit:
    """The parts of a size on a circuit's path, to be drawn: nothing is measured.

    The size that has the circuit's own nodes is the circuit, with its own edges.

    Args:
        checkpoint: the circuit's.
        circuit: with a path; whatever but nodes and edges stays this circuit's.
        nodes: how many of the path's ranking; None: the circuit as it is.

    Raises:
        PathNotFoundError: the circuit has no path.
        InvalidRequestError: the path has no such size.
    """
    if nodes is None:
        return circuit
    chosen = nodes_at(checkpoint.config, circuit, nodes)
    if chosen == NodeSet.of(checkpoint.config, circuit.nodes):
        return circuit
    edges = induced_edges(checkpoint.model, chosen)
    return circuit.model_copy(update={"nodes": chosen.names(), "edges": edges})


def open_size(checkpoint: Checkpoint, task: Task, circuit: Circuit, nodes: int) -> Circuit:
    """The circuit of so many nodes on another one's path, measured as a search measures.

    All edges between its nodes are kept: single edges were pruned from the circuit that the search
    ended with alone. It keeps the path, so that further sizes can be opened from it.

    Args:
        checkpoint: the circuit's, with tokenizer and node means.
        task: the circuit's.
        circuit: with a path.
        nodes: how many of the path's ranking, from its first on.

    Raises:
        PathNotFoundError: the circuit has no path.
        InvalidRequestError: the path has no such size, or the checkpoint lacks what it takes to
            measure it.
        TaskError: the task does not fit the tokenizer.
    """
    chosen, source = nodes_at(checkpoint.config, circuit, nodes), circuit.provenance
    tokenizer, means = tokenizer_of(checkpoint), means_of(checkpoint)
    validation, test = (
        task.batch(tokenizer, split, source.pairs[split])
        for split in (Split.VALIDATION, Split.TEST)
    )
    values = MeanValues(means)
    losses, rescaling = measure_losses(
        checkpoint.model, values, chosen, validation, test, task.symmetric
    )
    edges = induced_edges(checkpoint.model, chosen)
    names = chosen.names()
    return Circuit(
        slug=slug_of(task.name, source.checkpoint_digest, source.means_digest, names, edges),
        nodes=names,
        edges=edges,
        losses=losses,
        rescaling=rescaling,
        provenance=source.model_copy(
            update={
                "method": f"{source.method.partition(AT_SIZE)[0]}{AT_SIZE}{nodes}",
                "validation_loss": evaluate(
                    checkpoint.model, validation, Intervention(~chosen, values)
                ).task_loss,
            }
        ),
        path=circuit.path,
    )
