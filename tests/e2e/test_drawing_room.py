"""What stands around the drawing: nothing covers it, and the minimap has keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.application import Application
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor
from tests.e2e.test_every_page import assert_accessible

LEAST_FOR_MAP = 150
"""Nodes from which on a drawing has a minimap."""

COVERED = """(stage) => {
  const graph = stage.renderRoot.querySelector("cx-circuit-graph");
  const scale = stage.renderRoot.querySelector("cx-colour-scale").renderRoot
    .querySelector("section").getBoundingClientRect();
  const legend = graph.renderRoot.querySelector("cx-graph-legend").getBoundingClientRect();
  const boxes = [...graph.renderRoot.querySelectorAll(".row, .end span, .band button")]
    .map((each) => [each.textContent.trim(), each.getBoundingClientRect()]);
  for (const { id } of graph.graph.nodes) {
    const { x, y } = graph.nodePosition(id);
    boxes.push([id, { left: x - 8, right: x + 8, top: y - 8, bottom: y + 8 }]);
  }
  const meet = (a, b) =>
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const seen = scale.bottom <= innerHeight && legend.bottom <= innerHeight;
  return {
    count: boxes.length,
    covered: boxes.filter(([, box]) => meet(box, scale) || meet(box, legend)).map(([name]) => name),
    seen,
  };
}"""


@pytest.mark.parametrize("size", [(1280, 720), (768, 1024)])
@pytest.mark.parametrize("colour", ["effect", "activation"])
def test_the_colour_scale_covers_no_name_and_no_node(
    application: Application, slug: str, visit: Visitor, size: tuple[int, int], colour: str
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    page = visit(application, f"/circuits/{slug}?colour={colour}", viewport=viewport).page
    CircuitPage(page).settle()
    expect(page.locator("cx-colour-scale .bar")).to_be_visible()
    found = page.locator("cx-graph-stage").evaluate(COVERED)
    nodes = len(application.graph(slug)["nodes"])
    assert found["count"] > nodes + 4  # names of rows, of layers and of both ends
    assert found["covered"] == []
    assert found["seen"] or size[0] < 1100, "narrow pages scroll, wide ones have all in the window"


def test_the_legend_of_painted_nodes_tells_shapes_without_colours(circuit: CircuitPage) -> None:
    page = circuit.page
    shape = page.locator("cx-graph-legend li", has_text="neuron").locator("svg")
    fill = "(shape) => getComputedStyle(shape).fill"
    plain = shape.evaluate(fill)
    page.get_by_label("Colour by").select_option("effect")
    expect(page.locator("cx-graph-legend li", has_text="value").locator("text")).to_have_text("v")
    assert plain != "none"
    assert shape.evaluate(fill) == "none"


def test_the_minimap_moves_the_drawing_by_keyboard(
    application: Application, visit: Visitor
) -> None:
    listed = application.get("/api/circuits")
    large = min(
        (each for each in listed if each["node_count"] >= LEAST_FOR_MAP),
        key=lambda each: each["node_count"],
    )
    page = visit(application, f"/circuits/{large['slug']}").page
    opened = CircuitPage(page)
    opened.settle()
    node = application.graph(large["slug"])["nodes"][0]["id"]
    minimap = page.get_by_role("application", name="Minimap")
    sight = page.locator("cx-minimap #sight")
    everything = f"{large['node_count']} of {large['node_count']} nodes in sight"
    expect(sight).to_have_text(everything)
    fitted = opened.place(node)
    minimap.focus()
    assert minimap.evaluate("(map) => getComputedStyle(map).outlineStyle") == "solid"
    for _ in range(6):
        minimap.press("+")
    expect(sight).not_to_have_text(everything)
    expect(sight).to_have_text(re.compile(r"^\d+ of \d+ nodes in sight$"))
    zoomed = opened.place(node)
    minimap.press("ArrowRight")
    moved = opened.place(node)
    assert moved["x"] < zoomed["x"]
    assert moved["y"] == pytest.approx(zoomed["y"], abs=1)
    assert_accessible(page)
    minimap.press("Home")
    assert opened.place(node) == pytest.approx(fitted, abs=1)
    expect(sight).to_have_text(everything)


def test_words_that_cannot_be_read_say_so_and_are_read_again(
    application: Application, slug: str, visit: Visitor
) -> None:
    visited = visit(application, f"/circuits/{slug}")
    page = visited.page
    CircuitPage(page).settle()
    visited.guard.expect_refusal(404, "/words$")
    problem = {"type": "about:blank", "title": "Not here", "status": 404, "detail": "x"}
    words = re.compile("/words$")
    page.route(words, lambda route: route.fulfill(status=404, json=problem))
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # reads what others wrote
    side = page.get_by_role("region", name="Labels, stories and cases")
    expect(side).to_contain_text("could not be read anew")
    page.unroute(words)
    side.get_by_role("button", name="Try again").click()
    expect(side).to_have_count(0)
    page.locator("summary", has_text="Prompt").click()
    expect(page.locator("cx-case-list")).to_contain_text("No cases yet. Ask a prompt above")


PLACES = """(page) => {
  const side = page.renderRoot.querySelector("cx-circuit-side");
  const parts = [page.renderRoot.querySelector("header"), page.renderRoot.querySelector(".stage"),
    ...side.renderRoot.querySelectorAll("summary, cx-number-panel")];
  return parts.map((each) => {
    const { x, y, width } = each.getBoundingClientRect();
    return [each.textContent.trim().slice(0, 20), x, y, width];
  });
}"""


def test_nothing_on_the_page_moves_when_nodes_are_toggled(
    application: Application, circuit: CircuitPage, slug: str
) -> None:
    page = circuit.page
    heading = page.locator("cx-circuit-page")

    def places() -> list[object]:
        circuit.settle()
        return heading.evaluate(PLACES)

    before = places()
    assert len(before) > 8
    nodes = [each["id"] for each in application.graph(slug)["nodes"]]
    for node in nodes[:4]:
        circuit.click(node)
        assert places() == before, f"after a click on {node}"
    page.locator("cx-circuit-graph .canvas").focus()
    for key in ("Control+z", "Enter", "Escape"):
        page.keyboard.press(key)
        assert places() == before, f"after {key}"
