"""The drawing's tools: colours, threshold, folding, paths and sizes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from backend.circuits.circuit import Circuit
from tests.backend.conftest import checkpoint, circuit, circuit_with_path
from tests.e2e.application import Application
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor
from tests.e2e.documents import carry
from tests.e2e.test_every_page import assert_accessible

__all__ = ["checkpoint", "circuit", "circuit_with_path"]


def shown(page: Page, what: str) -> list[str]:
    """Names of the drawn elements of a class, as the picture of the drawing has them."""
    found = page.locator("cx-circuit-graph").evaluate(
        """(graph, what) => {
          const picture = new DOMParser().parseFromString(graph.picture("a test"), "image/svg+xml");
          return [...picture.querySelectorAll("g[id]")].map((each) => each.id)
            .filter((id) => new RegExp(what).test(id));
        }""",
        what,
    )
    return sorted(found)


def slide(slider: Locator, key: str, times: int) -> None:
    """Moves a slider by keyboard."""
    slider.focus()
    for _ in range(times):
        slider.press(key)


@pytest.fixture
def page(workshop: Application, circuit: Circuit, visit: Visitor) -> Page:
    """The page of a circuit of many nodes."""
    opened = visit(workshop, carry(workshop, circuit)).page
    CircuitPage(opened).settle()
    return opened


def test_the_threshold_hides_weak_edges_in_one_step_of_the_history(
    page: Page, circuit: Circuit
) -> None:
    edges = len(shown(page, ">"))
    assert edges == len(circuit.edges)
    places = CircuitPage(page).places(circuit.nodes[:20])
    slide(page.get_by_role("slider", name="Least magnitude that is shown"), "ArrowRight", 30)
    expect(page).to_have_url(re.compile("least=0"))
    most = max(abs(edge.weight) for edge in circuit.edges)
    weak = sum(abs(edge.weight) < 0.09 * most for edge in circuit.edges)
    expect(page.locator("cx-graph-tools output")).to_contain_text(f"{weak} hidden")
    assert len(shown(page, ">")) == edges - weak
    assert CircuitPage(page).places(circuit.nodes[:20]) == places
    page.get_by_label("Edges by").select_option("effect")
    expect(page.locator("cx-graph-tools output")).to_contain_text("nats")
    assert_accessible(page)


def test_heads_and_layers_are_folded_by_mouse_and_keyboard(page: Page, circuit: Circuit) -> None:
    head = [name for name in circuit.nodes if re.fullmatch(r"0\.attn\.[qkv]\.[0-3]", name)]
    canvas = page.locator("cx-circuit-graph .canvas")
    assert not shown(page, "^fold:")
    page.goto(f"{page.url}?select={head[0]}")
    CircuitPage(page).settle()
    canvas.press("o")
    expect(page).to_have_url(re.compile("folded=head"))
    assert "fold:head:0.0" in shown(page, "^fold:")
    assert not set(head) & set(shown(page, r"^0\.attn"))
    page.get_by_role("button", name="layer 1", exact=True).click()
    assert not shown(page, r"^1\.[a-z_.]+\d+$")
    expect(page.get_by_role("button", name="layer 1", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.go_back()
    page.go_back()
    expect(page).not_to_have_url(re.compile("folded"))
    assert not shown(page, "^fold:")


def test_colours_come_with_a_scale_or_with_why_there_is_none(page: Page) -> None:
    colour, scale = page.get_by_label("Colour by"), page.locator("cx-colour-scale")
    colour.select_option("effect")
    expect(scale).to_contain_text("nats")
    expect(scale.locator(".bar")).to_be_visible()
    colour.select_option("activation")
    scale.locator("summary").click()
    expect(scale.get_by_label("token", exact=True)).to_be_visible()
    scale.get_by_label("token", exact=True).select_option("1")
    expect(page).to_have_url(re.compile("colour=activation&token=1"))
    colour.select_option("inclusion")
    expect(scale).to_contain_text("No report yet")


def test_the_graph_and_the_numbers_follow_the_size(
    workshop: Application, circuit_with_path: Circuit, visit: Visitor
) -> None:
    page = visit(workshop, carry(workshop, circuit_with_path)).page
    opened = CircuitPage(page)
    before = opened.numbers()
    assert circuit_with_path.path is not None
    ranking = circuit_with_path.path.ranking
    slide(page.get_by_role("slider", name="Size"), "ArrowLeft", 1)
    expect(page).to_have_url(re.compile("size=2"))
    expect(page.locator("cx-circuit-graph")).to_be_attached()
    page.wait_for_function(
        "() => document.querySelector('cx-circuit-page').shadowRoot"
        ".querySelector('cx-graph-stage').graph.nodes.length === 2"
    )
    assert shown(page, r"^\d\.[a-z_.]+\d+$") == sorted(ranking[:2])
    expect(page.locator("cx-number-panel")).to_contain_text("2 nodes kept")
    page.go_back()
    expect(page.locator("cx-number-panel")).to_contain_text("5 nodes kept")
    assert opened.numbers() == before
