"""Errors as a job's row keeps them: the members of a problem detail (RFC 9457)."""

from __future__ import annotations

from typing import Any

from backend.errors import CircuitExplorerError
from tasks import TaskError


def problem(title: str, detail: str, remedy: str, *, status: int = 500) -> dict[str, Any]:
    """An error put in words."""
    return {"title": title, "status": status, "detail": detail, "remedy": remedy}


def known_problem(error: TaskError | CircuitExplorerError) -> dict[str, Any]:
    """An error that was raised on purpose."""
    if isinstance(error, CircuitExplorerError):
        return problem(error.title, error.detail, error.remedy, status=int(error.status))
    return problem(
        "The task cannot give what the job needs",
        str(error),
        "Choose another task, or a checkpoint whose tokenizer fits it.",
        status=422,
    )


def unexpected_problem(error: Exception) -> dict[str, Any]:
    """An error that nobody thought of."""
    return problem(
        "The job broke off with an unexpected error",
        f"{type(error).__name__}: {error}",
        "The server's log has the full story; please report it.",
    )
