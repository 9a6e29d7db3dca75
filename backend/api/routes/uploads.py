"""Checkpoints sent as archives."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from starlette.requests import ClientDisconnect

from backend.api.deps import ServicesDep, SettingsDep
from backend.api.problems import responses
from backend.api.schemas.checkpoints import ArchiveOffer, CheckpointSummary
from backend.api.views import checkpoint_summary
from backend.errors import InvalidRequestError
from backend.sources import add_archive, check_offer
from backend.sources.staging import staging

ARCHIVE_BODY = {
    "requestBody": {
        "required": True,
        "description": "a .zip, .tar or .tar.gz",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

router = APIRouter(tags=["checkpoints"])


@router.post("/checkpoint-offers", responses=responses(400, 403, 409, 413, 422))
def offer_archive(offer: ArchiveOffer, settings: SettingsDep) -> ArchiveOffer:
    """Whether an archive would be taken, as far as that can be told before it is sent: sending
    gigabytes only to have them refused helps nobody.
    """
    check_offer(settings, offer.filename, offer.size, offer.name)
    return offer


@router.post(
    "/checkpoints",
    status_code=201,
    responses=responses(400, 403, 409, 413, 422),
    openapi_extra=ARCHIVE_BODY,
)
async def upload_checkpoint(
    request: Request,
    response: Response,
    services: ServicesDep,
    filename: Annotated[str, Query(max_length=255, description="of the archive")],
    name: Annotated[
        str | None, Query(description="the checkpoint is to go by; its own one if left out")
    ] = None,
) -> CheckpointSummary:
    """Adds the checkpoint in an archive, which is the body as it is. It is opened first: nothing is
    kept of one that cannot be opened, nor of an archive with anything but plain files in it.
    """
    settings = services.settings
    await run_in_threadpool(check_offer, settings, filename, 0, name)
    async with contextmanager_in_threadpool(staging(settings.data_dir)) as stage:
        archive = stage / "archive"
        await receive(request, archive)
        added = await run_in_threadpool(add_archive, settings, archive, filename, name)
    described = await run_in_threadpool(services.library.describe, added.name)
    response.headers["Location"] = f"/api/checkpoints/{added.name}"
    return checkpoint_summary(described)


async def receive(request: Request, path: Path) -> None:
    """Writes a request's body to a file as it comes; its size is limited before it gets here."""
    try:
        with path.open("wb") as file:
            async for piece in request.stream():
                await run_in_threadpool(file.write, piece)
    except ClientDisconnect:
        raise InvalidRequestError(
            "The connection ended before the whole file was sent.", remedy="Send it again."
        ) from None
