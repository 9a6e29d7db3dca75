"""Circuits carried from one instance to another, through the API or the command line."""

from __future__ import annotations

from dataclasses import dataclass

from backend.circuits.bundle import Bundle
from backend.circuits.circuit import Circuit
from backend.circuits.words import check_word
from backend.errors import InvalidRequestError
from backend.library import CheckpointLibrary
from backend.store import CircuitSummary, Store, add_report, add_words, get_summary, save_circuit
from models.sites import Node


@dataclass(frozen=True)
class Imported:
    """What became of an imported circuit.

    Attributes:
        summary: the circuit as it is stored now.
        new: False if the circuit was stored before.
        warning: why it cannot be explored here yet, and which words were not taken; None if all is
            well.
    """

    summary: CircuitSummary
    new: bool
    warning: str | None


def import_bundle(store: Store, library: CheckpointLibrary, bundle: Bundle) -> Imported:
    """Stores a circuit from elsewhere with its report and words; the same again changes nothing.

    A report that is here already stays, and so does what is written here.

    Raises:
        InvalidRequestError: its slug is not that of its content, or its nodes and edges are none;
            words speak of what it does not have.
    """
    circuit = bundle.circuit
    _check(circuit)
    for word in bundle.words:
        if word.document is not None:
            check_word(circuit, word.target, word.document)
    with store.write() as session:
        new = save_circuit(session, circuit)
        if bundle.report is not None:
            add_report(session, bundle.report)
        different = add_words(session, circuit.slug, bundle.words)
        summary = get_summary(session, circuit.slug)
    source = circuit.provenance
    warning = None
    if not library.has_digest(source.checkpoint_digest):
        warning = (
            f"Checkpoint {source.checkpoint!r} (digest {source.checkpoint_digest[:12]}…) is not on "
            "this instance: the circuit can be read here, but not drawn or ablated before the "
            "checkpoint's folder is copied into the data folder's checkpoints/."
        )
    if different:
        stays = (
            f"{different} of the bundle's labels and steps differ from those written here, which "
            "stay."
        )
        warning = stays if warning is None else f"{warning} {stays}"
    return Imported(summary, new, warning)


def _check(circuit: Circuit) -> None:
    """Checks what the slug does not vouch for: that nodes are nodes and edges join them once."""
    try:
        for node in circuit.nodes:
            Node.parse(node)
    except ValueError as error:
        raise _invalid(str(error)) from None
    nodes = set(circuit.nodes)
    if len(nodes) != len(circuit.nodes):
        raise _invalid("a node is listed twice")
    joined = {(edge.source, edge.target) for edge in circuit.edges}
    if len(joined) != len(circuit.edges):
        raise _invalid("an edge is listed twice")
    for source, target in joined:
        if source not in nodes or target not in nodes:
            raise _invalid(f"the edge {source} -> {target} does not join two of its nodes")


def _invalid(reason: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"The circuit cannot be imported: {reason}.",
        remedy="Export the circuit again where it was found: this copy was changed.",
    )
