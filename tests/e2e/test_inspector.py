"""The node inspector: a link, sections that come by themselves, other nodes a click away."""

from __future__ import annotations

import json
import re
from typing import Any, Literal
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.application import CHECKPOINT, Application
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor
from tests.e2e.test_every_page import assert_accessible

NASTY = ["<script>window.broken = 1</script>", "\n", "\t", "🐍", "x" * 400, "\u202e"]


@pytest.fixture(scope="module")
def slug(application: Application) -> str:
    """A small circuit with a query or key channel."""
    circuits = application.get(f"/api/circuits?checkpoint={CHECKPOINT}")
    for circuit in sorted(circuits, key=lambda each: each["induced_edges"]):
        if any(node["kind"] in "qk" for node in application.graph(circuit["slug"])["nodes"]):
            return str(circuit["slug"])
    raise AssertionError(f"no circuit of {CHECKPOINT} has a query or key channel")


def node_of(application: Application, slug: str, *kinds: str) -> str:
    nodes = application.graph(slug)["nodes"]
    return str(next(node["id"] for node in nodes if node["kind"] in kinds))


def link(slug: str, node: str) -> str:
    return f"/circuits/{slug}?view=node&select={quote(node)}"


def section(page: Page, name: str) -> Any:
    """A section of the inspector, brought into view."""
    found = page.locator(f"cx-inspector-{name}")
    found.scroll_into_view_if_needed()
    expect(found.locator(".skeleton")).to_have_count(0)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_section_of_a_head_s_channel(
    application: Application, slug: str, visit: Visitor, scheme: Literal["light", "dark"]
) -> None:
    node = node_of(application, slug, "q", "k")
    page = visit(application, link(slug, node), color_scheme=scheme).page
    expect(page.get_by_role("heading", name=node, exact=True)).to_be_visible()
    for name, shown in {
        "facts": "Multiplied by",
        "effect": "whole model",
        "edges": "edges used",
        "pairs": "difference",
        "attention": "Jensen-Shannon divergence",
        "sample": "Nonzero at",
        "circuits": "other circuit|of [0-9]+ task",
    }.items():
        expect(section(page, name)).to_contain_text(re.compile(shown))
    expect(page.locator("cx-inspector-tokens")).to_have_count(0)
    assert_accessible(page)
    for href in page.get_by_role("link", name=re.compile("^JSON of ")).all():
        address = href.get_attribute("href")
        assert address
        assert application.get(address)


def test_edges_lead_to_other_nodes_and_back(
    application: Application, slug: str, visit: Visitor
) -> None:
    node = node_of(application, slug, "write")
    page = visit(application, f"/circuits/{slug}").page
    CircuitPage(page).settle()
    page.get_by_role("searchbox", name=re.compile("^Find a node")).fill(node)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Inspect").click()
    heading = page.locator("cx-node-inspector").get_by_role("heading", level=2)
    expect(heading).to_have_text(node)
    expect(section(page, "tokens")).to_contain_text("Moves the logits of")
    first = section(page, "edges").get_by_role("link", name=re.compile(r"^0|^1")).first
    other = first.inner_text()
    first.click()
    expect(heading).to_have_text(other)
    expect(heading).to_be_focused()
    expect(page).to_have_url(re.compile(re.escape(f"view=node&select={other}")))
    page.go_back()
    expect(heading).to_have_text(node)
    page.go_back()
    expect(page.locator("cx-circuit-graph")).to_be_visible()


def test_a_query_is_chosen_by_key(application: Application, slug: str, visit: Visitor) -> None:
    page = visit(application, link(slug, node_of(application, slug, "q", "k"))).page
    attention = section(page, "attention")
    slider = attention.get_by_role("slider", name=re.compile("^Whole model"))
    last = int(slider.get_attribute("aria-valuenow") or "")
    slider.press("ArrowUp")
    for side in ("Whole model", "Circuit alone"):
        grid = attention.get_by_role("slider", name=re.compile(f"^{side}"))
        expect(grid).to_have_attribute("aria-valuenow", str(last - 1))
        expect(
            attention.get_by_role("region", name=f"{side}: scores of token {last - 1} by channel")
        ).to_be_visible()
    attention.get_by_text("second", exact=True).click()
    expect(attention.locator("[aria-current=true]")).to_have_count(2)


def test_tokens_are_shown_as_text(application: Application, slug: str, visit: Visitor) -> None:
    node = node_of(application, slug, "read")
    page = visit(application, f"/circuits/{slug}", viewport={"width": 768, "height": 1024}).page

    def with_nasty_tokens(route: Route) -> None:
        body = route.fetch().json()
        tokens = body["pairs"][0]["first"]["tokens"]
        for token, text in zip(tokens, NASTY, strict=False):
            token["text"] = text
        route.fulfill(body=json.dumps(body), content_type="application/json")

    page.route("**/pairs?*", with_nasty_tokens)
    page.goto(link(slug, node))
    strip = section(page, "pairs").get_by_role("region", name="Pair 0, first")
    for shown in ("<script>window.broken = 1</script>⏎", "⇥🐍xxx", "\\u202e"):
        expect(strip).to_contain_text(shown)
    assert page.evaluate("window.broken") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= 768


def test_a_section_fails_by_itself(application: Application, slug: str, visit: Visitor) -> None:
    node = node_of(application, slug, "read")
    opened = visit(application, f"/circuits/{slug}")
    opened.guard.expect_refusal(409, "/effect$")
    problem = {
        "title": "Not now",
        "status": 409,
        "detail": "The effect is away.",
        "remedy": "Try again.",
    }
    away = re.compile("/effect[?]")
    opened.page.route(
        away,
        lambda route: route.fulfill(
            status=409, body=json.dumps(problem), content_type="application/problem+json"
        ),
    )
    opened.page.goto(link(slug, node))
    effect = section(opened.page, "effect")
    expect(effect).to_contain_text("The effect is away.")
    expect(section(opened.page, "edges")).to_contain_text("edges used")
    opened.page.unroute(away)
    effect.get_by_role("button", name=re.compile("again", re.IGNORECASE)).click()
    expect(effect.get_by_role("table")).to_be_visible()


def test_what_is_no_node_is_said(application: Application, slug: str, visit: Visitor) -> None:
    edge = next(each for each in application.graph(slug)["edges"] if each["kind"] == "weight")
    page = visit(application, f"/circuits/{slug}?view=node").page
    inspector = page.locator("cx-node-inspector")
    expect(inspector).to_contain_text("No node is chosen.")
    page.goto(link(slug, f"{edge['source']}>{edge['target']}"))
    inspector.get_by_role("button", name=edge["target"]).click()
    expect(inspector.get_by_role("heading", name=edge["target"], exact=True)).to_be_visible()
