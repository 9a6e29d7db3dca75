"""Outcomes of searches: one for each key, the newest."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from backend.circuits.benchmark import SearchKey, SearchOutcome
from backend.store.tables import SearchOutcomeTable

_KEY = tuple(SearchKey.model_fields)
_FIELDS = tuple(SearchOutcome.model_fields)


def put_outcome(session: Session, outcome: SearchOutcome) -> None:
    """Stores an outcome, in the place of the one that its key had."""
    session.execute(delete(SearchOutcomeTable).where(*_same(outcome.key)))
    session.add(SearchOutcomeTable(**outcome.model_dump()))
    session.flush()


def add_outcomes(session: Session, outcomes: Sequence[SearchOutcome]) -> int:
    """Stores outcomes from elsewhere whose keys have none: what is here stays.

    Returns:
        How many were stored.
    """
    columns = [getattr(SearchOutcomeTable, name) for name in _KEY]
    known = {tuple(row) for row in session.execute(select(*columns))}
    new = [each for each in outcomes if tuple(getattr(each, name) for name in _KEY) not in known]
    if new:
        session.execute(insert(SearchOutcomeTable), [each.model_dump() for each in new])
    return len(new)


def find_outcome(session: Session, key: SearchKey) -> SearchOutcome | None:
    """The outcome of the search with this key; None if there is none."""
    row = session.scalar(select(SearchOutcomeTable).where(*_same(key)))
    return None if row is None else _outcome(row)


def list_outcomes(
    session: Session, *, method: str | None = None, settings: str | None = None
) -> list[SearchOutcome]:
    """Stored outcomes, oldest first.

    Args:
        session: to read from.
        method: only of searches by this method.
        settings: only of searches with these settings, e.g. `{}` for the default ones.
    """
    query = select(SearchOutcomeTable).order_by(SearchOutcomeTable.created, SearchOutcomeTable.id)
    if method is not None:
        query = query.where(SearchOutcomeTable.method == method)
    if settings is not None:
        query = query.where(SearchOutcomeTable.settings == settings)
    return [_outcome(row) for row in session.scalars(query)]


def _same(key: SearchKey) -> list[ColumnElement[bool]]:
    return [getattr(SearchOutcomeTable, name) == getattr(key, name) for name in _KEY]


def _outcome(row: SearchOutcomeTable) -> SearchOutcome:
    return SearchOutcome(**{name: getattr(row, name) for name in _FIELDS})
