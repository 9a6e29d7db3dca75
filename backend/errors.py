"""The whole exception tree.

Every error that a user can meet descends from `CircuitExplorerError` and says three things: what
was received and which rule it breaks (`detail`, under a `title`) and what to do (`remedy`). The API
turns these into problem details (RFC 9457) with `status`; the command line prints them.

    CircuitExplorerError            500
    ├── InvalidRequestError         422  the request contradicts itself or the circuit
    ├── SettingsError               500  the environment asks for something unsafe or impossible
    ├── NotFoundError               404
    │   ├── CheckpointNotFoundError
    │   ├── TaskNotFoundError
    │   ├── CircuitNotFoundError
    │   ├── ReportNotFoundError
    │   ├── PathNotFoundError
    │   ├── JobNotFoundError
    │   └── StateNotFoundError
    ├── ForbiddenError              403  writing without the write token, or a foreign Host
    ├── ConflictError               409  the thing is not in a state that allows this
    │   └── WordChangedError             somebody else saved the same words meanwhile
    ├── StoreError                  500  what is stored cannot be read back
    └── JobError                    500  a background job failed
        ├── JobCancelledError       409
        └── JobInterruptedError     503
"""

from http import HTTPStatus
from typing import Any, ClassVar


class CircuitExplorerError(Exception):
    """Base of all errors raised on purpose.

    Args:
        detail: what happened, naming the value received and the rule it breaks.
        remedy: what the reader can do about it; the class's own remedy if None.
    """

    title: ClassVar[str] = "Circuit Explorer met an error"
    status: ClassVar[int] = HTTPStatus.INTERNAL_SERVER_ERROR
    default_remedy: ClassVar[str] = "Look at the server's log for the full story."

    def __init__(self, detail: str, *, remedy: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = self.default_remedy if remedy is None else remedy

    def problem(self) -> dict[str, Any]:
        """This error as problem details (RFC 9457), with the remedy in them."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": int(self.status),
            "detail": self.detail,
            "remedy": self.remedy,
        }

    def __str__(self) -> str:
        return f"{self.detail} {self.remedy}".strip()

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders: keyword arguments would be lost by the default.
        return (_rebuild, (type(self), self.detail, self.remedy))


def _rebuild(cls: type[CircuitExplorerError], detail: str, remedy: str) -> CircuitExplorerError:
    return cls(detail, remedy=remedy)


class InvalidRequestError(CircuitExplorerError):
    """The request is understood but contradicts itself, the checkpoint or the circuit."""

    title = "The request cannot be carried out as it stands"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    default_remedy = "Correct the named value and send the request again."


class SettingsError(CircuitExplorerError):
    """A CIRCUIT_EXPLORER_* variable has a value that is unsafe or impossible."""

    title = "A setting cannot be used"
    default_remedy = "Correct the CIRCUIT_EXPLORER_* variable and start again."


class NotFoundError(CircuitExplorerError):
    """Nothing goes by the name given."""

    title = "Nothing goes by this name"
    status = HTTPStatus.NOT_FOUND
    default_remedy = "Check the name; the matching list route shows what exists."


class CheckpointNotFoundError(NotFoundError):
    """No checkpoint goes by this name."""

    title = "No checkpoint goes by this name"
    default_remedy = "The overview (GET /api/checkpoints) lists those this server can open."


class TaskNotFoundError(NotFoundError):
    """No task goes by this name."""

    title = "No task goes by this name"
    default_remedy = "The overview (GET /api/tasks) lists the tasks this server knows."


class CircuitNotFoundError(NotFoundError):
    """No stored circuit has this slug."""

    title = "No circuit has this slug"
    default_remedy = "Look among the circuits (GET /api/circuits), or import a bundle there."


class ReportNotFoundError(NotFoundError):
    """The circuit was never verified."""

    title = "The circuit has no report"
    default_remedy = (
        "Verify it: POST /api/circuits/{slug}/report, or 'circuit-explorer verify SLUG'."
    )


class PathNotFoundError(NotFoundError):
    """The search that found the circuit kept no circuits of other sizes."""

    title = "The circuit has no path of sizes"
    default_remedy = "Search the task again with method 'path'; its circuit keeps every size."


class JobNotFoundError(NotFoundError):
    """No job has this id."""

    title = "No job has this id"
    default_remedy = (
        "The jobs (GET /api/jobs) are listed newest first; POST /api/searches starts one."
    )


class StateNotFoundError(NotFoundError):
    """No saved exploration has this id."""

    title = "No saved exploration has this id"
    default_remedy = "Ask the sender to share again, or open the circuit without the saved state."


class ForbiddenError(CircuitExplorerError):
    """The caller may read but not write, or came under a foreign host name."""

    title = "This is not allowed"
    status = HTTPStatus.FORBIDDEN
    default_remedy = "Send the write token as 'Authorization: Bearer <token>'."


class ConflictError(CircuitExplorerError):
    """The thing exists, but its present state does not allow this."""

    title = "The present state does not allow this"
    status = HTTPStatus.CONFLICT
    default_remedy = "Read the present state and decide again."


class WordChangedError(ConflictError):
    """Words were saved that were written on an older version than the present one."""

    title = "Somebody else saved here meanwhile"
    default_remedy = "Look at both texts, and save what is to stay on the present version."


class StoreError(CircuitExplorerError):
    """What is stored cannot be written or read back."""

    title = "The store cannot do this"
    default_remedy = "Check the database named by CIRCUIT_EXPLORER_DATABASE_URL."


class JobError(CircuitExplorerError):
    """A background job failed."""

    title = "The job failed"
    default_remedy = "Read the job's events for the cause, then start it again."


class JobCancelledError(JobError):
    """A background job was cancelled at the user's request."""

    title = "The job was cancelled"
    status = HTTPStatus.CONFLICT
    default_remedy = "Start it again when you want its result."


class JobInterruptedError(JobError):
    """The server stopped while the job ran."""

    title = "The job was interrupted"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    default_remedy = "Start it again; circuits stored before are still there."
