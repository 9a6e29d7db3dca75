"""From the first page to a shared view: the way a researcher goes, on the checkpoint that comes."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.e2e.application import CHECKPOINT, Application
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor

SEARCHES = 180_000
"""Milliseconds after which waiting for a search is given up."""
QUICK_TASKS = ("with_as", "with_open", "for_while", "final_kwarg", "enumerate_range")
SEED = "3"


def test_search_ablate_share_restore(application: Application, visit: Visitor) -> None:
    overview = application.get("/index.json")
    found = {circuit["task"] for circuit in overview["circuits"]}
    titles = {task["name"]: task["title"] for task in overview["tasks"]}
    task = next(name for name in QUICK_TASKS if name not in found)
    page = visit(application, "/").page

    # A cell without a circuit offers the search.
    page.get_by_role("button", name=f"Search {titles[task]} in {CHECKPOINT}", exact=True).click()
    form = page.get_by_role("dialog", name="Search for a circuit")
    expect(form.get_by_label("Task", exact=True)).to_have_value(task)
    expect(form.get_by_label("Checkpoint", exact=True)).to_have_value(CHECKPOINT)
    form.get_by_label("Seed").fill(SEED)
    form.get_by_role("button", name="Start search").click()

    # Its page shows how far it is, in numbers and drawn.
    expect(page).to_have_url(re.compile(r"/jobs/\w+"))
    expect(page.locator("cx-job-page .stage")).to_contain_text("learning masks", timeout=SEARCHES)
    expect(page.locator("cx-progress-figure .main-svg").first).to_be_visible()
    lines = page.locator("cx-progress-figure .scatterlayer path.js-line")
    expect(lines.first).to_have_attribute("d", re.compile(r"^M[^L]+L"), timeout=SEARCHES)
    expect(page.locator("cx-job-page .chip").first).to_have_text("done", timeout=SEARCHES)
    job = application.get(f"{urlsplit(page.url).path}.json")["job"]
    assert (job["request"]["task"], job["request"]["seed"]) == (task, int(SEED))
    page.get_by_role("link", name="Open the circuit").click()

    # Its circuit meets the target and is drawn.
    circuit = CircuitPage(page)
    untouched = circuit.numbers()
    assert urlsplit(page.url).path == f"/circuits/{job['slug']}"
    assert float(untouched["task_loss"]) <= job["request"]["target_loss"]
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
    assert address == page.url
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

    # From now on the first page has it.
    page.goto("/")
    cell = page.locator(f"cx-home-page a[href='/circuits/{job['slug']}']")
    expect(cell.locator(".size")).to_have_text(
        str(application.get(f"/circuits/{job['slug']}.json")["summary"]["induced_edges"])
    )
