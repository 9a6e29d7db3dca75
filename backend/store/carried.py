"""What of a circuit is carried elsewhere."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.circuits.bundle import Bundle
from backend.store.circuits import get_circuit
from backend.store.reports import find_report
from backend.store.words import list_words


def get_bundle(session: Session, slug: str) -> Bundle:
    """A circuit with its report and its words.

    Raises:
        CircuitNotFoundError: there is none.
        StoreError: something of it cannot be read by this version.
    """
    return Bundle(
        circuit=get_circuit(session, slug),
        report=find_report(session, slug),
        words=list_words(session, slug),
    )
