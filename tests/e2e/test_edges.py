"""Single edges: drawn, chosen, ablated and restored."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from backend.circuits.circuit import Circuit, CircuitEdge
from tests.e2e.application import Application
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor
from tests.e2e.documents import carry, shipped_circuit, with_one_pruned


@pytest.fixture(scope="module")
def thinned(workshop: Application) -> tuple[Circuit, CircuitEdge]:
    """A circuit with a pruned edge, and that edge."""
    found, gone = with_one_pruned(shipped_circuit(workshop))
    carry(workshop, found)
    return found, gone


@pytest.fixture
def opened(
    workshop: Application, thinned: tuple[Circuit, CircuitEdge], visit: Visitor
) -> CircuitPage:
    page = CircuitPage(visit(workshop, f"/circuits/{thinned[0].slug}").page)
    page.settle()
    return page


def name_of(edge: CircuitEdge) -> str:
    return f"{edge.source}>{edge.target}"


def state(page: Page) -> dict[str, list[str]]:
    """The state in the address bar, but for what is selected."""
    found = parse_qs(urlsplit(page.url).query)
    found.pop("select", None)
    return found


def test_a_pruned_edge_is_counted_chosen_and_restored(
    opened: CircuitPage, thinned: tuple[Circuit, CircuitEdge], workshop: Application
) -> None:
    page, (found, gone) = opened.page, thinned
    expect(page.locator("cx-graph-legend")).to_contain_text(
        f"{found.kept_edges} kept of {found.induced_edges} induced edge"
    )
    before = opened.numbers()
    expect(opened.panel.locator(".foot")).to_contain_text(re.compile(r"edges? ablated"))
    opened.click(name_of(gone))
    card = page.locator("cx-edge-card")
    expect(card).to_contain_text("The search pruned this edge")
    assert opened.numbers() == before
    card.get_by_role("button", name="Restore").click()
    expect(card.locator(".chip")).to_have_text("kept")
    expect(opened.loss).not_to_have_text(before["task_loss"])
    assert state(page) == {"restored_edges": [name_of(gone)]}
    said = workshop.post(
        f"/api/circuits/{found.slug}/evaluate", {"restored_edges": [name_of(gone)]}
    )["numbers"]["task_loss"]["value"]
    restored = opened.numbers()
    assert float(restored["task_loss"]) == pytest.approx(said, abs=6e-4)

    page.keyboard.press("Control+z")
    expect(opened.loss).to_have_text(before["task_loss"])
    assert opened.numbers() == before
    page.keyboard.press("Control+y")
    expect(opened.loss).to_have_text(restored["task_loss"])
    page.reload()
    assert opened.numbers() == restored
    page.keyboard.press("r")
    expect(opened.loss).to_have_text(before["task_loss"])
    assert state(page) == {}


def test_edges_are_reached_and_ablated_by_keyboard_alone(
    opened: CircuitPage, thinned: tuple[Circuit, CircuitEdge], workshop: Application
) -> None:
    page = opened.page
    drawn = workshop.graph(thinned[0].slug)["edges"]
    edges = [edge for edge in drawn if edge["kind"] == "weight"]
    names = [f"{edge['source']}>{edge['target']}" for edge in edges]
    before = opened.numbers()
    canvas = page.locator("cx-circuit-graph .canvas")
    canvas.focus()
    page.keyboard.press("e")
    said = page.locator("cx-circuit-graph #now")
    expect(said).to_contain_text("weight")
    strongest = max(thinned[0].edges, key=lambda edge: abs(edge.weight))
    assert page.url.endswith(f"select={strongest.source}%3E{strongest.target}")
    place = names.index(name_of(strongest))
    kept = [index for index, edge in enumerate(edges) if edge["kept"]]
    nearest = min(kept, key=lambda index: abs(index - place))
    for _ in range(abs(nearest - place)):
        page.keyboard.press("ArrowRight" if nearest > place else "ArrowLeft")
    expect(said).to_contain_text(", kept")
    chosen = parse_qs(urlsplit(page.url).query)["select"][0]
    assert chosen == names[nearest]
    page.keyboard.press("Enter")
    expect(said).to_contain_text(", ablated")
    expect(page.locator("cx-edge-card .chip")).to_have_text("ablated")
    assert state(page) == {"ablated_edges": [chosen]}
    opened.settle()
    page.keyboard.press("Enter")
    expect(opened.loss).to_have_text(before["task_loss"])
    assert state(page) == {}
    page.keyboard.press("ArrowUp")
    expect(page.locator("cx-node-card")).to_contain_text(chosen.split(">")[1])


def test_the_table_toggles_the_same_edges(
    opened: CircuitPage, thinned: tuple[Circuit, CircuitEdge]
) -> None:
    page, (found, gone) = opened.page, thinned
    opened.view("Table")
    table = page.locator("cx-edge-table")
    boxes = table.get_by_role("checkbox")
    expect(boxes).to_have_count(found.induced_edges)
    box = table.get_by_role(
        "checkbox", name=f"Keep the edge from {gone.source} to {gone.target}", exact=True
    )
    expect(box).not_to_be_checked()
    box.check()
    expect(page).to_have_url(re.compile("restored_edges="))
    opened.settle()
    expect(boxes.and_(table.locator(":checked"))).to_have_count(found.kept_edges + 1)


def test_pruned_edges_can_be_hidden(
    opened: CircuitPage, thinned: tuple[Circuit, CircuitEdge]
) -> None:
    gone = name_of(thinned[1])
    pruned = opened.page.get_by_role("checkbox", name="pruned")
    expect(pruned).to_be_checked()
    place = opened.place(gone)
    pruned.uncheck()
    opened.page.mouse.click(place["x"], place["y"])
    expect(opened.page.locator("cx-edge-card")).to_have_count(0)
    opened.hides(gone)
    pruned.check()
    opened.click(gone)
    expect(opened.page.locator("cx-edge-card")).to_contain_text("pruned")
