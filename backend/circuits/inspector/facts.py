"""What a node is, and what the model keeps for it beside the weights of its edges."""

from __future__ import annotations

from dataclasses import dataclass

from backend.circuits.inspector.subject import Subject
from backend.circuits.needs import means_of
from models.anatomy import node_parameters
from models.sites import Node, NodeSite, SiteKind

_PARTNERS = {SiteKind.Q: SiteKind.K, SiteKind.K: SiteKind.Q}


@dataclass(frozen=True)
class NodeFacts:
    """Attributes as in the API's node facts."""

    node: str
    layer: int
    site: str
    index: int
    width: int
    head: int | None
    channel: int | None
    in_circuit: bool
    partner: str | None
    partner_in_circuit: bool
    mean: float
    bias: float | None
    norm_weight: float | None
    sink: float | None
    abs_topk: int | None


def node_facts(subject: Subject) -> NodeFacts:
    """Where a node is, its mean, bias, norm weight and sink, and the channel it meets."""
    config, node = subject.checkpoint.config, subject.node
    kept = node_parameters(subject.checkpoint.model, node)
    head = node.head(config)
    partner = _partner(node)
    return NodeFacts(
        node=node.name,
        layer=node.site.layer,
        site=node.site.kind.value,
        index=node.index,
        width=kept.width,
        head=head,
        channel=None if head is None else node.index % config.d_head,
        in_circuit=subject.in_circuit,
        partner=None if partner is None else partner.name,
        partner_in_circuit=partner is not None and partner in subject.nodes,
        mean=float(means_of(subject.checkpoint).values[node.site.name][node.index]),
        bias=kept.bias,
        norm_weight=kept.norm_weight,
        sink=kept.sink,
        abs_topk=kept.abs_topk,
    )


def _partner(node: Node) -> Node | None:
    """The key channel that a query channel is multiplied by, or the reverse."""
    kind = _PARTNERS.get(node.site.kind)
    return None if kind is None else Node(NodeSite(node.site.layer, kind), node.index)
