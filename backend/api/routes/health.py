"""Is the server up?"""

from __future__ import annotations

from fastapi import APIRouter

from backend import __version__
from backend.api.deps import SettingsDep
from backend.api.schemas.health import Health

router = APIRouter(tags=["health"])


@router.get("/health")
def get_health(settings: SettingsDep) -> Health:
    """The server is up, and whether writing needs the token."""
    return Health(
        status="ok", version=__version__, write_protected=settings.write_token is not None
    )
