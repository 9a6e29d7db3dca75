"""A benchmark: many searches through the job queue, of which those already done are left out.

The searches are ordinary jobs. Only a few are in the queue at a time, so that a search asked for in
the page waits for those few at most, and so that a benchmark that is killed leaves little behind.
What it leaves is taken over by the next one: a search that is queued or running with the same
parameters is followed, not asked for again; one whose outcome is stored is not run at all.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from backend.circuits.benchmark import OutcomeKind, SearchKey, SearchOutcome
from backend.circuits.benchmark.measure import (
    impossible_outcome,
    pairs_digest,
    search_key,
)
from backend.circuits.needs import tokenizer_of
from backend.errors import ConflictError
from backend.jobs.params import JobKind, SearchParams
from backend.jobs.search_job import search_config
from backend.jobs.service import find_task, submit_search
from backend.library import CheckpointLibrary
from backend.store import (
    Job,
    JobStatus,
    Store,
    active_jobs,
    find_outcome,
    get_job,
    put_outcome,
    request_cancel,
)
from models.tokenizer import Tokenizer
from tasks import TaskError

POLL_SECONDS = 0.3
"""How often the jobs are looked at."""
STARTS = 3
"""How often a search is begun whose job is interrupted, because a server stopped, say."""


@dataclass(frozen=True)
class Wanted:
    """One search of a benchmark: what its job is asked for, and what its outcome goes by."""

    params: SearchParams
    key: SearchKey


@dataclass(frozen=True)
class Broken:
    """A search that ended without an outcome, and why."""

    params: SearchParams
    status: JobStatus
    reason: str


class Planner:
    """Finds out what the outcome of a search goes by; opens checkpoints and makes pairs once.

    Args:
        store: where outcomes are kept.
        library: where the checkpoints are.
    """

    def __init__(self, store: Store, library: CheckpointLibrary) -> None:
        self._store = store
        self._library = library
        self._pairs: dict[tuple[str, str], str | TaskError] = {}

    def wanted(self, params: SearchParams) -> Wanted:
        """The search with its key; of one that is not possible, the outcome is stored.

        Raises:
            CheckpointNotFoundError, TaskNotFoundError: a name is unknown.
            InvalidRequestError: a checkpoint cannot be opened, or has no tokenizer or node means.
        """
        checkpoint = self._library.open(params.checkpoint)
        task, config = find_task(params.task), search_config(params)
        pairs = self._pairs_of(params, tokenizer_of(checkpoint))
        if isinstance(pairs, str):
            return Wanted(params, search_key(checkpoint, task, config, pairs))
        outcome = impossible_outcome(checkpoint, task, config, f"{pairs}.")
        with self._store.write() as session:
            put_outcome(session, outcome)
        return Wanted(params, outcome.key)

    def _pairs_of(self, params: SearchParams, tokenizer: Tokenizer) -> str | TaskError:
        """The digest of a task's pairs, or why there are none; once for equal tokenizers."""
        place = (params.task, tokenizer.digest)
        if place not in self._pairs:
            try:
                self._pairs[place] = pairs_digest(
                    find_task(params.task), tokenizer, search_config(params)
                )
            except TaskError as error:
                self._pairs[place] = error
        return self._pairs[place]


@dataclass
class Benchmark:
    """The searches of a benchmark on their way.

    Attributes:
        store: where jobs are queued and outcomes kept.
        wanted: all of its searches.
        window: searches in the queue or running at a time.
        retry_failed: run those again that found no circuit.
        again: run all of them again.
        on_outcome: told of every search that ends, with its outcome or why there is none.
        broken: searches that ended without an outcome.
    """

    store: Store
    wanted: Sequence[Wanted]
    window: int
    retry_failed: bool = False
    again: bool = False
    on_outcome: Callable[[SearchOutcome | Broken], object] = lambda _: None
    broken: list[Broken] = field(default_factory=list)
    _following: dict[str, Wanted] = field(default_factory=dict)
    _starts: Counter[SearchKey] = field(default_factory=Counter)

    def left(self) -> list[Wanted]:
        """The searches that are still to be run."""
        with self.store.read() as session:
            return [each for each in self.wanted if self._to_run(find_outcome(session, each.key))]

    def _to_run(self, outcome: SearchOutcome | None) -> bool:
        if outcome is None:
            return True
        if outcome.kind is OutcomeKind.NOT_POSSIBLE:
            return False
        return self.again or (self.retry_failed and outcome.kind is OutcomeKind.FAILED)

    def outcomes(self) -> list[SearchOutcome]:
        """What is known of its searches."""
        with self.store.read() as session:
            found = [find_outcome(session, each.key) for each in self.wanted]
        return [outcome for outcome in found if outcome is not None]

    def run(self, left: Sequence[Wanted], cancelled: threading.Event) -> None:
        """Run searches until all have ended; some runner of this data folder does the work.

        Args:
            left: the searches to run.
            cancelled: once it is set, nothing more is begun, and what runs is cancelled.
        """
        waiting = deque(left)
        while waiting or self._following:
            if cancelled.is_set():
                waiting.clear()
                self._cancel()
            while waiting and len(self._following) < self.window:
                self._submit(waiting.popleft())
            for job in self._ended():
                wanted = self._following.pop(job.id)
                if self._interrupted(job, wanted) and not cancelled.is_set():
                    waiting.appendleft(wanted)
                elif not (cancelled.is_set() and job.status is JobStatus.CANCELLED):
                    self._conclude(job, wanted)
            time.sleep(POLL_SECONDS)

    def _submit(self, wanted: Wanted) -> None:
        """Follows the search's job, which is there already if an earlier benchmark was killed."""
        asked = wanted.params.model_dump(mode="json")
        self._starts[wanted.key] += 1
        with self.store.write() as session:
            job = next(
                (
                    each
                    for each in active_jobs(session, JobKind.SEARCH)
                    if each.params == asked and not each.cancel_requested
                ),
                None,
            ) or submit_search(session, wanted.params)
        self._following[job.id] = wanted

    def _ended(self) -> list[Job]:
        with self.store.read() as session:
            jobs = [get_job(session, job_id) for job_id in self._following]
        return [job for job in jobs if job.status.ended]

    def _interrupted(self, job: Job, wanted: Wanted) -> bool:
        """Whether the job's search is to be begun again."""
        return job.status is JobStatus.INTERRUPTED and self._starts[wanted.key] < STARTS

    def _conclude(self, job: Job, wanted: Wanted) -> None:
        with self.store.read() as session:
            outcome = find_outcome(session, wanted.key)
        fresh = outcome is not None and outcome.created >= job.created
        if outcome is not None and fresh:
            self.on_outcome(outcome)
            return
        reason = (job.error or {}).get("detail", f"The job was {job.status}.")
        broken = Broken(wanted.params, job.status, reason)
        self.broken.append(broken)
        self.on_outcome(broken)

    def _cancel(self) -> None:
        for job_id in self._following:
            with contextlib.suppress(ConflictError), self.store.write() as session:
                request_cancel(session, job_id)
