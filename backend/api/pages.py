"""The pages: shells that load the built elements, and beside each the JSON it shows.

`/circuits/<slug>` is a page, `/circuits/<slug>.json` what it shows; the first page's is
`/index.json`. What does not exist is a 404 already here, not an empty page.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.templating import Jinja2Templates

from backend import __version__
from backend.api.deps import CheckpointPath, JobPath, LibraryDep, ReadDep, SlugPath, TaskPath
from backend.api.problems import problem_response, responses
from backend.api.routes import beside, compare
from backend.api.routes.circuits import circuit_graph
from backend.api.routes.jobs import progress_of
from backend.api.schemas.base import Problem
from backend.api.schemas.pages import (
    CheckpointPage,
    CircuitPage,
    CircuitsPage,
    HomePage,
    JobPage,
    JobsPage,
    TaskPage,
)
from backend.api.views import (
    broken_checkpoint,
    broken_task,
    checkpoint_detail,
    checkpoint_summary,
    circuit_summary,
    job_detail,
    task_summary,
)
from backend.jobs.params import JobKind
from backend.jobs.service import find_task, running_verify
from backend.store import (
    Job,
    find_report,
    get_circuit,
    get_job,
    get_summary,
    list_circuits,
    list_jobs,
)
from frontend import TEMPLATES, PagesNotBuiltError, asset_urls
from tasks import all_tasks
from tasks.registry import broken_tasks

router = APIRouter(tags=["pages"])
_html = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
_page = partial(_html.api_route, methods=["GET", "HEAD"])
_templates = Jinja2Templates(directory=TEMPLATES)


def _render(
    request: Request,
    page: str,
    title: str,
    *,
    params: dict[str, str] | None = None,
    json_url: str | None = None,
    problem: Problem | None = None,
) -> HTMLResponse:
    urls = asset_urls()
    context: dict[str, Any] = {
        "page": page,
        "title": title,
        "params": params or {},
        "json_url": json_url,
        "version": __version__,
        "entry_js": urls.js,
        "entry_css": urls.css,
        "problem": problem,
    }
    return _templates.TemplateResponse(
        request,
        f"{page}.html",
        context,
        status_code=200 if problem is None else problem.status,
        headers={"Cache-Control": "no-cache"},
    )


def problem_page(request: Request, problem: Problem) -> Response:
    """A problem as a page; as JSON where the pages were not built."""
    try:
        return _render(request, "error", problem.title, problem=problem)
    except PagesNotBuiltError:
        return problem_response(problem.status, problem.detail, problem.remedy, title=problem.title)


@router.get("/index.json")
def home_json(library: LibraryDep, session: ReadDep) -> HomePage:
    """What `/` shows: checkpoints, tasks, and the circuits between them."""
    described, broken = library.describe_all()
    return HomePage(
        checkpoints=[checkpoint_summary(each) for each in described],
        broken_checkpoints=[broken_checkpoint(each) for each in broken],
        tasks=[task_summary(task) for task in all_tasks()],
        broken_tasks=[broken_task(each) for each in broken_tasks()],
        circuits=[circuit_summary(each) for each in list_circuits(session)],
    )


@_page("/")
def home(request: Request) -> HTMLResponse:
    """Checkpoints by tasks."""
    return _render(request, "home", "Overview", json_url="/index.json")


@router.get("/checkpoints/{name}.json", responses=responses(404, 422))
def checkpoint_json(name: CheckpointPath, library: LibraryDep, session: ReadDep) -> CheckpointPage:
    """What `/checkpoints/{name}` shows."""
    return CheckpointPage(
        checkpoint=checkpoint_detail(library.describe(name)),
        tasks=[task_summary(task) for task in all_tasks()],
        circuits=[circuit_summary(each) for each in list_circuits(session, checkpoint=name)],
    )


@_page("/checkpoints/{name}")
def checkpoint(request: Request, name: CheckpointPath, library: LibraryDep) -> HTMLResponse:
    """A checkpoint."""
    library.describe(name)
    return _render(
        request,
        "checkpoint",
        name,
        params={"name": name},
        json_url=f"/checkpoints/{name}.json",
    )


@router.get("/tasks/{name}.json", responses=responses(404))
def task_json(name: TaskPath, library: LibraryDep, session: ReadDep) -> TaskPage:
    """What `/tasks/{name}` shows."""
    described, _ = library.describe_all()
    return TaskPage(
        task=task_summary(find_task(name)),
        checkpoints=[checkpoint_summary(each) for each in described],
        circuits=[circuit_summary(each) for each in list_circuits(session, task=name)],
    )


@_page("/tasks/{name}")
def task(request: Request, name: TaskPath) -> HTMLResponse:
    """A task."""
    title = find_task(name).title
    return _render(request, "task", title, params={"name": name}, json_url=f"/tasks/{name}.json")


@router.get("/jobs.json")
def jobs_json(session: ReadDep) -> JobsPage:
    """What `/jobs` shows: the newest jobs first."""
    return JobsPage(jobs=[job_detail(session, job) for job in list_jobs(session, limit=50)])


@_page("/jobs")
def jobs(request: Request) -> HTMLResponse:
    """The jobs."""
    return _render(request, "jobs", "Jobs", json_url="/jobs.json")


@router.get("/jobs/{id}.json", responses=responses(404))
def job_json(job_id: JobPath, session: ReadDep) -> JobPage:
    """What `/jobs/{id}` shows."""
    return JobPage(
        job=job_detail(session, get_job(session, job_id)), figure=progress_of(session, job_id)
    )


@_page("/jobs/{id}")
def job(request: Request, job_id: JobPath, session: ReadDep) -> HTMLResponse:
    """A job."""
    return _render(
        request,
        "job",
        _job_title(get_job(session, job_id)),
        params={"id": job_id},
        json_url=f"/jobs/{job_id}.json",
    )


def _job_title(job: Job) -> str:
    if job.kind == JobKind.VERIFY:
        return f"Report on {job.params['slug']}"
    if job.kind == JobKind.MEANS:
        return f"Node means of {job.params['checkpoint']}"
    return f"{job.params['task']} in {job.params['checkpoint']}"


@_page("/compare")
def compare_page(request: Request) -> HTMLResponse:
    """Checkpoints side by side."""
    return _render(request, "compare", "Compare", json_url="/compare.json")


@router.get("/circuits.json")
def circuits_json(session: ReadDep) -> CircuitsPage:
    """What `/circuits` shows."""
    return CircuitsPage(circuits=[circuit_summary(each) for each in list_circuits(session)])


@_page("/circuits")
def circuits(request: Request) -> HTMLResponse:
    """All circuits."""
    return _render(request, "circuits", "Circuits", json_url="/circuits.json")


@router.get("/circuits/{slug}.json", responses=responses(404, 409))
def circuit_json(slug: SlugPath, session: ReadDep, library: LibraryDep) -> CircuitPage:
    """What `/circuits/{slug}` shows: the circuit, its drawing and its report."""
    stored = get_circuit(session, slug)
    verifying = running_verify(session, slug)
    return CircuitPage(
        circuit=stored,
        summary=circuit_summary(get_summary(session, slug)),
        graph=circuit_graph(stored, library),
        report=find_report(session, slug),
        verifying=None if verifying is None else job_detail(session, verifying),
    )


@_page("/circuits/{slug}")
def circuit(request: Request, slug: SlugPath, session: ReadDep) -> HTMLResponse:
    """A circuit."""
    get_summary(session, slug)
    return _render(
        request, "circuit", slug, params={"slug": slug}, json_url=f"/circuits/{slug}.json"
    )


@_page("/circuits/{slug}/beside")
def beside_page(
    request: Request, slug: SlugPath, session: ReadDep, other: beside.Other = None
) -> HTMLResponse:
    """Two circuits side by side."""
    for each in filter(None, (slug, other)):
        get_summary(session, each)
    query = "" if other is None else f"?with={other}"
    return _render(
        request,
        "beside",
        f"{slug} side by side",
        params={"slug": slug, "other": other or ""},
        json_url=f"/circuits/{slug}/beside.json{query}",
    )


router.include_router(beside.router)
router.include_router(compare.router)
# After the JSON beside each page: `{slug}` would take `{slug}.json` as well.
router.include_router(_html)
