"""A real browser on real servers, guarded.

`visit(application, path)` opens a page in a profile of its own. When the test ends, whatever a
page did that no page may do fails it, and a failed test leaves a picture of each of its pages and
what they wrote on the console in `test-results/`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests.backend.conftest import tokenizer, zoo
from tests.e2e.application import REPOSITORY, Application, running, shipped_slug
from tests.e2e.browser import PATIENCE, launch
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.guard import Guard

__all__ = ["tokenizer", "zoo"]

EVIDENCE = REPOSITORY / "test-results"
WIDE = {"width": 1600, "height": 1000}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is an end-to-end test."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[pytest.TestReport]:
    """Lets fixtures know how their test went."""
    report = yield
    item.stash.setdefault(_FAILED, False)
    item.stash[_FAILED] |= report.failed
    return report


_FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, once a module."""
    with sync_playwright() as playwright, launch(playwright) as browser:
        yield browser


@dataclass(frozen=True)
class Visit:
    """A page, and what watches over it."""

    page: Page
    guard: Guard
    context: BrowserContext


Visitor = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Opens pages, each in a fresh profile: `visit(application, path, **context_options)`.

    `refused` is the status below 500 that the path itself is to be answered with.
    """
    visits: list[Visit] = []

    def open_page(
        application: Application, path: str = "/", *, refused: int | None = None, **options: Any
    ) -> Visit:
        context = browser.new_context(
            base_url=application.url,
            permissions=["clipboard-read", "clipboard-write"],
            **({"viewport": WIDE, "reduced_motion": "reduce"} | options),
        )
        context.set_default_timeout(PATIENCE)
        guard = Guard(context, application.url)
        opened = Visit(context.new_page(), guard, context)
        visits.append(opened)
        if refused is not None:
            guard.expect_refusal(refused, re.escape(path))
        opened.page.goto(path)
        return opened

    yield open_page
    faults = [fault for each in visits for fault in each.guard.faults]
    if faults or request.node.stash.get(_FAILED, False):
        _keep_evidence(request.node.name, visits)
    for each in visits:
        each.context.close()
    assert not faults, "\n".join(faults)


def _keep_evidence(name: str, visits: list[Visit]) -> None:
    EVIDENCE.mkdir(exist_ok=True)
    stem = re.sub(r"\W+", "-", name).strip("-")
    for number, each in enumerate(visits):
        lines = [each.page.url, *each.guard.console, *each.guard.faults]
        (EVIDENCE / f"{stem}-{number}.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
        try:
            each.page.screenshot(path=EVIDENCE / f"{stem}-{number}.png", full_page=True)
        except BrowserError as error:
            print(f"no picture of {each.page.url}: {error}")


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory, zoo: Path) -> Iterator[Application]:
    """The application with what comes along, and a checkpoint of random weights called `tiny`."""
    folder = tmp_path_factory.mktemp("application")
    with running(folder / "data", folder / "server.log", checkpoint_dirs=str(zoo)) as server:
        yield server


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory, zoo: Path) -> Iterator[Application]:
    """Another instance with the same checkpoints."""
    folder = tmp_path_factory.mktemp("workshop")
    with running(folder / "data", folder / "server.log", checkpoint_dirs=str(zoo)) as server:
        yield server


@pytest.fixture(scope="module")
def protected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """An instance that asks for a token before anything is changed."""
    folder = tmp_path_factory.mktemp("protected")
    with running(folder / "data", folder / "server.log", write_token="open sesame") as server:
        yield server


@pytest.fixture(scope="session")
def slug() -> str:
    """The circuit that comes along for the usual task, with labels, a group and a story."""
    return shipped_slug()


@pytest.fixture(scope="module")
def nodes(application: Application, slug: str) -> list[str]:
    """Its nodes."""
    return [node["id"] for node in application.graph(slug)["nodes"]]


@pytest.fixture
def circuit(application: Application, slug: str, visit: Visitor) -> CircuitPage:
    """Its page, the numbers there."""
    page = CircuitPage(visit(application, f"/circuits/{slug}").page)
    page.settle()
    return page
