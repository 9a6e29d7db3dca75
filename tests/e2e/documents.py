"""Circuits and reports carried into an instance, so that its pages have them to show."""

from __future__ import annotations

from typing import Any

from backend.circuits.circuit import Circuit, CircuitEdge, slug_of
from backend.circuits.faithfulness.document import (
    CurvePoint,
    EdgeReport,
    FaithfulnessReport,
    HeadReport,
    NodeReport,
    ReportLine,
)
from tests.e2e.application import Application


def shipped_circuit(application: Application) -> Circuit:
    """The circuit that comes with the program."""
    slug = application.shipped()["slug"]
    return Circuit.model_validate(application.get(f"/api/circuits/{slug}")["circuit"])


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
    """A report with a line that is met, one that is not and one that cannot be."""
    first, last = circuit.nodes[0], circuit.nodes[-1]
    return FaithfulnessReport(
        slug=circuit.slug,
        summary=["Sufficient by mean values.", "Not sufficient by zero values."],
        lines=[
            ReportLine(
                id="sufficiency.mean.loss",
                group="sufficiency",
                title="Task loss alone, by mean values",
                unit="nats",
                value=0.1111,
                low=0.1,
                high=0.125,
                beside={"whole model": 0.0123},
                criterion="upper end at most 0.15",
                met=True,
                limit="Errors of ablated nodes may cancel.",
            ),
            ReportLine(
                id="sufficiency.zero.loss",
                group="sufficiency",
                title="Task loss alone, by zero values",
                unit="nats",
                value=0.5,
                criterion="upper end at most 0.15",
                met=False,
                limit="Zero may be far from what the nodes ever are.",
            ),
            ReportLine(
                id="curve.area",
                group="curve",
                title="Area under size against loss",
                unit="nats x decades",
                value=0.25,
                limit="Depends on the largest size looked at.",
            ),
        ],
        nodes=[
            NodeReport(node=first, adds=0.5, needed=True, inclusion=0.8, correlation=0.9),
            NodeReport(node=last, adds=-0.001, needed=False),
        ],
        edges=[
            EdgeReport(source=edge.source, target=edge.target, adds=0.1, needed=True)
            for edge in circuit.edges
            if edge.kept
        ],
        heads=[HeadReport(head="0.attn.head.1", divergence=0.02)],
        curve=[CurvePoint(nodes=2, induced_edges=1, test_loss=0.3, low=0.2, high=0.4)],
        settings={"random_sets": 100},
        versions={"torch": "2"},
        seconds=12.5,
    )


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
