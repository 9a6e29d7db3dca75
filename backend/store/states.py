"""Saved explorations: a state of the page under a short id made from its content."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy.orm import Session

from backend.errors import StateNotFoundError
from backend.store.tables import JsonObject, SavedStateTable, utc_now

ID_LENGTH = 12


def save_state(session: Session, state: JsonObject) -> str:
    """Stores a state and returns its id; the same state has the same id everywhere."""
    content = json.dumps(state, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(content.encode()).hexdigest()
    state_id = digest[:ID_LENGTH]
    row = session.get(SavedStateTable, state_id)
    if row is not None and row.state != state:
        state_id = digest  # another state has the short one: rare, but it may happen
        row = session.get(SavedStateTable, state_id)
    if row is None:
        session.add(SavedStateTable(id=state_id, state=state, created=utc_now()))
        session.flush()
    return state_id


def get_state(session: Session, state_id: str) -> JsonObject:
    """The state with this id.

    Raises:
        StateNotFoundError: there is none.
    """
    row = session.get(SavedStateTable, state_id)
    if row is None:
        raise StateNotFoundError(f"There is no saved exploration {state_id!r}.")
    return row.state
