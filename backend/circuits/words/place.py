"""Whether a word fits its circuit: its target is there, and so is all it speaks of."""

from __future__ import annotations

import re

from backend.circuits.circuit import Circuit
from backend.circuits.predicates.pattern import compiled
from backend.circuits.words.document import (
    CASE,
    GROUP,
    NAME,
    STEP,
    STORY,
    Document,
    Label,
    Step,
)
from backend.circuits.words.state import parse_state
from backend.errors import InvalidRequestError
from models.sites import Edge


def check_word(circuit: Circuit, target: str, document: Document) -> None:
    """Checks a word before it is stored.

    Raises:
        InvalidRequestError: the target is none of the circuit's, is of another kind than the
            document, or the document speaks of nodes or edges that the circuit does not have, and
            in a step's state no other size on its path either; a predicate stands elsewhere than
            at a node, or its pattern is no regular expression.
    """
    named = re.fullmatch(NAME, target)
    edges = {f"{edge.source}>{edge.target}" for edge in circuit.edges}
    known = {*circuit.nodes, *edges}
    if named is None and target not in known:
        raise InvalidRequestError(
            f"{target!r} is no node or edge of circuit {circuit.slug!r}, and no group, "
            "step, story or case.",
            remedy="Name a node, an edge as source>target, or group:NAME, step:NAME, story:NAME or "
            "case:NAME, where NAME has 1 to 40 of a-z, 0-9 and -.",
        )
    if isinstance(document, Label):
        _check_label(circuit, target, document)
        return
    prefix = {"step": STEP, "story": STORY, "case": CASE}[document.kind]
    if not target.startswith(prefix):
        raise InvalidRequestError(
            f"A {document.kind} cannot stand at {target!r}.", remedy=f"Save it at {prefix}NAME."
        )
    if isinstance(document, Step):
        _check_step(circuit, document)


def _check_step(circuit: Circuit, document: Step) -> None:
    if re.fullmatch(NAME, document.story) is None or not document.story.startswith(STORY):
        raise InvalidRequestError(
            f"A step belongs to a story, and {document.story!r} is no target of one.",
            remedy="Name the story's target, story:NAME.",
        )
    missing = [name for name in parse_state(document.state).names if not _has(circuit, name)]
    if missing:
        raise InvalidRequestError(
            f"The step's state speaks of {missing[0]!r}, which neither circuit {circuit.slug!r} "
            "nor another size on its path has.",
            remedy="Leave it out of the state.",
        )


def _has(circuit: Circuit, name: str) -> bool:
    """Whether a node or an edge is the circuit's, or may be drawn at another size on its path.

    A size has all edges that the model has between its nodes, which only the model tells: of a
    node that the circuit lacks, any edge passes that sites allow.
    """
    own = set(circuit.nodes)
    others = set(circuit.path.ranking) - own if circuit.path else set()
    if ">" not in name:
        return name in own | others
    if any(name == f"{edge.source}>{edge.target}" for edge in circuit.edges):
        return True
    try:
        edge = Edge.parse(name)
    except ValueError:
        return False
    ends = {edge.source.name, edge.target.name}
    return ends <= own | others and bool(ends & others)


def _check_label(circuit: Circuit, target: str, label: Label) -> None:
    if target.startswith((CASE, STEP, STORY)):
        raise InvalidRequestError(
            f"A label cannot stand at {target!r}, which is for stories, their steps and cases.",
            remedy="Save it at a node, an edge or group:NAME.",
        )
    if target.startswith(GROUP) != bool(label.members):
        raise InvalidRequestError(
            f"The label of {target!r} has {len(label.members)} members; a group has at least one, "
            "a node or an edge has none.",
            remedy="Give a group the names of its nodes, and leave them out elsewhere.",
        )
    if label.predicate is not None:
        if target not in circuit.nodes:
            raise InvalidRequestError(
                f"The label of {target!r} has a predicate, and only a node is active or not.",
                remedy="Leave the predicate out, or give it to the label of a node.",
            )
        compiled(label.predicate.pattern)
    missing = [name for name in label.members if name not in set(circuit.nodes)]
    if missing or len(set(label.members)) != len(label.members):
        reason = f"{missing[0]!r} is no node of it" if missing else "a node is named twice"
        raise InvalidRequestError(
            f"The group does not fit circuit {circuit.slug!r}: {reason}.",
            remedy="Name nodes of the circuit, each once.",
        )
