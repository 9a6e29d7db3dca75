"""What the server and a worker process say to each other: lines of JSON.

    server -> worker (stdin)    Setup, once; then one Assignment a job
    worker -> server (stdout)   Message, whenever the worker is ready for the next job

Everything else a job has to tell (events, results, errors) goes through the database. The pipe is
the lifeline as well: a worker whose stdin ends has lost its server and ends at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

EXIT_ORPHANED = 3
"""A worker's exit code when its server is gone."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def line(self) -> str:
        """The message as it is written to a pipe."""
        return self.model_dump_json() + "\n"


class Setup(_Line):
    """What a worker needs to know before its first job."""

    database_url: str
    checkpoint_folders: list[Path] = Field(description="in the order they are searched")
    tokenizer_folders: list[Path] = Field(default=[], description="likewise, of tokenizers")
    means_folder: Path | None = Field(default=None, description="where node means are kept")
    task_folders: list[Path] = Field(default=[], description="likewise, of task files")
    log_level: str = "info"


class Assignment(_Line):
    """Run this job, which is already marked as running."""

    job_id: str
    threads: int = Field(ge=1, description="processor threads the job may use")


class Message(_Line):
    """The worker has nothing to do: after its start, or after a job."""

    kind: Literal["ready"] = "ready"
    job_id: str | None = Field(default=None, description="the job just ended")
