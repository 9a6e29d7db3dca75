"""The shipped database's start: circuits that come with the program.

`backend/shipped/*.json` are circuits that were found in the checkpoints of the zoo, as
`circuit-explorer export SLUG` writes them, alone or as bundles with their reports. They are stored
when the server starts, each once.
"""

from __future__ import annotations

import logging
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.orm import Session

from backend.circuits.bundle import Bundle, read_bundle
from backend.errors import StoreError
from backend.store import Store, add_report, get_summary, has_circuit, save_circuit

SHIPPED = Path(__file__).resolve().parent / "shipped"

_log = logging.getLogger(__name__)


def import_shipped(store: Store, folder: Path = SHIPPED) -> int:
    """Stores the circuits of a folder that are not stored yet; returns how many were new.

    Raises:
        StoreError: a file holds no circuit of this version.
    """
    new = 0
    for file in sorted(folder.glob("*.json")):
        try:
            bundle = read_bundle(file.read_bytes())
        except ValidationError as error:
            raise StoreError(
                f"{file} holds no circuit of this version: {error.error_count()} fields do not "
                "fit.",
                remedy="Install Circuit Explorer again, or export the circuit anew.",
            ) from error
        with store.read() as session:
            if _is_stored(session, bundle):
                continue
        with store.write() as session:
            new += save_circuit(session, bundle.circuit)
            if bundle.report is not None:
                add_report(session, bundle.report)
    if new:
        _log.info("stored %d shipped circuits", new)
    return new


def _is_stored(session: Session, bundle: Bundle) -> bool:
    """The circuit is here, and so is a report on it, if one is shipped."""
    slug = bundle.circuit.slug
    if not has_circuit(session, slug):
        return False
    return bundle.report is None or get_summary(session, slug).has_report
