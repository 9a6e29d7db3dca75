"""Outcomes of searches: one for each key, the newest."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, select
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


def add_outcome(session: Session, outcome: SearchOutcome) -> bool:
    """Stores an outcome from elsewhere, unless its key has one: what is here stays.

    Returns:
        Whether it was stored.
    """
    if find_outcome(session, outcome.key) is not None:
        return False
    put_outcome(session, outcome)
    return True


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
