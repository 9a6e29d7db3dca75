"""Asking for jobs: what is checked beforehand, and who gets which job."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import pytest

from backend.circuits.circuit import Circuit
from backend.circuits.search.config import METHOD_NAMES, SearchConfig
from backend.errors import CheckpointNotFoundError, CircuitNotFoundError
from backend.jobs.params import JobKind, SearchMethod, SearchParams, VerifyParams
from backend.jobs.search_job import search_config
from backend.jobs.service import check_verify, running_verify, submit_search, submit_verify
from backend.library import CheckpointLibrary
from backend.store import (
    Job,
    JobStatus,
    Store,
    active_jobs,
    claim_job,
    finish_job,
    request_cancel,
    save_circuit,
)
from tests.backend.conftest import CHECKPOINT, TASK


@pytest.fixture
def stored(store: Store, circuit: Circuit) -> Circuit:
    with store.write() as session:
        save_circuit(session, circuit)
    return circuit


def verify(store: Store, circuit: Circuit, *, quick: bool = False) -> Job:
    with store.write() as session:
        return submit_verify(session, circuit, quick=quick)


def test_every_search_method_can_be_asked_for() -> None:
    assert tuple(SearchMethod) == METHOD_NAMES
    assert get_args(SearchConfig.model_fields["method"].annotation) == METHOD_NAMES


def test_a_search_is_run_as_it_was_asked_for(store: Store) -> None:
    asked = SearchParams(
        checkpoint=CHECKPOINT,
        task=TASK,
        target_loss=0.3,
        seed=7,
        method=SearchMethod.ATTRIBUTION,
        seconds=2.5,
    )
    with store.write() as session:
        kept = submit_search(session, asked).params
    assert SearchParams.model_validate(kept) == asked
    config = search_config(asked)
    assert (config.target_loss, config.seed) == (0.3, 7)
    assert (config.method, config.seconds) == ("attribution", 2.5)


def test_jobs_of_the_first_version_are_read_with_the_default_method() -> None:
    old = {"checkpoint": CHECKPOINT, "task": TASK, "target_loss": 0.15, "seed": 0}
    assert SearchParams.model_validate(old).method is SearchMethod.PATH


def test_a_verify_job_keeps_what_is_known_of_its_circuit(store: Store, stored: Circuit) -> None:
    job = verify(store, stored, quick=True)
    assert job.kind == JobKind.VERIFY
    params = VerifyParams.model_validate(job.params)
    assert (params.slug, params.quick) == (stored.slug, True)
    assert (params.checkpoint, params.task) == (stored.checkpoint, stored.task)


def test_one_job_verifies_a_circuit_at_a_time(store: Store, stored: Circuit) -> None:
    first = verify(store, stored)
    assert verify(store, stored, quick=True).id == first.id  # queued
    with store.write() as session:
        claim_job(session, 1)
    assert verify(store, stored).id == first.id  # running
    with store.read() as session:
        found = running_verify(session, stored.slug)
        assert found is not None
        assert found.id == first.id
        assert running_verify(session, "another-circuit") is None
    with store.write() as session:
        finish_job(session, first.id, JobStatus.DONE, result=stored.slug)
    assert verify(store, stored).id != first.id  # over


def test_a_job_that_is_to_stop_is_nobodys_answer(store: Store, stored: Circuit) -> None:
    first = verify(store, stored)
    with store.write() as session:
        claim_job(session, 1)
        request_cancel(session, first.id)
    assert verify(store, stored).id != first.id


def test_visitors_who_ask_at_once_wait_for_the_same_job(store: Store, stored: Circuit) -> None:
    with ThreadPoolExecutor(4) as pool:
        jobs = list(pool.map(lambda _: verify(store, stored).id, range(8)))
    assert len(set(jobs)) == 1
    with store.read() as session:
        assert [job.id for job in active_jobs(session, JobKind.VERIFY)] == [jobs[0]]


def test_only_stored_circuits_are_verified(store: Store, circuit: Circuit) -> None:
    with pytest.raises(CircuitNotFoundError, match=circuit.slug):
        verify(store, circuit)


def test_a_circuit_without_its_checkpoint_is_refused(zoo: Path, circuit: Circuit) -> None:
    check_verify(CheckpointLibrary([zoo]), circuit)
    with pytest.raises(CheckpointNotFoundError, match=CHECKPOINT):
        check_verify(CheckpointLibrary([]), circuit)
