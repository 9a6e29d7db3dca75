"""Every size on the way to a circuit: drawn, listed, opened."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from backend.circuits.circuit import Circuit
from tests.backend.conftest import checkpoint, circuit, circuit_with_path
from tests.e2e.application import Application
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor
from tests.e2e.documents import carry
from tests.e2e.test_every_page import assert_accessible

__all__ = ["checkpoint", "circuit", "circuit_with_path"]


@pytest.fixture
def path(workshop: Application, circuit_with_path: Circuit) -> str:
    """The path of a page of a circuit with other sizes."""
    return carry(workshop, circuit_with_path)


def test_the_drawing_is_fetched_when_it_is_shown(
    workshop: Application, path: str, circuit_with_path: Circuit, visit: Visitor
) -> None:
    page = visit(workshop).page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path)
    opened = CircuitPage(page)
    opened.settle()
    assert not [url for url in asked if "plotly" in url]
    opened.view("Sizes")
    figure = page.locator("cx-size-figure")
    expect(figure.locator(".main-svg").first).to_be_visible()
    assert [url for url in asked if "plotly.min.js" in url]
    assert circuit_with_path.path is not None
    sizes = len(circuit_with_path.path.points)
    expect(figure.locator(".trace.scatter").nth(1).locator(".point")).to_have_count(sizes)
    expect(figure).to_contain_text("target 0.15")
    expect(figure).to_contain_text("this circuit")
    page.locator("cx-size-curve").get_by_text("nodes", exact=True).click()
    expect(figure).to_contain_text("nodes, logarithmic")


def test_a_point_is_opened_by_keyboard(
    workshop: Application, path: str, circuit_with_path: Circuit, visit: Visitor
) -> None:
    page = visit(workshop, f"{path}?view=sizes").page
    assert circuit_with_path.path is not None
    smallest = circuit_with_path.path.points[0].nodes
    rows = page.locator("cx-size-curve tbody tr")
    expect(rows).to_have_count(len(circuit_with_path.path.points))
    button = rows.first.get_by_role("button", name=f"Open the circuit of {smallest} nodes")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/circuits/(?!{circuit_with_path.slug})[a-z0-9-]+$"))
    opened = CircuitPage(page)
    opened.settle()
    found = workshop.get(f"{urlsplit(page.url).path}.json")
    assert found["circuit"]["nodes"] == sorted(
        circuit_with_path.path.ranking[:smallest], key=circuit_with_path.path.ranking.index
    )
    page.locator("summary", has_text="Provenance").click()
    expect(page.locator("cx-provenance-panel")).to_contain_text(f"Path at size {smallest}")


def test_a_click_on_a_point_chooses_its_row_and_axe_finds_nothing_serious(
    workshop: Application, path: str, visit: Visitor
) -> None:
    page = visit(workshop, f"{path}?view=sizes").page
    point = page.locator("cx-size-figure .trace.scatter").nth(1).locator(".point").last
    expect(point).to_be_visible()
    CircuitPage(page).settle()
    box = point.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2 - 3, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("cx-size-curve tr.picked")).to_have_count(1)
    assert_accessible(page)


def test_a_circuit_without_a_path_says_so(
    workshop: Application, circuit: Circuit, visit: Visitor
) -> None:
    page = visit(workshop, f"{carry(workshop, circuit)}?view=sizes").page
    expect(page.get_by_role("heading", name="No other sizes")).to_be_visible()
    expect(page.locator("cx-size-curve")).to_contain_text("chosen by a test")
