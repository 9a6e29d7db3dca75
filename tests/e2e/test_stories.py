"""Stories of a circuit: written from states of the page, walked with the arrow keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.application import Application, shipped_slug
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor


@pytest.fixture(scope="module")
def slug(workshop: Application) -> str:
    return shipped_slug("with_open")  # no story of it comes along


@pytest.fixture(scope="module")
def nodes(workshop: Application, slug: str) -> list[str]:
    return [node["id"] for node in workshop.graph(slug)["nodes"]]


def panel(page: Page) -> Locator:
    return page.locator("cx-story-panel section")


def part(page: Page) -> Locator:
    return page.locator("cx-circuit-side > details", has_text="Stories")


def write(form: Locator, title: str, text: str) -> None:
    form.get_by_label(re.compile("^Title")).fill(title)
    form.get_by_label(re.compile("^(Text|What it is about)$")).fill(text)
    form.get_by_label("Your name").fill("Ada")
    form.get_by_role("button", name="Save").click()


def add_step(page: Page, title: str, text: str) -> None:
    CircuitPage(page).settle()
    panel(page).get_by_role("button", name="Add a step").click()
    write(panel(page), title, text)
    expect(panel(page).locator("h2")).to_have_text(title)
    expect(panel(page).locator("cx-word-form")).to_have_count(0)  # now the step is gone to


def test_a_story_is_written_from_the_page_and_walked(
    workshop: Application, visit: Visitor, slug: str, nodes: list[str]
) -> None:
    page = visit(workshop, f"/circuits/{slug}").page
    circuit = CircuitPage(page)
    circuit.settle()
    part(page).locator("summary").click()
    part(page).get_by_role("button", name="New story").click()
    write(part(page), "How it works", "A few toggles.")
    expect(panel(page).locator(".count")).to_have_text("no steps yet")
    panel(page).get_by_role("button", name="Write").click()
    add_step(page, "The circuit", "As it was found.")
    circuit.click(nodes[0])
    expect(panel(page).locator(".changed")).to_be_visible()
    add_step(page, "One is gone", "<script>alert(1)</script>")
    expect(panel(page).locator(".text")).to_have_text("<script>alert(1)</script>")
    expect(panel(page).locator(".count")).to_have_text("step 2 of 2")

    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 2, "y": 2})
    page.keyboard.press("ArrowLeft")
    expect(panel(page).locator(".count")).to_have_text("step 1 of 2")
    assert circuit.ablated() == []
    expect(panel(page).locator("cx-reproduced-note")).to_contain_text("as saved")
    page.go_back()
    expect(panel(page).locator(".count")).to_have_text("step 2 of 2")
    assert circuit.ablated() == [nodes[0]]

    panel(page).get_by_role("button", name="Move earlier").click()
    expect(panel(page).locator(".count")).to_have_text("step 1 of 2")
    expect(panel(page).locator("h2")).to_have_text("One is gone")
    panel(page).get_by_role("button", name="Take the step away").click()
    expect(panel(page).locator("h2")).to_have_text("The circuit")
    panel(page).get_by_role("button", name="Bring it back").click()
    expect(panel(page).locator(".count")).to_have_text("step 1 of 2")
    expect(panel(page).locator("h2")).to_have_text("One is gone")

    panel(page).get_by_role("button", name="Next step").click()
    panel(page).get_by_role("button", name="Previous step").click()
    panel(page).get_by_role("button", name="Leave").click()
    expect(panel(page)).to_have_count(0)
    assert circuit.ablated() == [nodes[0]]


def test_a_story_is_offered_and_has_an_address(
    workshop: Application, visit: Visitor, slug: str, nodes: list[str]
) -> None:
    page = visit(workshop, "/circuits").page
    expect(page.get_by_role("row").filter(has_text=slug).locator(".chip").first).to_have_text(
        "story"
    )
    page.goto(f"{workshop.url}/circuits/{slug}")
    page.get_by_role("button", name=re.compile("^Story: How it works, 2 steps")).click()
    expect(panel(page).locator(".count")).to_have_text("step 1 of 2")
    href = panel(page).get_by_role("link", name="link to this step").get_attribute("href")
    assert href is not None
    assert href.endswith("&step=1")
    page.goto(f"{workshop.url}{href}")
    expect(panel(page).locator("h2")).to_have_text("One is gone")
    CircuitPage(page).settle()
    assert CircuitPage(page).ablated() == [nodes[0]]
    # In the graph arrow keys move from node to node.
    page.locator("cx-circuit-graph").locator("[tabindex='0']").first.focus()
    page.keyboard.press("ArrowRight")
    expect(panel(page).locator(".count")).to_have_text("step 1 of 2")


def test_the_shipped_story_proves_what_it_says(application: Application, visit: Visitor) -> None:
    slug = shipped_slug()
    words = [word["document"] for word in application.get(f"/api/circuits/{slug}/words")]
    steps = sorted((one for one in words if one["kind"] == "step"), key=lambda one: one["place"])
    page = visit(application, f"/circuits/{slug}").page
    circuit = CircuitPage(page)
    circuit.settle()
    page.get_by_role("button", name=re.compile(f"^Story: .*, {len(steps)} steps")).click()
    circuit.loss.click()  # the focus is nowhere
    for number, step in enumerate(steps, 1):
        expect(panel(page).locator(".count")).to_have_text(f"step {number} of {len(steps)}")
        expect(panel(page).locator("h2")).to_have_text(step["title"])
        expect(circuit.loss).to_have_text(f"{step['numbers']['task_loss']:.3f}")
        expect(panel(page).locator("cx-reproduced-note")).to_contain_text("as saved")
        page.keyboard.press("ArrowRight")
    assert len(steps) >= 5
