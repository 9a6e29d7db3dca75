"""What holds on every page: JSON beside it, and nothing in the way of who reads it differently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from axe_core_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.e2e.application import CHECKPOINT, TASK, UNKNOWN_SLUG, Application, shipped_slug
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visit, Visitor

SERIOUS = ("serious", "critical")
AXE = f"async (rules) => {{ {AXE_SCRIPT}; return await axe.run(document, rules); }}"
MANY = 10
"""Rules that at least apply to every page: it was there when it was looked at."""
COLOURS = ["color-contrast"]
"""What axe can find in the dark only: nothing else differs there."""


def ended_job(application: Application) -> str:
    """A job that has ended: the newest if it has, or else one asked for and cancelled."""
    jobs = application.get("/api/jobs")
    if jobs and jobs[0]["finished"] is not None:
        return str(jobs[0]["id"])
    job = application.post("/api/searches", {"checkpoint": CHECKPOINT, "task": TASK})["id"]
    application.cancel(job)
    return str(job)


PAGES: dict[str, tuple[Callable[[Application], str], str, set[str]]] = {
    "home": (
        lambda _: "/",
        "cx-home-page table",
        {"checkpoints", "broken_checkpoints", "tasks", "broken_tasks", "circuits"},
    ),
    "checkpoint": (
        lambda _: f"/checkpoints/{CHECKPOINT}",
        "cx-checkpoint-page cx-circuit-table",
        {"checkpoint", "tasks", "circuits"},
    ),
    "task": (
        lambda _: f"/tasks/{TASK}",
        "cx-task-page .pair",
        {"task", "checkpoints", "circuits"},
    ),
    "jobs": (lambda _: "/jobs", "cx-jobs-page h1", {"jobs"}),
    "job": (
        lambda application: f"/jobs/{ended_job(application)}",
        "cx-progress-figure .main-svg",
        {"job", "figure"},
    ),
    "circuits": (lambda _: "/circuits", "cx-circuits-page cx-circuit-table", {"circuits"}),
    "compare": (
        lambda _: "/compare",
        "cx-compare-page .empty, cx-compare-page cx-compare-table",
        {"comparison", "checkpoints", "tasks", "elsewhere"},
    ),
    "circuit": (
        lambda _: f"/circuits/{shipped_slug()}",
        "cx-circuit-graph canvas",
        {"circuit", "summary", "graph", "report", "verifying"},
    ),
    "beside": (
        lambda _: f"/circuits/{shipped_slug()}/beside",
        "cx-beside-page .empty",
        {"left", "left_graph", "right", "right_graph", "overlap", "circuits"},
    ),
}
WIDTHS = (768, 1280, 2560)
"""In pixels."""


FEW_ROWS = {"circuits": f"?task={TASK}"}
"""Rows of a long table are all alike, and axe looks at each."""


def open_page(name: str, application: Application, visit: Visitor, **options: object) -> Visit:
    """Opens a page and waits until what it shows is there."""
    path, shown, _ = PAGES[name]
    opened = visit(application, path(application) + FEW_ROWS.get(name, ""), **options)
    expect(opened.page.locator(shown).first).to_be_visible()
    if name == "circuit":
        CircuitPage(opened.page).settle()
    return opened


@pytest.mark.parametrize("name", PAGES)
def test_json_is_beside_every_page(application: Application, visit: Visitor, name: str) -> None:
    page = open_page(name, application, visit).page
    link = page.get_by_role("link", name=".json")
    beside = link.get_attribute("href")
    path = PAGES[name][0](application)
    assert beside == ("/index.json" if path == "/" else f"{path}.json")
    assert set(application.get(beside)) == PAGES[name][2]


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_its_window(
    application: Application, visit: Visitor, name: str
) -> None:
    page = open_page(name, application, visit).page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 1000})
        page.evaluate("() => new Promise(requestAnimationFrame)")
        root = page.locator("html")
        assert root.evaluate("(root) => root.scrollWidth") <= width, f"{width} px"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(
    application: Application, visit: Visitor, name: str, scheme: Literal["light", "dark"]
) -> None:
    page = open_page(name, application, visit, color_scheme=scheme).page
    if name == "circuit":
        page.locator("summary", has_text="Provenance").click()
        page.locator("cx-circuit-graph .canvas").press("ArrowRight")
    rules = COLOURS if scheme == "dark" else None
    assert_accessible(page, rules)
    if name == "circuit":
        page.keyboard.press("t")
        expect(page.locator("cx-node-table")).to_be_visible()
        assert_accessible(page, rules)
        CircuitPage(page).view("Tokens")
        page.locator("cx-token-grid .row:nth-child(4) .cell").last.click()
        expect(page.locator("cx-token-cell section")).to_be_visible()
        assert_accessible(page, rules)


def test_axe_finds_nothing_serious_in_dialogs_and_problems(
    application: Application, visit: Visitor
) -> None:
    page = open_page("home", application, visit).page
    page.get_by_role("button", name="New search").click()
    page.get_by_role("dialog").get_by_label("Checkpoint", exact=True).select_option(CHECKPOINT)
    assert_accessible(page)
    assert_accessible(visit(application, f"/circuits/{UNKNOWN_SLUG}", refused=404).page)


def assert_accessible(page: Page, rules: list[str] | None = None) -> None:
    """No violation of the rules that axe knows is serious; `rules` for only some of them."""
    results = page.evaluate(AXE, {} if rules is None else {"runOnly": rules})
    assert len(results["passes"]) >= (MANY if rules is None else len(rules))
    serious = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}: "
        + "; ".join(f"{node['target']} {node['failureSummary']}" for node in violation["nodes"][:5])
        for violation in results["violations"]
        if violation["impact"] in SERIOUS
    ]
    assert not serious, "\n".join(serious)
