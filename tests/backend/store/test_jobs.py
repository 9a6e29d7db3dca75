import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.errors import ConflictError, JobNotFoundError
from backend.store import (
    Job,
    JobStatus,
    Store,
    append_event,
    claim_job,
    create_job,
    events_after,
    finish_job,
    get_job,
    is_cancel_requested,
    list_jobs,
    mark_interrupted,
    open_store,
    queue_position,
    request_cancel,
    set_worker,
)

PARAMS = {"checkpoint": "tiny", "task": "class_init", "seed": 0}


def _queue(store: Store, count: int) -> list[str]:
    ids = []
    for _ in range(count):
        with store.write() as session:
            ids.append(create_job(session, "search", PARAMS).id)
    return ids


def _claim(store: Store, pid: int = 1) -> Job | None:
    with store.write() as session:
        return claim_job(session, pid)


def test_a_job_from_queue_to_result(store: Store) -> None:
    (job_id,) = _queue(store, 1)
    claimed = _claim(store, pid=77)
    assert claimed is not None
    assert (claimed.id, claimed.status, claimed.worker_pid) == (job_id, JobStatus.RUNNING, 77)
    assert claimed.started is not None
    with store.write() as session:
        set_worker(session, job_id, 78)
        append_event(session, job_id, "progress", {"step": 1, "loss": 0.5})
        finish_job(session, job_id, JobStatus.DONE, result="class-init-0")
    with store.read() as session:
        job = get_job(session, job_id)
        events = events_after(session, job_id)
    assert (job.status, job.result, job.error, job.worker_pid) == (
        JobStatus.DONE,
        "class-init-0",
        None,
        78,
    )
    assert job.params == PARAMS
    assert job.started is not None
    assert job.finished is not None
    assert job.created <= job.started <= job.finished
    assert [(event.kind, event.data) for event in events] == [
        ("status", {"status": "queued"}),
        ("status", {"status": "running"}),
        ("progress", {"step": 1, "loss": 0.5}),
        ("end", {"status": "done", "slug": "class-init-0", "error": None}),
    ]


def test_the_oldest_is_claimed_first_and_the_queue_is_known(store: Store) -> None:
    first, second, third = _queue(store, 3)
    with store.read() as session:
        assert [queue_position(session, i) for i in (first, second, third)] == [0, 1, 2]
    assert [job.id for job in (_claim(store), _claim(store)) if job] == [first, second]
    with store.read() as session:
        assert queue_position(session, third) == 0
        assert queue_position(session, first) is None
        assert [job.id for job in list_jobs(session, status=JobStatus.QUEUED)] == [third]
        assert [job.id for job in list_jobs(session)] == [third, second, first]
        assert list_jobs(session, kind="import") == []


def test_an_empty_queue_gives_none(store: Store) -> None:
    assert _claim(store) is None


def test_threads_never_claim_the_same_job(store: Store) -> None:
    ids = _queue(store, 40)
    start = threading.Barrier(8)

    def worker(pid: int) -> list[str]:
        start.wait()
        mine = []
        while (job := _claim(store, pid)) is not None:
            mine.append(job.id)
        return mine

    with ThreadPoolExecutor(8) as pool:
        claimed = [job_id for mine in pool.map(worker, range(8)) for job_id in mine]
    assert sorted(claimed) == sorted(ids)


def _claim_all(url: str, pid: int, out: "multiprocessing.Queue[list[str]]") -> None:
    store = open_store(url)
    mine = []
    while (job := _claim(store, pid)) is not None:
        mine.append(job.id)
    out.put(mine)
    store.close()


def test_processes_never_claim_the_same_job(store: Store, any_url: str) -> None:
    ids = _queue(store, 30)
    spawn = multiprocessing.get_context("spawn")
    out = spawn.Queue()
    processes = [spawn.Process(target=_claim_all, args=(any_url, n, out)) for n in range(3)]
    for process in processes:
        process.start()
    claimed = [job_id for _ in processes for job_id in out.get(timeout=180)]
    for process in processes:
        process.join(180)
    out.close()
    assert sorted(claimed) == sorted(ids)


def test_events_are_read_from_an_id_on(store: Store) -> None:
    job_id, other = _queue(store, 2)
    with store.write() as session:
        ids = []
        for step in range(5):
            ids.append(append_event(session, job_id, "progress", {"step": step}))
            append_event(session, other, "progress", {"step": -1})
    assert ids == sorted(set(ids))
    with store.read() as session:
        assert [e.data["step"] for e in events_after(session, job_id, ids[1])] == [2, 3, 4]
        assert [e.data["step"] for e in events_after(session, job_id, ids[1], limit=1)] == [2]
        assert events_after(session, job_id, ids[-1]) == []


def test_a_queued_job_is_cancelled_at_once(store: Store) -> None:
    (job_id,) = _queue(store, 1)
    with store.write() as session:
        assert request_cancel(session, job_id).status is JobStatus.CANCELLED
    assert _claim(store) is None
    with store.read() as session:
        assert events_after(session, job_id)[-1].data["status"] == "cancelled"


def test_a_running_job_is_asked_to_stop(store: Store) -> None:
    (job_id,) = _queue(store, 1)
    _claim(store)
    for _ in range(2):  # asking twice changes nothing
        with store.write() as session:
            job = request_cancel(session, job_id)
            assert (job.status, job.cancel_requested) == (JobStatus.RUNNING, True)
    with store.read() as session:
        assert is_cancel_requested(session, job_id)
        assert [event.kind for event in events_after(session, job_id)].count("log") == 1
    with store.write() as session:
        finish_job(session, job_id, JobStatus.CANCELLED)
    with pytest.raises(ConflictError, match="is cancelled"), store.write() as session:
        request_cancel(session, job_id)


def test_a_restart_marks_running_jobs_and_keeps_the_queue(store: Store) -> None:
    running, queued = _queue(store, 2)
    _claim(store)
    with store.write() as session:
        assert mark_interrupted(session) == [running]
    with store.write() as session:
        assert mark_interrupted(session) == []
        job = get_job(session, running)
        assert job.status is JobStatus.INTERRUPTED
        assert job.error is not None
        assert job.error["remedy"]
        end = events_after(session, running)[-1]
        assert (end.kind, end.data["status"]) == ("end", "interrupted")
        assert get_job(session, queued).status is JobStatus.QUEUED


def test_a_worker_that_outlives_its_server_cannot_overrule_the_mark(store: Store) -> None:
    (job_id,) = _queue(store, 1)
    _claim(store)
    with store.write() as session:
        mark_interrupted(session)
    with pytest.raises(ConflictError, match="interrupted"), store.write() as session:
        finish_job(session, job_id, JobStatus.DONE, result="late")


def test_a_job_finishes_only_with_a_final_status(store: Store) -> None:
    (job_id,) = _queue(store, 1)
    with pytest.raises(ConflictError, match="queued"), store.write() as session:
        finish_job(session, job_id, JobStatus.DONE)
    with pytest.raises(ConflictError, match="final"), store.write() as session:
        finish_job(session, job_id, JobStatus.RUNNING)


def test_unknown_jobs_are_named(store: Store) -> None:
    with store.read() as session:
        assert not is_cancel_requested(session, "gone")
        with pytest.raises(JobNotFoundError, match="'gone'"):
            get_job(session, "gone")
