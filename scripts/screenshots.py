"""Takes pictures of every page of a running instance with the circuits that come along.

    python scripts/screenshots.py

The pictures of README.md and of docs/guide.md go to docs/images/, all others to
test-results/screenshots/: each page wide, narrow and dark, before there is anything to list, and
where something went wrong.
"""

from __future__ import annotations

import re
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
    shipped_slug,
)
from tests.e2e.browser import PATIENCE, launch
from tests.e2e.circuit_page import CircuitPage

IMAGES = REPOSITORY / "docs" / "images"
OTHERS = REPOSITORY / "test-results" / "screenshots"
WIDE = {"width": 1600, "height": 1000}
NARROW = {"width": 768, "height": 1024}
GUIDE = {"width": 1280, "height": 860}
README = ("circuit",)
"""Pictures that README.md shows; those of the guide begin with `guide-`."""


def main() -> None:
    """Starts an instance with a data folder of its own and takes all pictures."""
    for folder in (IMAGES, OTHERS):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        log = OTHERS / "server.log"
        with running(Path(data), log) as application, launch(playwright) as browser:
            camera = Camera(browser, application)
            take_guide(camera)
            take_all(camera)
            take_looks(camera)
            take_words(camera)


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
        folder = IMAGES if name in README or name.startswith("guide-") else OTHERS
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
    slug = shipped_slug()
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
    tokens = f"{circuit}?view=tokens&select=0.attn.v.89&token=7"
    camera.take_in_all_ways("circuit-tokens", tokens, shown("cx-token-cell table"), full=False)
    camera.take(
        "circuit-tokens-error", f"{circuit}?view=tokens&pair=999", shown("cx-token-view .panel")
    )
    camera.take("circuit-model", f"{circuit}?mode=model&prompt=x%20%3D%20'a", settled)
    camera.take("circuit-ablated", f"{circuit}?mode=circuit_ablated", settled, full=False)
    other = shipped_slug("bracket_brace")
    camera.take_in_all_ways("beside", f"{circuit}/beside?with={other}", shown("cx-beside-overlap"))
    camera.take("beside-empty", f"{circuit}/beside", shown("cx-beside-page .empty"))
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


def take_looks(camera: Camera) -> None:
    """A circuit coloured and a large one, whose nodes are too many for their names."""
    circuit = f"/circuits/{shipped_slug()}"
    for colour in ("sign", "effect", "activation", "inclusion"):
        path = f"{circuit}?colour={colour}"
        camera.take_in_all_ways(f"circuit-by-{colour}", path, coloured, full=False)
    listed = camera.application.get("/api/circuits")
    large = max(listed, key=lambda each: each["node_count"])
    path = f"/circuits/{large['slug']}"
    camera.take_in_all_ways("circuit-large", path, settled, full=False)
    camera.take("circuit-large-tokens", f"{path}?view=tokens", unrolled, full=False)
    camera.take("beside-error", f"/circuits/{UNKNOWN_SLUG}/beside", shown(".problem"))


def take_words(camera: Camera) -> None:
    """Labels with predicates, saved states that reproduce and that do not."""
    circuit = f"/circuits/{shipped_slug()}"
    detector, unlabelled = "0.attn.act_in.211", "0.attn.v.83"
    node = f"{circuit}?view=node&select="
    camera.take_in_all_ways("predicate", f"{node}{detector}", at_predicate, full=False)
    camera.take("predicate-none", f"{node}{unlabelled}", at_predicate, full=False)
    camera.take("predicate-error", f"{circuit}?select={detector}", refused_predicate, full=False)

    state = {"path": circuit, "state": f"ablated={unlabelled}"}
    wrong = {"task_loss": 9.5, "accuracy": 0.5, "logit_difference": -3.0}
    for name, numbers in (("state", {}), ("state-differs", {"numbers": wrong})):
        saved = camera.application.post("/api/states", state | numbers)
        camera.take(name, f"{circuit}?s={saved['id']}", settled, full=False)


def take_guide(camera: Camera) -> None:
    """What docs/guide.md shows, in its order."""
    slug = shipped_slug()
    circuit = f"/circuits/{slug}"

    def take(name: str, path: str, ready: Callable[[Page], object]) -> None:
        camera.take(f"guide-{name}", path, ready, full=False, viewport=GUIDE)

    take("overview", "/", shown("cx-home-page table"))
    take("search", "/", with_search_form)
    take("tokens", f"{circuit}?view=tokens", unrolled)
    take("ablated", f"{circuit}?ablated=0.attn.v.83&select=0.attn.v.83", settled)
    take("chosen", f"{circuit}?chosen=0.attn.v.83,0.attn.v.89", with_joint_effect)
    take("node", f"{circuit}?view=node&select=0.attn.act_in.211", with_heat)
    take("report", f"{circuit}?view=report", shown("cx-circuit-report h2"))
    take("story", circuit, in_story)


def with_joint_effect(page: Page) -> None:
    """Two nodes chosen together, their joint effect measured and in sight."""
    settled(page)
    page.get_by_role("button", name="Measure joint effect").click()
    found = page.locator("cx-joint-effect", has_text="together")
    expect(found).to_be_visible()
    found.scroll_into_view_if_needed()


def unrolled(page: Page) -> None:
    """A circuit at each token of a text, its numbers there."""
    settled(page)
    expect(page.locator("cx-token-grid .cell").first).to_be_visible()


def coloured(page: Page) -> None:
    """A circuit whose nodes or edges have the colours that were asked for."""
    settled(page)
    if page.get_by_label("Colour by").input_value() != "sign":
        expect(page.locator("cx-colour-scale .bar")).to_be_visible()


def with_heat(page: Page) -> None:
    """A node's page with its activations on pairs in sight."""
    strip = page.locator("cx-inspector-pairs cx-token-strip").first
    expect(strip).to_be_visible()
    strip.scroll_into_view_if_needed()


def at_predicate(page: Page) -> None:
    """A node's page with what is known of its label's predicate in sight."""
    section = page.locator("cx-inspector-predicate")
    section.scroll_into_view_if_needed()
    expect(section).to_contain_text(re.compile("Precision|no predicate"))
    section.scroll_into_view_if_needed()


def refused_predicate(page: Page) -> None:
    """A label that is edited, with a pattern that cannot be measured."""
    settled(page)
    card = page.locator("cx-circuit-side cx-word-card").first
    card.get_by_role("button", name=re.compile("^Edit")).click()
    form = card.locator("cx-predicate-form")
    summary = form.get_by_text("Predicate: make the label testable")
    pattern = form.get_by_label("Pattern")
    if not pattern.is_visible():
        summary.click()
    pattern.fill("(?=a)b")
    pattern.press("Enter")
    expect(form.get_by_role("alert")).to_be_visible()
    form.get_by_role("alert").scroll_into_view_if_needed()


def in_story(page: Page) -> None:
    """The second step of the shipped story."""
    settled(page)
    page.get_by_role("button", name="Story:").click()
    page.get_by_role("button", name="Next step").click()
    settled(page)


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
