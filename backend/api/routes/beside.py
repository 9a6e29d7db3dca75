"""Two circuits side by side, as JSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from backend.api.deps import LibraryDep, ReadDep, SlugPath
from backend.api.problems import responses
from backend.api.routes.circuits import circuit_graph, open_checkpoint
from backend.api.schemas.pages import BesidePage
from backend.api.views import circuit_summary
from backend.circuits.overlap import overlap
from backend.store import get_circuit, get_summary, list_circuits

router = APIRouter(tags=["pages"])
Other = Annotated[str | None, Query(alias="with", max_length=200, description="the other's slug")]


@router.get("/circuits/{slug}/beside.json", responses=responses(404, 409, 422))
def beside_json(
    slug: SlugPath, session: ReadDep, library: LibraryDep, other: Other = None
) -> BesidePage:
    """What `/circuits/{slug}/beside` shows: both drawings, and what the circuits share."""
    left = get_circuit(session, slug)
    right = None if other is None else get_circuit(session, other)
    config = open_checkpoint(left, library).config
    return BesidePage(
        left=circuit_summary(get_summary(session, slug)),
        left_graph=circuit_graph(left, library),
        right=None if other is None else circuit_summary(get_summary(session, other)),
        right_graph=None if right is None else circuit_graph(right, library),
        overlap=None if right is None else overlap(left, right, config),
        circuits=[circuit_summary(each) for each in list_circuits(session)],
    )
