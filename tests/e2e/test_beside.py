"""Two circuits side by side."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.application import CHECKPOINT, UNKNOWN_SLUG, Application
from tests.e2e.conftest import Visitor
from tests.e2e.test_every_page import assert_accessible


def test_a_second_circuit_is_chosen_and_what_is_shared_marked(
    application: Application, slug: str, visit: Visitor
) -> None:
    page = visit(application, f"/circuits/{slug}").page
    page.get_by_role("link", name="Side by side").click()
    expect(page.get_by_role("heading", name="Choose a second circuit")).to_be_visible()
    found = application.get(f"/api/circuits?checkpoint={CHECKPOINT}&task=bracket_counting")
    other = next(one["slug"] for one in found if one["node_count"] > 0)
    page.get_by_label("Beside").select_option(other)
    expect(page).to_have_url(re.compile(f"with={other}"))
    drawings = page.locator("cx-circuit-graph")
    expect(drawings).to_have_count(2)
    told = application.get(f"/circuits/{slug}/beside.json?with={other}")
    shared = told["overlap"]["shared"]["nodes"]
    expect(page.locator("cx-beside-overlap strong").first).to_contain_text(str(len(shared)))
    drawings.first.locator(".canvas").press("ArrowRight")
    expect(page).to_have_url(re.compile("select="))
    assert_accessible(page)
    page.get_by_role("link", name="Swap sides").click()
    expect(page.locator("article").first).to_contain_text("bracket_counting")
    page.go_back()
    expect(page.locator("article").first).to_contain_text("single_double_quote")


def test_another_checkpoint_shares_no_node_and_an_unknown_circuit_is_a_problem(
    application: Application, slug: str, visit: Visitor
) -> None:
    found = application.get("/api/circuits?checkpoint=python-2l-128&task=single_double_quote")
    page = visit(application, f"/circuits/{slug}/beside?with={found[0]['slug']}").page
    expect(page.get_by_text("a name means another node")).to_be_visible()
    expect(page.get_by_role("columnheader", name="shared")).to_have_count(0)
    path = f"/circuits/{UNKNOWN_SLUG}/beside"
    unknown = visit(application, path, refused=404).page
    expect(unknown.get_by_text("There is no circuit")).to_be_visible()
