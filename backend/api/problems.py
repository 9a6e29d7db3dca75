"""Every error as problem details (RFC 9457): title, status, detail and what to do about it.

Requests for /api and for JSON are answered with `application/problem+json`; a browser that asks
for a page gets the same members as a page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from backend.api.schemas.base import Problem
from backend.errors import CircuitExplorerError
from frontend import PagesNotBuiltError
from models.checkpoints import CheckpointError
from tasks import TaskError

MEDIA_TYPE = "application/problem+json"

REMEDIES: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "Check that the body is JSON and the headers are well formed.",
    HTTPStatus.NOT_FOUND: "GET /api/openapi.json lists all routes; '/' is the way in.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Use one of the methods that the Allow header names.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Send less: a bundle carries one circuit, an "
    "archive one checkpoint (at most CIRCUIT_EXPLORER_UPLOAD_LIMIT bytes).",
}
_DEFAULT_REMEDY = "Correct the request and send it again."

_log = logging.getLogger(__name__)

ProblemPage = Callable[[Request, Problem], Response]
"""Shows a problem to a person."""


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these problems."""
    return {
        int(status): {"model": Problem, "description": HTTPStatus(status).phrase}
        for status in statuses
    }


def problem_response(
    status: int,
    detail: str,
    remedy: str,
    *,
    title: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An error as a response."""
    problem = Problem(
        title=HTTPStatus(status).phrase if title is None else title,
        status=int(status),
        detail=detail,
        remedy=remedy,
    )
    return _response(problem, headers)


def install_problem_handlers(app: FastAPI, page: ProblemPage) -> None:
    """Registers a handler for each kind of error; `page` shows one to a person."""

    def answer(
        request: Request, problem: Problem, headers: Mapping[str, str] | None = None
    ) -> Response:
        if _wants_page(request):
            return page(request, problem)
        return _response(problem, headers)

    @app.exception_handler(CircuitExplorerError)
    def _ours(request: Request, error: CircuitExplorerError) -> Response:
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.error("%s %s: %s", request.method, request.url.path, error)
        return answer(
            request,
            Problem(
                title=error.title,
                status=error.status,
                detail=error.detail,
                remedy=error.remedy,
            ),
        )

    @app.exception_handler(CheckpointError)
    @app.exception_handler(TaskError)
    def _models(request: Request, error: Exception) -> Response:
        return answer(
            request,
            Problem(
                title="The checkpoint or task cannot do this",
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
                detail=str(error),
                remedy="Choose another checkpoint or task, or repair the one named.",
            ),
        )

    @app.exception_handler(RequestValidationError)
    def _validation(request: Request, error: RequestValidationError) -> Response:
        return answer(
            request,
            Problem(
                title="The request does not have the form it needs",
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
                detail=" ".join(map(_sentence, error.errors())),
                remedy="Correct the named fields; GET /api/openapi.json describes them all.",
            ),
        )

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        path = request.url.path
        if error.status_code == HTTPStatus.NOT_FOUND:
            detail = f"There is nothing at {path!r}."
        elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            detail = f"{request.method} is not possible at {path!r}."
        else:
            detail = str(error.detail)
        return answer(
            request,
            Problem(
                title=HTTPStatus(error.status_code).phrase,
                status=error.status_code,
                detail=detail,
                remedy=REMEDIES.get(error.status_code, _DEFAULT_REMEDY),
            ),
            error.headers,
        )

    @app.exception_handler(PagesNotBuiltError)
    def _not_built(request: Request, error: PagesNotBuiltError) -> Response:
        return problem_response(
            HTTPStatus.SERVICE_UNAVAILABLE, str(error), "Build the pages; /api works without them."
        )

    @app.exception_handler(Exception)
    def _unexpected(request: Request, error: Exception) -> Response:
        # The server logs the traceback: it is raised again after this answer.
        return answer(
            request,
            Problem(
                title="The server met an unexpected error",
                status=HTTPStatus.INTERNAL_SERVER_ERROR,
                detail=f"{type(error).__name__} while answering {request.method} "
                f"{request.url.path!r}.",
                remedy="The server's log has the full story; please report it.",
            ),
        )


def _response(problem: Problem, headers: Mapping[str, str] | None) -> JSONResponse:
    return JSONResponse(
        problem.model_dump(),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=dict(headers) if headers else None,
    )


def _wants_page(request: Request) -> bool:
    path = request.url.path
    if path.startswith(("/api/", "/static/")) or path.endswith(".json"):
        return False
    return "text/html" in request.headers.get("accept", "")


def _sentence(finding: Mapping[str, Any]) -> str:
    """One finding of pydantic's as a sentence with the place and the value received."""
    place = _place(finding["loc"])
    message = str(finding["msg"]).removeprefix("Value error, ").rstrip(".")
    if finding["type"] in ("missing", "json_invalid"):
        return f"{place}: {message}."
    received = repr(finding.get("input"))
    if len(received) > 200:
        received = received[:200] + "…"
    return f"{place} is {received}: {message}."


def _place(location: Sequence[str | int]) -> str:
    where, *path = location
    return f"{where} {'.'.join(map(str, path))}".strip()
