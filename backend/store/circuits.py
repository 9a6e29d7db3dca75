"""Circuits: stored once for ever, read back unchanged, and asked about each other.

Those that come with the program by the hundred are kept compact: without a path and without rows
for their edges. The first search that finds such a circuit again puts the whole one in its place.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from threading import Lock

from pydantic import ConfigDict, ValidationError
from sqlalchemy import Select, Text, cast, insert, select
from sqlalchemy.orm import Session

from backend.circuits.circuit import Circuit, slug_of
from backend.circuits.compact import CircuitNumbers, CompactCircuit, expanded
from backend.errors import CircuitNotFoundError, InvalidRequestError, StoreError
from backend.store.tables import (
    CircuitEdgeTable,
    CircuitNodeTable,
    CircuitTable,
    Table,
    utc_now,
)
from models.sites import Node

COMPACT = "compact"
"""The one key of the document of a circuit that is kept compact."""


class CircuitSummary(CircuitNumbers):
    """What lists show of a stored circuit."""

    model_config = ConfigDict(from_attributes=True)

    created: datetime
    has_report: bool
    stories: int


def save_circuit(session: Session, circuit: Circuit) -> bool:
    """Stores a circuit with a row for each node and edge.

    A slug names a circuit's content. So the same slug again changes nothing: the first finding
    stays, with its provenance; unless it was kept compact and the new one has a path.

    Returns:
        Whether it was new.

    Raises:
        InvalidRequestError: the slug is not the one its content has.
    """
    _check_slug(circuit)
    row = session.scalar(select(CircuitTable).where(CircuitTable.slug == circuit.slug))
    if row is not None:
        if COMPACT in row.document and circuit.path is not None:
            row.document = circuit.model_dump(mode="json")
            row.edges = _edges(circuit)
        return False
    row = CircuitTable(
        **CircuitNumbers.of(circuit).model_dump(),
        document=circuit.model_dump(mode="json"),
        created=utc_now(),
    )
    for node in map(Node.parse, circuit.nodes):
        row.nodes.append(CircuitNodeTable(site=node.site.name, channel=node.index))
    row.edges = _edges(circuit)
    session.add(row)
    session.flush()
    return True


def save_compact(session: Session, circuits: Sequence[CompactCircuit]) -> int:
    """Stores circuits that are not stored yet, in two statements; returns how many were new."""
    slugs = session.scalars(select(CircuitTable.slug))
    known = set(slugs)
    new = {each.slug: each for each in circuits if each.slug not in known}
    if not new:
        return 0
    rows = [
        {
            **each.model_dump(include=set(CircuitNumbers.model_fields)),
            "document": {COMPACT: each.document},
            "created": utc_now(),
        }
        for each in new.values()
    ]
    session.execute(insert(CircuitTable), rows)
    nodes = []
    for row in session.execute(select(CircuitTable.slug, CircuitTable.id)):
        for name in new[row.slug].nodes if row.slug in new else ():
            site, _, channel = name.rpartition(".")
            nodes.append({"circuit_id": row.id, "site": site, "channel": int(channel)})
    if nodes:
        # Into the table itself: some ten thousand rows, which the ORM would take its time over.
        session.execute(insert(Table.metadata.tables[CircuitNodeTable.__tablename__]), nodes)
    return len(new)


def _edges(circuit: Circuit) -> list[CircuitEdgeTable]:
    return [
        CircuitEdgeTable(source=edge.source, target=edge.target, weight=edge.weight, kept=edge.kept)
        for edge in circuit.edges
    ]


def has_circuit(session: Session, slug: str) -> bool:
    """Whether a circuit with this slug is stored."""
    return session.scalar(select(CircuitTable.id).where(CircuitTable.slug == slug)) is not None


def lock_circuit(session: Session, slug: str) -> None:
    """Makes other writers that lock the same circuit wait until this transaction has ended.

    Raises:
        CircuitNotFoundError: there is none.
    """
    query = select(CircuitTable.id).where(CircuitTable.slug == slug).with_for_update()
    if session.scalar(query) is None:
        raise CircuitNotFoundError(f"There is no circuit {slug!r}.")


def get_circuit(session: Session, slug: str) -> Circuit:
    """The circuit with this slug, as it was stored.

    Raises:
        CircuitNotFoundError: there is none.
        StoreError: the stored document cannot be read by this version.
    """
    query = select(cast(CircuitTable.document, Text)).where(CircuitTable.slug == slug)
    document = session.scalar(query)
    if document is None:
        raise CircuitNotFoundError(f"There is no circuit {slug!r}.")
    with _reading:
        return _read(slug, document)


_reading = Lock()
"""A page asks for its circuit several times at once: the first reads it for all."""


@lru_cache(maxsize=8)
def _read(slug: str, document: str) -> Circuit:
    """A stored document as a circuit; of large ones, that takes a third of a second."""
    content = json.loads(document)
    try:
        if COMPACT in content:
            return expanded(content[COMPACT])
        return Circuit.model_validate(content)
    except ValidationError as error:
        raise StoreError(
            f"Circuit {slug!r} has schema version {content.get('schema_version')!r}, which this "
            f"version cannot read: {error.error_count()} fields do not fit.",
            remedy="Open it with the version of Circuit Explorer that wrote it, or a newer one.",
        ) from error


def get_summary(session: Session, slug: str) -> CircuitSummary:
    """What lists show of the circuit with this slug.

    Raises:
        CircuitNotFoundError: there is none.
    """
    row = session.scalar(select(CircuitTable).where(CircuitTable.slug == slug))
    if row is None:
        raise CircuitNotFoundError(f"There is no circuit {slug!r}.")
    return CircuitSummary.model_validate(row)


def list_circuits(
    session: Session,
    checkpoint: str | None = None,
    task: str | None = None,
    *,
    checkpoint_digest: str | None = None,
) -> list[CircuitSummary]:
    """Stored circuits: by checkpoint and task, of one task the smallest first."""
    query = select(CircuitTable)
    if checkpoint is not None:
        query = query.where(CircuitTable.checkpoint == checkpoint)
    if checkpoint_digest is not None:
        query = query.where(CircuitTable.checkpoint_digest == checkpoint_digest)
    if task is not None:
        query = query.where(CircuitTable.task == task)
    return _summaries(session, query)


def circuits_with_node(session: Session, checkpoint_digest: str, node: str) -> list[CircuitSummary]:
    """The circuits of a checkpoint that contain a node, e.g. `0.mlp.post_act.863`.

    Args:
        session: an open one.
        checkpoint_digest: a checkpoint may go by several names.
        node: by its name.

    Raises:
        InvalidRequestError: the name is no node's.
    """
    try:
        parsed = Node.parse(node)
    except ValueError as error:
        raise InvalidRequestError(f"{error}.") from error
    query = (
        select(CircuitTable)
        .join(CircuitNodeTable)
        .where(
            CircuitTable.checkpoint_digest == checkpoint_digest,
            CircuitNodeTable.site == parsed.site.name,
            CircuitNodeTable.channel == parsed.index,
        )
    )
    return _summaries(session, query)


def _summaries(session: Session, query: Select[CircuitTable]) -> list[CircuitSummary]:
    ordered = query.order_by(
        CircuitTable.checkpoint,
        CircuitTable.task,
        CircuitTable.meets_target.desc(),
        CircuitTable.induced_edges,
        CircuitTable.slug,
    )
    return [CircuitSummary.model_validate(row) for row in session.scalars(ordered)]


def _check_slug(circuit: Circuit) -> None:
    source = circuit.provenance
    slug = slug_of(
        circuit.task,
        source.checkpoint_digest,
        source.means_digest,
        circuit.nodes,
        circuit.edges,
    )
    if slug != circuit.slug:
        raise InvalidRequestError(
            f"The circuit calls itself {circuit.slug!r}, but its content has the slug {slug!r}.",
            remedy="Export the circuit again where it was found: this copy was changed.",
        )
