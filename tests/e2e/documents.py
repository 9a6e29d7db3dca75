"""Circuits and reports carried into an instance, so that its pages have them to show."""

from __future__ import annotations

from typing import Any

from backend.circuits.circuit import Circuit, CircuitEdge, slug_of
from backend.circuits.faithfulness.document import EdgeReport, FaithfulnessReport, NodeReport
from tests.backend.store.made_reports import make_report
from tests.e2e.application import Application, shipped_slug


def shipped_circuit(application: Application) -> Circuit:
    """The circuit that comes with the program."""
    return Circuit.model_validate(application.get(f"/api/circuits/{shipped_slug()}")["circuit"])


def with_one_pruned(circuit: Circuit) -> tuple[Circuit, CircuitEdge]:
    """The circuit less its strongest kept edge, which makes a difference; and that edge."""
    gone = max((edge for edge in circuit.edges if edge.kept), key=lambda edge: abs(edge.weight))
    edges = [
        edge.model_copy(update={"kept": edge.kept and edge is not gone}) for edge in circuit.edges
    ]
    source = circuit.provenance
    slug = slug_of(source.task, source.checkpoint_digest, source.means_digest, circuit.nodes, edges)
    return circuit.model_copy(update={"slug": slug, "edges": edges}), gone


def report_on(circuit: Circuit) -> FaithfulnessReport:
    """A report with a line that is met, one that is not and one that cannot be, on its nodes."""
    first, last = circuit.nodes[0], circuit.nodes[-1]
    nodes = [
        NodeReport(node=first, adds=0.5, needed=True, inclusion=0.8, correlation=0.9),
        NodeReport(node=last, adds=-0.001, needed=False),
    ]
    edges = [
        EdgeReport(source=edge.source, target=edge.target, adds=0.1, needed=True)
        for edge in circuit.edges
        if edge.kept
    ]
    return make_report(circuit.slug).model_copy(update={"nodes": nodes, "edges": edges})


def carry(
    application: Application, circuit: Circuit, report: FaithfulnessReport | None = None
) -> str:
    """Brings a circuit in as a bundle; the path of its page."""
    bundle: dict[str, Any] = {
        "format": "circuit-explorer-bundle",
        "version": 1,
        "circuit": circuit.model_dump(mode="json"),
        "report": None if report is None else report.model_dump(mode="json"),
    }
    application.post("/api/bundles", bundle)
    return f"/circuits/{circuit.slug}"
