"""From the first page to a shared view: the way a researcher goes, on the checkpoint that comes."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.backend.conftest import CHECKPOINT as TINY
from tests.e2e.application import CHECKPOINT, TASK, Application
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor

SEARCHES = 180_000
"""Milliseconds after which waiting for a search is given up."""
SEED = 3
TARGET = 0.15
MOST_EDGES = 40
"""Of a circuit of the task, whatever the seed."""


def test_a_cell_without_a_circuit_offers_the_search(
    application: Application, visit: Visitor
) -> None:
    tasks = {task["name"]: task["title"] for task in application.get("/api/tasks")}
    title = tasks["bracket_counting"]
    page = visit(application, "/").page
    page.get_by_role("button", name=f"Search {title} in {TINY}", exact=True).click()
    form = page.get_by_role("dialog", name="Search for a circuit")
    expect(form.get_by_label("Task", exact=True)).to_have_value("bracket_counting")
    expect(form.get_by_label("Checkpoint", exact=True)).to_have_value(TINY)
    form.get_by_role("button", name="Cancel").click()
    expect(form).to_be_hidden()


def test_search_ablate_share_restore(application: Application, visit: Visitor) -> None:
    page = visit(application, "/").page
    page.get_by_role("button", name="New search").click()
    form = page.get_by_role("dialog", name="Search for a circuit")
    form.get_by_label("Checkpoint", exact=True).select_option(CHECKPOINT)
    form.get_by_label("Task", exact=True).select_option(TASK)
    form.get_by_label("Target loss").fill(str(TARGET))
    form.get_by_label("Seed").fill(str(SEED))
    form.get_by_role("button", name="Start search").click()

    # Its page shows how far it is, in numbers and drawn.
    expect(page).to_have_url(re.compile(r"/jobs/\w+"))
    expect(page.locator("cx-job-page .stage")).to_contain_text(
        re.compile(r"step \d+ of \d+"), timeout=SEARCHES
    )
    expect(page.locator("cx-progress-figure .main-svg").first).to_be_visible()
    lines = page.locator("cx-progress-figure .scatterlayer path.js-line")
    expect(lines.first).to_have_attribute("d", re.compile(r"^M[^L]+L"), timeout=SEARCHES)
    expect(page.locator("cx-job-page .chip").first).to_have_text("done", timeout=SEARCHES)
    job = application.get(f"{urlsplit(page.url).path}.json")["job"]
    assert job["request"] == {
        "checkpoint": CHECKPOINT,
        "task": TASK,
        "target_loss": TARGET,
        "seed": SEED,
        "method": "path",
        "seconds": None,
    }
    page.get_by_role("link", name="Open the circuit").click()

    # Its circuit meets the target and is drawn.
    circuit = CircuitPage(page)
    untouched = circuit.numbers()
    assert urlsplit(page.url).path == f"/circuits/{job['slug']}"
    found = application.get(f"/circuits/{job['slug']}.json")["summary"]
    assert 0 < found["induced_edges"] <= MOST_EDGES
    assert float(untouched["task_loss"]) <= TARGET
    assert float(untouched["task_loss"]) == pytest.approx(found["task_loss"], abs=6e-4)
    assert circuit.ablated() == []

    # A click on a node ablates it; the loss answers.
    nodes = [node["id"] for node in application.graph(job["slug"])["nodes"]]
    places = circuit.places(nodes)
    circuit.click(nodes[0])
    expect(circuit.loss).not_to_have_text(untouched["task_loss"])
    touched = circuit.numbers()
    assert float(touched["task_loss"]) > float(untouched["task_loss"])
    assert circuit.ablated() == [nodes[0]]
    assert circuit.places(nodes) == places

    # The shared address shows the same to someone else, and again after a reload.
    address = circuit.share()
    other = CircuitPage(visit(application, address).page)
    assert other.numbers() == touched
    assert other.ablated() == [nodes[0]]
    other.page.reload()
    assert other.numbers() == touched

    # Once more restores it.
    other.click(nodes[0])
    expect(other.loss).to_have_text(untouched["task_loss"])
    assert other.numbers() == untouched
    assert other.ablated() == []

    # It is listed from now on.
    page.goto("/circuits")
    row = page.get_by_role("row").filter(has=page.locator(f"a[href='/circuits/{job['slug']}']"))
    expect(row.locator(".lead")).to_have_text(str(found["induced_edges"]))
