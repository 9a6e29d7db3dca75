"""The shipped database's start: circuits that come with the program.

`backend/shipped/*.json` are circuits that were found in the checkpoints of the zoo, as
`circuit-explorer export SLUG` writes them, alone or as bundles with their reports.
`backend/shipped/words/SLUG.json` is what is written about one of them: labels and a story
(`scripts/ship_words.py`). A word is stored where nothing was ever written; edits of users stay.
`backend/shipped/benchmark` holds the outcomes of the zoo's benchmark and its circuits, which are
kept compact (`scripts/ship_benchmark.py`). All are stored when the server starts, each once.
"""

from __future__ import annotations

import logging
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.orm import Session

from backend.circuits.benchmark.archive import read_circuits, read_outcomes
from backend.circuits.bundle import Bundle, read_bundle
from backend.circuits.words import read_words
from backend.errors import StoreError
from backend.store import (
    Store,
    add_outcomes,
    add_report,
    add_words,
    get_summary,
    has_circuit,
    save_circuit,
    save_compact,
)

SHIPPED = Path(__file__).resolve().parent / "shipped"
BENCHMARK = "benchmark"
WORDS = "words"

_log = logging.getLogger(__name__)


def import_shipped(store: Store, folder: Path = SHIPPED) -> int:
    """Stores the circuits of a folder that are not stored yet, and words where there are none.

    Returns:
        How many circuits were new.

    Raises:
        StoreError: a file holds no circuit, or no words, of this version.
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
    for file in sorted((folder / WORDS).glob("*.json")):
        _import_words(store, file)
    if new:
        _log.info("stored %d shipped circuits", new)
    return new


def import_benchmark(store: Store, folder: Path = SHIPPED / BENCHMARK) -> int:
    """Stores the outcomes of a folder that are not stored yet, and with them the circuits.

    Circuits are looked at only if an outcome is new: from the second start on this is quick.

    Returns:
        How many outcomes were new.

    Raises:
        StoreError: the files are none of this version.
    """
    outcomes = read_outcomes(folder)
    if not outcomes:
        return 0
    with store.write() as session:
        new = add_outcomes(session, outcomes)
        if new:
            save_compact(session, list(read_circuits(folder)))
    if new:
        _log.info("stored %d shipped outcomes of searches", new)
    return new


def _is_stored(session: Session, bundle: Bundle) -> bool:
    """The circuit is here, and so is a report on it, if one is shipped."""
    slug = bundle.circuit.slug
    if not has_circuit(session, slug):
        return False
    return bundle.report is None or get_summary(session, slug).has_report


def _import_words(store: Store, file: Path) -> None:
    try:
        written = read_words(file.read_bytes())
    except ValidationError as error:
        raise StoreError(
            f"{file} holds no words of this version: {error.error_count()} fields do not fit.",
            remedy="Install Circuit Explorer again.",
        ) from error
    with store.write() as session:
        if has_circuit(session, written.slug):
            add_words(session, written.slug, written.words)
        else:
            _log.warning("%s is about circuit %s, which is not here", file, written.slug)
