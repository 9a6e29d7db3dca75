"""What if: a question about a circuit, and what of the model it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from backend.circuits.ablation import AblationValue, Mode, kept_nodes
from backend.circuits.circuit import Circuit
from backend.circuits.edges import NO_EDGES, EdgeSet, dropped_edges, parse_edges
from backend.circuits.nodes import NodeSet
from backend.circuits.overrides import Overrides, parse_overrides
from backend.circuits.path import nodes_at
from backend.errors import InvalidRequestError
from models.config import ModelConfig
from tasks import Split


@dataclass(frozen=True)
class Question:
    """What if. Attributes as in the API's evaluate request."""

    mode: Mode = Mode.CIRCUIT
    value: AblationValue = AblationValue.MEAN
    ablated: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    ablated_edges: list[str] = field(default_factory=list)
    restored_edges: list[str] = field(default_factory=list)
    constants: Mapping[str, float] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)
    split: Split = Split.TEST
    seed: int = 0
    size: int | None = None
    references: bool = True
    prompt: str | None = None


@dataclass(frozen=True)
class Kept:
    """What an intervention keeps.

    Attributes:
        nodes: have their own value, or one of the overrides.
        dropped: edges between them that do not count.
        overrides: nodes among them with a value of the user's choice.
    """

    nodes: NodeSet
    dropped: EdgeSet = NO_EDGES
    overrides: Overrides = ()

    @classmethod
    def of(cls, nodes: NodeSet, dropped: EdgeSet, overrides: Overrides = ()) -> Kept:
        """Without the edges of ablated nodes, which carry the same dropped or not."""
        inside = (edge for edge in dropped if edge.source in nodes and edge.target in nodes)
        return cls(nodes, frozenset(inside), overrides)

    @property
    def is_whole(self) -> bool:
        """Nothing is changed: the model as it is."""
        return not self.dropped and not self.overrides and not len(~self.nodes)

    def toggled(self, part: NodeSet) -> Kept:
        """Without those of some nodes that it keeps, and with the others."""
        kept = (self.nodes - part) | (part - self.nodes)
        overrides = tuple(each for each in self.overrides if each.node not in part)
        return replace(Kept.of(kept, self.dropped), overrides=overrides)


def keeps(config: ModelConfig, circuit: Circuit, question: Question) -> tuple[Kept, Kept]:
    """What is kept in the question's mode, before and after what it changes.

    The kept set is (base of the mode + restored) - ablated, of nodes and of edges, and all nodes
    that are set or rescaled. The base of the circuit alone lacks the edges that were pruned from
    it; the other modes have every edge, and so has every other size on its path.

    Raises:
        InvalidRequestError: a node or edge is none of the model's, or two things at once; the path
            has no such size.
        PathNotFoundError: a size is asked for, and the circuit has no path.
    """
    ablated, restored = (
        NodeSet.of(config, names) for names in (question.ablated, question.restored)
    )
    ablated_edges, restored_edges = (
        parse_edges(names, config) for names in (question.ablated_edges, question.restored_edges)
    )
    overrides = parse_overrides(config, question.constants, question.factors)
    given = NodeSet.of(config, [each.node for each in overrides])
    _check_apart("a node", "ablated and as restored", (ablated & restored).names())
    _check_apart("a node", "ablated and as set or rescaled", (ablated & given).names())
    both = [edge.name for edge in sorted(ablated_edges & restored_edges)]
    _check_apart("an edge", "ablated and as restored", both)
    own = NodeSet.of(config, circuit.nodes)
    asked = own if question.size is None else nodes_at(config, circuit, question.size)
    nodes = kept_nodes(question.mode, asked)
    pruned = question.mode is Mode.CIRCUIT and asked == own
    dropped = dropped_edges(circuit) if pruned else NO_EDGES
    return Kept.of(nodes, dropped), Kept.of(
        ((nodes | restored) - ablated) | given,
        (dropped | ablated_edges) - restored_edges,
        overrides,
    )


def _check_apart(what: str, ways: str, both: list[str]) -> None:
    if both:
        raise InvalidRequestError(
            f"{both[0]!r} is listed as {ways}; {what} is one or the other.",
            remedy="Leave it out of one of the two lists.",
        )
