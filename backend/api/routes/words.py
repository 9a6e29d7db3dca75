"""Words on a circuit: labels, stories and cases, saved on the version they were read in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse

from backend.api.deps import ReadDep, SlugPath, StoreDep
from backend.api.problems import MEDIA_TYPE, responses
from backend.api.schemas.words import SaveWordRequest, WordProblem
from backend.circuits.words import Document, Word, check_word
from backend.circuits.words.document import Short
from backend.errors import WordChangedError
from backend.store import (
    Store,
    get_circuit,
    list_words,
    put_word,
    word_versions,
)

router = APIRouter(tags=["words"])

TargetPath = Annotated[
    str,
    Path(
        alias="target",
        max_length=200,
        description="a node, an edge as source>target, or group:, story:, step: or case:NAME",
    ),
]
_CHANGED: dict[int | str, dict[str, Any]] = {
    409: {"model": WordProblem, "description": "Somebody else saved here meanwhile"}
}


@router.get("/circuits/{slug}/words", responses=responses(404))
def get_words(slug: SlugPath, session: ReadDep) -> list[Word]:
    """The present labels, stories, steps and cases of a circuit."""
    return list_words(session, slug)


@router.get("/circuits/{slug}/words/{target}/versions", responses=responses(404))
def get_versions(slug: SlugPath, target: TargetPath, session: ReadDep) -> list[Word]:
    """All that was ever written at a target, the present version first."""
    return word_versions(session, slug, target)


@router.put(
    "/circuits/{slug}/words/{target}",
    response_model=Word,
    responses=responses(400, 403, 404, 413, 422) | _CHANGED,
)
def save_word(
    slug: SlugPath, target: TargetPath, request: SaveWordRequest, store: StoreDep
) -> Word | JSONResponse:
    """Saves words at a target as its next version, unless somebody else did so meanwhile."""
    with store.read() as session:
        check_word(get_circuit(session, slug), target, request.document)
    return _put(store, slug, target, request.document, request.author, request.on)


@router.delete(
    "/circuits/{slug}/words/{target}",
    response_model=Word,
    responses=responses(400, 403, 404, 422) | _CHANGED,
)
def take_away_word(
    slug: SlugPath,
    target: TargetPath,
    on: Annotated[int, Query(ge=1, le=2**31 - 2, description="version that was read")],
    author: Annotated[Short, Query(description="who takes it away")],
    store: StoreDep,
) -> Word | JSONResponse:
    """Takes away what is written at a target; it stays among the versions, to be saved again."""
    return _put(store, slug, target, None, author, on)


def _put(
    store: Store, slug: str, target: str, document: Document | None, author: str, on: int
) -> Word | JSONResponse:
    try:
        with store.write() as session:
            return put_word(session, slug, target, document, author, on)
    except WordChangedError as error:
        with store.read() as session:
            present = next(iter(word_versions(session, slug, target)), None)
        problem = WordProblem.model_validate({**error.problem(), "present": present})
        return JSONResponse(
            problem.model_dump(mode="json"), HTTPStatus.CONFLICT, media_type=MEDIA_TYPE
        )
