"""Circuits as files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from backend.api.deps import ServicesDep, SlugPath
from backend.api.problems import responses
from backend.circuits.exchange.tables import TableName
from backend.exports import ExportFormat, ExportOptions, export
from backend.store import get_bundle

router = APIRouter(tags=["circuits"])

_TEXT = {"schema": {"type": "string"}}


@router.get(
    "/circuits/{slug}/export",
    response_class=Response,
    responses={
        **responses(404, 409, 422),
        200: {
            "description": "The file; as JSON the circuit, the bundle or the attribution graph",
            "content": {
                "application/json": {"schema": {}},
                "application/graphml+xml": _TEXT,
                "text/csv": _TEXT,
                "text/html": _TEXT,
            },
        },
    },
)
def export_circuit(
    slug: SlugPath,
    services: ServicesDep,
    export_format: Annotated[
        ExportFormat, Query(alias="format", description="docs/formats.md describes each")
    ] = ExportFormat.JSON,
    table: Annotated[TableName, Query(description="the one that csv gives")] = TableName.NODES,
    prompt: Annotated[
        str | None,
        Query(max_length=4000, description="of attribution; a test pair's if left out"),
    ] = None,
) -> Response:
    """A circuit as a file: the stored document, a bundle, the graph, a table, a page, ..."""
    with services.store.read() as session:
        bundle = get_bundle(session, slug)
    options = ExportOptions(table=table, prompt=prompt)
    with services.evaluating:
        file = export(bundle, services.library, export_format, options)
    return Response(
        file.content,
        media_type=file.media_type,
        headers={"Content-Disposition": f'attachment; filename="{file.filename}"'},
    )
