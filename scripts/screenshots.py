"""Takes pictures of every page of a running instance with the circuits that come along.

    python scripts/screenshots.py

README.md's picture goes to docs/images/, all others to test-results/screenshots/: each page wide,
narrow and dark, before there is anything to list, and where something went wrong.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.e2e.application import (
    CHECKPOINT,
    REPOSITORY,
    TASK,
    UNKNOWN_SLUG,
    Application,
    running,
)
from tests.e2e.browser import PATIENCE, launch
from tests.e2e.circuit_page import CircuitPage

IMAGES = REPOSITORY / "docs" / "images"
OTHERS = REPOSITORY / "test-results" / "screenshots"
WIDE = {"width": 1600, "height": 1000}
NARROW = {"width": 768, "height": 1024}
README = ("circuit",)
"""Pictures that README.md shows."""


def main() -> None:
    """Starts an instance with a data folder of its own and takes all pictures."""
    for folder in (IMAGES, OTHERS):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        log = OTHERS / "server.log"
        with running(Path(data), log) as application, launch(playwright) as browser:
            take_all(Camera(browser, application))


class Camera:
    """Opens a path in a fresh profile, waits, takes a picture."""

    def __init__(self, browser: Browser, application: Application) -> None:
        self._browser = browser
        self.application = application

    def take(
        self,
        name: str,
        path: str,
        ready: Callable[[Page], object],
        *,
        full: bool = True,
        **options: Any,
    ) -> None:
        """One picture; `full` takes in what lies below the fold as well."""
        folder = IMAGES if name in README else OTHERS
        options = {"viewport": WIDE, "reduced_motion": "reduce"} | options
        context = self._browser.new_context(base_url=self.application.url, **options)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(path)
        ready(page)
        target = folder / f"{name}.png"
        page.screenshot(path=target, full_page=full, animations="disabled")
        context.close()
        print(f"{target.relative_to(REPOSITORY)}: {target.stat().st_size // 1024} kB")

    def take_in_all_ways(
        self, name: str, path: str, ready: Callable[[Page], object], *, full: bool = True
    ) -> None:
        """Wide, narrow and dark."""
        self.take(name, path, ready, full=full)
        self.take(f"{name}-narrow", path, ready, viewport=NARROW)
        self.take(f"{name}-dark", path, ready, full=full, color_scheme="dark")


def shown(selector: str) -> Callable[[Page], None]:
    """Waits until something is to be seen."""
    return lambda page: expect(page.locator(selector).first).to_be_visible()


def settled(page: Page) -> None:
    """Waits until a circuit is drawn and its numbers are there."""
    CircuitPage(page).settle()
    expect(page.locator("cx-pair-list li").first).to_be_visible()


def take_all(camera: Camera) -> None:
    """Every page, in the order in which an instance comes to have something to show."""
    application = camera.application
    slug = application.shipped()["slug"]
    nodes = application.graph(slug)["nodes"]
    node = next(each["id"] for each in nodes if each["kind"] == "neuron")
    circuit = f"/circuits/{slug}"
    ablated = f"{circuit}?ablated={node}&select={node}"

    camera.take_in_all_ways("overview", "/", shown("cx-home-page table"), full=False)
    camera.take_in_all_ways(
        "checkpoint", f"/checkpoints/{CHECKPOINT}", shown("cx-checkpoint-page cx-circuit-table")
    )
    camera.take_in_all_ways("task", f"/tasks/{TASK}", shown("cx-task-page .pair"))
    camera.take_in_all_ways("circuits", "/circuits", shown("cx-circuit-table td"))
    camera.take_in_all_ways("circuit", circuit, lambda page: ablate(page, node), full=False)
    camera.take("circuit-table", f"{ablated}&view=table", settled, full=False)
    camera.take("circuit-model", f"{circuit}?mode=model&prompt=x%20%3D%20'a", settled)
    camera.take("circuit-ablated", f"{circuit}?mode=circuit_ablated", settled, full=False)
    camera.take("circuit-help", circuit, with_help, full=False)

    camera.take("jobs-empty", "/jobs", shown("cx-jobs-page .empty"))
    camera.take("search", "/", with_search_form, full=False)
    request = {"checkpoint": CHECKPOINT, "task": TASK, "seed": 3}
    found, cut_off = (
        application.post("/api/searches", request | {"seed": seed})["id"] for seed in (3, 4)
    )
    camera.take("job-queued", f"/jobs/{cut_off}", shown("cx-job-page button"))
    camera.take("job-running", f"/jobs/{found}", shown("cx-progress-figure .js-line"))
    application.cancel(cut_off)
    application.wait(found)
    camera.take_in_all_ways("job", f"/jobs/{found}", shown("cx-progress-figure .js-line"))
    camera.take_in_all_ways("jobs", "/jobs", shown("cx-jobs-page td"))

    camera.take_in_all_ways("error", f"/circuits/{UNKNOWN_SLUG}", shown(".problem"))
    camera.take("error-state", f"{circuit}?s=gone", shown("cx-problem .panel"))
    camera.take("error-node", f"{circuit}?ablated=9.mlp.post_act.1", shown("cx-problem .panel"))


def ablate(page: Page, node: str) -> None:
    """Clicks a node of a circuit, and goes away with the mouse."""
    settled(page)
    CircuitPage(page).click(node)
    page.mouse.move(0, 0)
    expect(page.locator("cx-node-card .chip")).to_have_text("ablated")
    settled(page)


def with_help(page: Page) -> None:
    """A circuit with the list of keys over it."""
    settled(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def with_search_form(page: Page) -> None:
    """The first page with the form that starts a search over it."""
    page.get_by_role("button", name="New search").click()
    form = page.get_by_role("dialog", name="Search for a circuit")
    expect(form.get_by_label("Checkpoint")).to_have_value(CHECKPOINT)


if __name__ == "__main__":
    main()
