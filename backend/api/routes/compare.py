"""Checkpoints side by side: what the Compare page shows, as JSON and as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from backend.api.deps import LibraryDep, ReadDep
from backend.api.problems import responses
from backend.api.schemas.pages import ComparePage
from backend.circuits.benchmark import SearchOutcome
from backend.circuits.benchmark.cells import current
from backend.circuits.benchmark.comparison import Contender, SizeBy, compare, densest_first
from backend.circuits.benchmark.rows import csv_text
from backend.errors import CheckpointNotFoundError, NotFoundError, TaskNotFoundError
from backend.jobs.params import SearchMethod
from backend.store import list_outcomes
from tasks import all_tasks

router = APIRouter(tags=["pages"])

DEFAULT_SETTINGS = "{}"
"""Searches given a time or anything else out of the ordinary are not compared."""


@dataclass(frozen=True)
class Chosen:
    """What is compared, and on what.

    Attributes:
        outcomes: all there are, of checkpoints on this instance.
        present: the checkpoints on this instance that have any, the densest first.
        absent: names of checkpoints elsewhere that have any.
        searched: tasks that any of them was searched for.
        checkpoints: of those present, the chosen ones.
        tasks: of those searched, the chosen ones.
    """

    outcomes: list[SearchOutcome]
    present: list[Contender]
    absent: list[str]
    searched: list[str]
    checkpoints: list[Contender]
    tasks: list[str]


def _chosen(
    library: LibraryDep,
    session: ReadDep,
    checkpoints: Annotated[
        str, Query(max_length=4000, description="names with commas between; empty for all")
    ] = "",
    tasks: Annotated[
        str, Query(max_length=4000, description="names with commas between; empty for all")
    ] = "",
    method: Annotated[
        SearchMethod, Query(description="how the circuits were found")
    ] = SearchMethod.PATH,
) -> Chosen:
    """The outcomes of searches by a method in its default settings.

    Raises:
        CheckpointNotFoundError, TaskNotFoundError: nothing of a name given was searched.
    """
    stored = list_outcomes(session, method=method, settings=DEFAULT_SETTINGS)
    digests = {outcome.checkpoint_digest: outcome.checkpoint for outcome in stored}
    described, _ = library.describe_all()
    present = densest_first(
        Contender.described(each) for each in described if each["digest"] in digests
    )
    known = {each.digest for each in present}
    outcomes = [each for each in current(stored) if each.checkpoint_digest in known]
    searched = _ordered({each.task for each in outcomes})
    names = _given(checkpoints, [each.name for each in present], CheckpointNotFoundError)
    wanted = _given(tasks, searched, TaskNotFoundError)
    return Chosen(
        outcomes=outcomes,
        present=present,
        absent=sorted({name for digest, name in digests.items() if digest not in known}),
        searched=searched,
        checkpoints=[each for each in present if each.name in names],
        tasks=[task for task in searched if task in wanted],
    )


def _ordered(names: set[str]) -> list[str]:
    """Tasks as they are listed everywhere; those unknown to this instance at the end."""
    places = {task.name: place for place, task in enumerate(all_tasks())}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def _given(text: str, known: list[str], error: type[NotFoundError]) -> list[str]:
    """The names in a list with commas; all that are known if it is empty.

    Raises:
        NotFoundError: one is not known.
    """
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in known:
            raise error(
                f"No search of {name!r} is stored here; there are some of: "
                f"{', '.join(known) or 'nothing'}.",
                remedy="Choose among these, or run circuit-explorer benchmark.",
            )
    return names or known


ChosenDep = Annotated[Chosen, Depends(_chosen)]


@router.get("/compare.json", responses=responses(404))
def compare_json(
    chosen: ChosenDep,
    size_by: Annotated[
        SizeBy, Query(alias="size", description="what is counted")
    ] = SizeBy.INDUCED_EDGES,
) -> ComparePage:
    """What `/compare` shows: cells, geometric means and ratios of searches in default settings."""
    return ComparePage(
        comparison=compare(chosen.outcomes, chosen.checkpoints, chosen.tasks, size_by),
        checkpoints=chosen.present,
        tasks=chosen.searched,
        elsewhere=chosen.absent,
    )


@router.get(
    "/compare.csv",
    response_class=Response,
    responses={
        **responses(404),
        200: {"description": "A row a search", "content": {"text/csv": {}}},
    },
)
def compare_csv(chosen: ChosenDep) -> Response:
    """The searches behind `/compare`, a row each, with all their numbers."""
    digests = {each.digest for each in chosen.checkpoints}
    rows = [
        each
        for each in chosen.outcomes
        if each.checkpoint_digest in digests and each.task in chosen.tasks
    ]
    return Response(
        csv_text(rows),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="benchmark.csv"'},
    )
