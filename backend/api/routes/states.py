"""States of the page that are too long for a URL, under a short id."""

from __future__ import annotations

from fastapi import APIRouter, Response

from backend.api.deps import ReadDep, StatePath, StoreDep
from backend.api.problems import responses
from backend.api.schemas.states import SavedState, SaveStateRequest
from backend.store import get_state, save_state

router = APIRouter(tags=["states"])


@router.post("/states", status_code=201, responses=responses(400, 403, 413, 422))
def create_state(request: SaveStateRequest, response: Response, store: StoreDep) -> SavedState:
    """Keeps a state; the same state has the same id for ever."""
    with store.write() as session:
        state_id = save_state(session, {"path": request.path, "state": request.state})
    response.headers["Location"] = f"/api/states/{state_id}"
    return SavedState(id=state_id, path=request.path, state=request.state)


@router.get("/states/{id}", responses=responses(404))
def get_one_state(state_id: StatePath, session: ReadDep) -> SavedState:
    """The state with this id."""
    return SavedState(id=state_id, **get_state(session, state_id))
