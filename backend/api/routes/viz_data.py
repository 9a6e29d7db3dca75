"""OpenAI's circuits, brought in from their files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool

from backend.api.deps import Services, ServicesDep
from backend.api.problems import responses
from backend.api.routes.uploads import receive
from backend.api.schemas.circuits import ImportedBundle
from backend.api.views import circuit_summary
from backend.bundles import Imported
from backend.foreign_circuits import import_viz_data
from backend.sources.staging import staging

FILE_BODY = {
    "requestBody": {
        "required": True,
        "description": "a viz_data.pt",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

router = APIRouter(tags=["circuits"])


@router.post("/viz-data", responses=responses(400, 403, 404, 413, 422), openapi_extra=FILE_BODY)
async def upload_viz_data(
    request: Request,
    services: ServicesDep,
    task: Annotated[str, Query(description="that the circuit does: the file does not say")],
    checkpoint: Annotated[
        str | None,
        Query(description="of the circuit; the only one with the file's configuration if left out"),
    ] = None,
) -> ImportedBundle:
    """Stores the circuit of a `viz_data.pt`, which is the body as it is; nothing in it is run. The
    circuit is measured on the task here; the losses in the file stay beside those.
    """
    async with contextmanager_in_threadpool(staging(services.settings.data_dir)) as stage:
        file = stage / "viz_data.pt"
        await receive(request, file)
        imported = await run_in_threadpool(_import, services, file, task, checkpoint)
    return ImportedBundle(
        **circuit_summary(imported.summary).model_dump(),
        new=imported.new,
        warning=imported.warning,
    )


def _import(services: Services, file: Path, task: str, checkpoint: str | None) -> Imported:
    with services.evaluating:
        return import_viz_data(services.store, services.library, file, task, checkpoint)
