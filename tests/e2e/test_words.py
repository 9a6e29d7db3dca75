"""What people write about a circuit: labels, groups, and two who write at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.application import Application, shipped_slug
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def slug(workshop: Application) -> str:
    return shipped_slug("for_while")  # nothing is written about it yet


@pytest.fixture(scope="module")
def nodes(workshop: Application, slug: str) -> list[str]:
    return [node["id"] for node in workshop.graph(slug)["nodes"]]


def opened(visit: Visitor, server: Application, path: str) -> Page:
    page = visit(server, path).page
    CircuitPage(page).settle()
    return page


def card(page: Page) -> Locator:
    """What is written at the chosen node or edge."""
    return page.locator("cx-circuit-side cx-word-card").first


def write(form: Locator, label: str, note: str, author: str) -> None:
    form.get_by_label(re.compile("^Label")).fill(label)
    form.get_by_label("Note").fill(note)
    form.get_by_label("Your name").fill(author)
    form.get_by_role("button", name="Save").click()


def test_a_label_is_written_found_and_shown_everywhere(
    workshop: Application, visit: Visitor, slug: str, nodes: list[str]
) -> None:
    node = nodes[0]
    page = opened(visit, workshop, f"/circuits/{slug}?select={node}")
    card(page).get_by_role("button", name="Label this node").click()
    write(card(page), f"reads quotes {SCRIPT}", "why\nso", "Ada")
    expect(card(page).locator(".name")).to_have_text(f"reads quotes {SCRIPT}")
    expect(card(page).locator(".text")).to_have_text("why\nso")
    expect(card(page).locator(".by")).to_contain_text("Ada")
    expect(page.locator("cx-circuit-graph #now")).to_contain_text("reads quotes")

    page.reload()
    expect(card(page).locator(".by")).to_contain_text("Ada")
    page.keyboard.press("Escape")
    search = page.get_by_role("searchbox", name=re.compile("Find a node"))
    search.fill("quotes reads")
    search.press("Enter")
    expect(page.locator("cx-node-card .top code")).to_have_text(node)
    CircuitPage(page).view("Table")
    expect(page.locator("cx-node-table tr", has_text=node)).to_contain_text(SCRIPT)

    card(page).get_by_role("button", name=re.compile("^Take")).click()
    expect(card(page).get_by_role("status")).to_be_visible()
    card(page).get_by_role("button", name="Bring it back").click()
    expect(card(page).locator(".name")).to_contain_text("reads quotes")


def test_of_two_who_write_at_once_neither_loses_a_word(
    workshop: Application, visit: Visitor, slug: str, nodes: list[str]
) -> None:
    path = f"/circuits/{slug}?select={nodes[1]}"
    late = visit(workshop, path)
    late.guard.expect_refusal(409, "/words/")
    ada, bo = late.page, opened(visit, workshop, path)
    CircuitPage(ada).settle()
    for page in (ada, bo):
        card(page).get_by_role("button", name="Label this node").click()
    write(card(bo), "theirs", "Bo was first", "Bo")
    expect(card(bo).locator(".name")).to_have_text("theirs")

    write(card(ada), "mine", "Ada was second", "Ada")
    alert = card(ada).get_by_role("alert")
    expect(alert).to_contain_text("Bo saved here meanwhile")
    expect(alert).to_contain_text("Bo was first")
    expect(card(ada).get_by_label("Note")).to_have_value("Ada was second")
    expect(card(ada).get_by_role("button", name="Save")).to_be_disabled()
    alert.get_by_role("button", name="Put both together").click()
    expect(alert).to_have_count(0)
    card(ada).get_by_role("button", name="Save").click()
    expect(card(ada).locator(".name")).to_have_text("mine / theirs")
    expect(card(ada).locator(".text")).to_have_text("Ada was second\n\nBo was first")


def test_a_group_has_a_name_and_a_box(
    workshop: Application, visit: Visitor, slug: str, nodes: list[str]
) -> None:
    page = opened(visit, workshop, f"/circuits/{slug}?ablated={nodes[2]},{nodes[3]}")
    part = page.locator("cx-circuit-side > details", has_text="Groups")
    part.locator("summary").click()
    part.get_by_role("button", name="New group").click()
    expect(part.get_by_role("button", name="Save")).to_be_disabled()
    part.get_by_role("button", name="Add 2 ablated nodes").click()
    write(part, "quote type classifier", "", "Ada")
    expect(part.locator(".name")).to_have_text("quote type classifier")
    expect(part.get_by_role("button", name=nodes[2])).to_be_visible()
    page.reload()
    expect(part.locator(".name")).to_have_text("quote type classifier")
