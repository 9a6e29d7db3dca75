"""Is everything in the circuit needed: what each node and each kept edge adds.

A part adds as much as the loss of the circuit alone rises when that part is ablated from it and
everything else in it kept. Wang et al. 2022, section 4, ask for each node whether it matters while
some other part of the circuit is missing; here nothing else is, so that two nodes that stand in for
each other both add nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from backend.circuits.faithfulness import criteria
from backend.circuits.faithfulness.criteria import ADDS_NOTHING
from backend.circuits.faithfulness.document import EdgeReport, ReportLine
from backend.circuits.faithfulness.lines import Part, line
from backend.circuits.faithfulness.subject import Subject
from backend.circuits.nodes import NodeSet
from models.sites import Edge

_LIMIT = (
    "One at a time: two that stand in for each other both add nothing, though one of them is "
    "needed; and what adds little here may add more on other pairs."
)


@dataclass(frozen=True)
class Minimality(Part):
    """What each part of the circuit adds.

    Attributes:
        adds: nats by node name.
        edges: the kept edges.
    """

    adds: dict[str, float] = field(default_factory=dict)
    edges: list[EdgeReport] = field(default_factory=list)


def minimality(subject: Subject, kept: list[Edge]) -> Minimality:
    """Ablate each node and each kept edge from the circuit alone.

    Args:
        subject: the circuit.
        kept: its edges, in forward order.
    """
    config = subject.model.config
    fewer_nodes = [subject.without(NodeSet.of(config, [node])) for node in subject.nodes]
    fewer_edges = [(subject.nodes, subject.dropped | {edge}) for edge in kept]
    variants = [(subject.nodes, subject.dropped), *fewer_nodes, *fewer_edges]
    losses = subject.alone_losses("minimality", variants).double().mean(-1)
    whole, node_losses, edge_losses = losses.split([1, len(fewer_nodes), len(fewer_edges)])
    base = float(whole)
    edges = [
        EdgeReport(
            source=edge.source.name,
            target=edge.target.name,
            adds=loss - base,
            needed=loss - base > ADDS_NOTHING,
        )
        for edge, loss in zip(kept, edge_losses.tolist(), strict=True)
    ]
    return Minimality(
        lines=[
            *_lines(subject, "nodes", node_losses, base),
            *_lines(subject, "edges", edge_losses, base),
        ],
        adds=dict(zip(subject.nodes.names(), (node_losses - base).tolist(), strict=True)),
        edges=edges,
    )


def _lines(subject: Subject, what: str, losses: Tensor, base: float) -> list[ReportLine]:
    """Args: losses [parts] of the circuit without each part, nats; base: with all of them."""
    adds_nothing = float((losses - base <= ADDS_NOTHING).sum())
    spare = float((losses <= subject.target).sum())
    beside = {f"all {what}": float(len(losses)), "loss with all of them, nats": base}
    return [
        line(
            f"minimality.{what}",
            f"{what.capitalize()} that add nothing ({ADDS_NOTHING:g} nats or less)",
            "count",
            adds_nothing,
            beside=beside,
            criterion=criteria.none(),
            limit=_LIMIT,
        ),
        line(
            f"minimality.spare_{what}",
            f"{what.capitalize()} without any one of which the loss still meets the target",
            "count",
            spare,
            beside=beside | {"target, nats": subject.target},
            limit="No criterion: the search removes what it can on validation pairs and stops a "
            "margin below the target, so that on test pairs there is often room for one more. "
            "That each can go does not say that two can.",
        ),
    ]
