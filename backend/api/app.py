"""The server, put together."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

import frontend
from backend import __version__
from backend.api import pages
from backend.api.assets import PLOTLY_SCRIPT, BuiltAssets, OneFile
from backend.api.deps import Services
from backend.api.openapi import DescribedApp
from backend.api.problems import install_problem_handlers
from backend.api.routes import ROUTERS
from backend.api.security import SecurityMiddleware
from backend.api.warm import warm_up
from backend.jobs.protocol import Setup
from backend.jobs.runner import JobRunner
from backend.library import CheckpointLibrary, checkpoint_folders
from backend.seed import import_benchmark, import_shipped
from backend.settings import Settings
from backend.sources import sweep
from backend.store import Store, open_store
from tasks import use_task_folders


def create_app(settings: Settings, *, run_jobs: bool = True) -> FastAPI:
    """The application; nothing is opened or started before it serves.

    Args:
        settings: of this server.
        run_jobs: False leaves queued jobs to another server of the same data folder.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        use_task_folders(settings.task_search_path)
        store = open_store(settings.resolved_database_url)
        import_shipped(store)
        import_benchmark(store)
        sweep(settings.data_dir)
        library = CheckpointLibrary.from_settings(settings)
        runner = _runner(settings, store) if run_jobs else None
        app.state.services = Services(settings, store, library, runner)
        warming = threading.Thread(target=warm_up, args=(app.state.services,), name="warm-up")
        warming.start()
        if runner is not None:
            runner.start()
        yield
        warming.join()
        if runner is not None:
            runner.stop()
        store.close()
        use_task_folders(())

    app = DescribedApp(
        title="Circuit Explorer",
        summary="Finds, ablates and shares the circuits of weight-sparse transformers.",
        version=__version__,
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,  # both load scripts from elsewhere
        redoc_url=None,
    )
    for router in ROUTERS:
        app.include_router(router, prefix="/api")
    app.include_router(pages.router)
    app.mount(frontend.PLOTLY_URL, OneFile(PLOTLY_SCRIPT))
    app.mount(frontend.MOUNT, BuiltAssets(directory=frontend.DIST, check_dir=False))
    install_problem_handlers(app, pages.problem_page)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    app.add_middleware(SecurityMiddleware, settings=settings)
    return app


def _runner(settings: Settings, store: Store) -> JobRunner:
    setup = Setup(
        database_url=settings.resolved_database_url,
        checkpoint_folders=checkpoint_folders(settings),
        tokenizer_folders=list(settings.tokenizer_search_path),
        means_folder=settings.kept_means,
        task_folders=list(settings.task_search_path),
        log_level=settings.log_level,
    )
    return JobRunner(store, setup, settings.data_dir / "jobs.lock", workers=settings.workers)
