"""The shipped database's start: circuits that come with the program.

`backend/shipped/*.json` are circuits as `circuit-explorer export SLUG` writes them, found by
`circuit-explorer search` in the checkpoints of the zoo. They are stored when the server starts,
each once.
"""

from __future__ import annotations

import logging
from pathlib import Path

from pydantic import ValidationError

from backend.circuits.circuit import Circuit
from backend.errors import StoreError
from backend.store import Store, has_circuit, save_circuit

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
            circuit = Circuit.model_validate_json(file.read_bytes())
        except ValidationError as error:
            raise StoreError(
                f"{file} holds no circuit of this version: {error.error_count()} fields do not "
                "fit.",
                remedy="Install Circuit Explorer again, or export the circuit anew.",
            ) from error
        with store.read() as session:
            if has_circuit(session, circuit.slug):
                continue
        with store.write() as session:
            new += save_circuit(session, circuit)
    if new:
        _log.info("stored %d shipped circuits", new)
    return new
