"""What routes need, each named once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends, Path, Request
from sqlalchemy.orm import Session

from backend.api.drawn import Drawn
from backend.jobs.runner import JobRunner
from backend.library import CheckpointLibrary
from backend.settings import Settings
from backend.store import Store


@dataclass
class Services:
    """What lives as long as the server.

    Attributes:
        settings: of this server.
        store: the database.
        library: the checkpoints.
        runner: runs the jobs; None where another process does.
        evaluating: held while a what-if question is computed: several at once would only get in
            each other's way.
        drawn: drawings of circuits that were asked for.
    """

    settings: Settings
    store: Store
    library: CheckpointLibrary
    runner: JobRunner | None
    evaluating: threading.Lock = field(default_factory=threading.Lock)
    drawn: Drawn = field(default_factory=Drawn)


def services(request: Request) -> Services:
    """The server's services, made when it started."""
    return cast(Services, request.app.state.services)


ServicesDep = Annotated[Services, Depends(services)]


def _settings(services: ServicesDep) -> Settings:
    return services.settings


def _store(services: ServicesDep) -> Store:
    return services.store


def _library(services: ServicesDep) -> CheckpointLibrary:
    return services.library


def _read(services: ServicesDep) -> Iterator[Session]:
    with services.store.read() as session:
        yield session


SettingsDep = Annotated[Settings, Depends(_settings)]
StoreDep = Annotated[Store, Depends(_store)]
LibraryDep = Annotated[CheckpointLibrary, Depends(_library)]
ReadDep = Annotated[Session, Depends(_read)]
"""A session that sees one consistent state of the database for the whole request."""

SlugPath = Annotated[str, Path(alias="slug", description="slug of a circuit")]
CheckpointPath = Annotated[str, Path(alias="name", description="name of a checkpoint")]
TaskPath = Annotated[str, Path(alias="name", description="name of a task")]
JobPath = Annotated[str, Path(alias="id", description="id of a job")]
StatePath = Annotated[str, Path(alias="id", description="id of a saved state")]
