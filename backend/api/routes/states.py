"""States of the page under short ids, with the numbers it showed."""

from __future__ import annotations

from fastapi import APIRouter, Response

from backend.api.deps import ReadDep, StatePath, StoreDep
from backend.api.problems import responses
from backend.api.schemas.states import SavedState, SaveStateRequest
from backend.store import get_state, save_state

router = APIRouter(tags=["states"])


@router.post("/states", status_code=201, responses=responses(400, 403, 413, 422))
def create_state(request: SaveStateRequest, response: Response, store: StoreDep) -> SavedState:
    """Keeps a state; the same state with the same numbers has the same id for ever."""
    content = request.model_dump(mode="json", exclude_none=True)
    with store.write() as session:
        state_id = save_state(session, content)
    response.headers["Location"] = f"/api/states/{state_id}"
    return SavedState(id=state_id, **content)


@router.get("/states/{id}", responses=responses(404))
def get_one_state(state_id: StatePath, session: ReadDep) -> SavedState:
    """The state with this id."""
    return SavedState(id=state_id, **get_state(session, state_id))
