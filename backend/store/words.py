"""Words on circuits: every version of each, of which the newest is the present one.

Nobody's words are lost: a writer says which version the words were written on, and is refused if
that is not the present one. What was there before stays as an earlier version.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from backend.circuits.words import Document, Word
from backend.errors import CircuitNotFoundError, StoreError, WordChangedError
from backend.store.circuits import lock_circuit
from backend.store.tables import CircuitTable, WordTable, utc_now


def list_words(session: Session, slug: str) -> list[Word]:
    """The present words on a circuit, by target; without what was taken away.

    Raises:
        CircuitNotFoundError: there is no such circuit.
        StoreError: they cannot be read by this version.
    """
    newest = (
        select(WordTable.target, func.max(WordTable.version).label("version"))
        .where(WordTable.circuit_id == _id_of(session, slug))
        .group_by(WordTable.target)
        .subquery()
    )
    query = (
        _words(session, slug)
        .join(
            newest,
            (newest.c.target == WordTable.target) & (newest.c.version == WordTable.version),
        )
        .order_by(WordTable.target)
    )
    found = [_word(row) for row in session.scalars(query)]
    return [word for word in found if word.document is not None]


def word_versions(session: Session, slug: str, target: str) -> list[Word]:
    """All versions at a target, the present one first; none if nothing was ever written there.

    Raises:
        CircuitNotFoundError: there is no such circuit.
        StoreError: they cannot be read by this version.
    """
    query = _words(session, slug).where(WordTable.target == target)
    return [_word(row) for row in session.scalars(query.order_by(WordTable.version.desc()))]


def put_word(
    session: Session, slug: str, target: str, document: Document | None, author: str, on: int
) -> Word:
    """Stores the next version of what is written at a target.

    Args:
        session: that writes.
        slug: of a stored circuit.
        target: where the words stand; the caller has checked that it is there.
        document: the words; None takes away what is there.
        author: who wrote them.
        on: the version they were written on; 0 if nothing was there, or not any more.

    Raises:
        CircuitNotFoundError: there is no such circuit.
        WordChangedError: another version is the present one.
    """
    lock_circuit(session, slug)
    present = next(iter(word_versions(session, slug, target)), None)
    version = 0 if present is None else present.version
    nothing_there = present is None or present.document is None
    if version != on and not (on == 0 and nothing_there):
        said = "is the first" if present and version == 1 else f"is version {version}"
        who = "nothing was ever saved" if present is None else f"{present.author}'s {said}"
        raise WordChangedError(
            f"What is to be saved at {target!r} was written on version {on}, but {who} there."
        )
    word = Word(
        target=target, version=version + 1, author=author, created=utc_now(), document=document
    )
    _add(session, slug, word)
    return word


def add_words(session: Session, slug: str, words: Sequence[Word]) -> int:
    """Stores words from elsewhere at those targets where nothing was ever written here.

    They keep author and time, and begin with version 1 here.

    Returns:
        How many of them differ from what is here instead, which stays.

    Raises:
        CircuitNotFoundError: there is no such circuit.
    """
    lock_circuit(session, slug)
    different = 0
    for word in words:
        here = word_versions(session, slug, word.target)
        if not here:
            _add(session, slug, word.model_copy(update={"version": 1}))
        else:
            different += here[0].document != word.document
    return different


def _add(session: Session, slug: str, word: Word) -> None:
    document = None if word.document is None else word.document.model_dump(mode="json")
    session.add(
        WordTable(
            circuit_id=_id_of(session, slug),
            target=word.target,
            version=word.version,
            author=word.author,
            document=document,
            created=word.created,
        )
    )
    session.flush()


def _id_of(session: Session, slug: str) -> int:
    found = session.scalar(select(CircuitTable.id).where(CircuitTable.slug == slug))
    if found is None:
        raise CircuitNotFoundError(f"There is no circuit {slug!r}.")
    return found


def _words(session: Session, slug: str) -> Select[WordTable]:
    return select(WordTable).where(WordTable.circuit_id == _id_of(session, slug))


def _word(row: WordTable) -> Word:
    try:
        return Word.model_validate(
            {
                "target": row.target,
                "version": row.version,
                "author": row.author,
                "created": row.created,
                "document": row.document,
            }
        )
    except ValidationError as error:
        raise StoreError(
            f"Version {row.version} of what is written at {row.target!r} cannot be read by this "
            f"version: {error.error_count()} fields do not fit.",
            remedy="Install the version of Circuit Explorer that wrote it, or a newer one.",
        ) from error
