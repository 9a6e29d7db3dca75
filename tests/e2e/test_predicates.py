"""Labels that can be tested: a predicate is written, measured, saved and read again."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.application import Application
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor
from tests.e2e.test_every_page import assert_accessible

DETECTOR = "0.attn.act_in.211"
NEURON = "1.mlp.post_act.42"
NASTY = ["<script>window.broken = 1</script>", "\n", "x" * 400]


def card(page: Page) -> Locator:
    return page.locator("cx-circuit-side cx-word-card").first


def test_the_shipped_label_says_how_well_it_does(
    workshop: Application, visit: Visitor, slug: str
) -> None:
    page = visit(workshop, f"/circuits/{slug}?select={DETECTOR}").page
    expect(card(page)).to_contain_text(re.compile(r"Precision\s+100%\s+of 3 tokens"))
    page.goto(f"/circuits/{slug}?view=node&select={quote(DETECTOR)}")
    section = page.locator("cx-inspector-predicate")
    section.scroll_into_view_if_needed()
    within = section.get_by_role("row", name=re.compile("^within its classes"))
    expect(within).to_contain_text("±0.000")
    expect(section.get_by_role("region", name=re.compile("^Window"))).to_have_count(3)
    assert_accessible(page)
    href = section.get_by_role("link", name="JSON").get_attribute("href")
    assert href
    assert workshop.get(href)["detection"]["holds"] == 3


def test_a_predicate_is_measured_before_it_is_saved(
    workshop: Application, visit: Visitor, slug: str
) -> None:
    opened = visit(
        workshop,
        f"/circuits/{slug}?select={NEURON}",
        viewport={"width": 1280, "height": 900},
    )
    page = opened.page
    CircuitPage(page).settle()
    card(page).get_by_role("button", name=re.compile("^Edit")).click()
    form = card(page).locator("cx-predicate-form")
    form.get_by_text("Predicate: make the label testable").click()
    expect(form.get_by_role("button", name="Measure")).to_be_disabled()

    opened.guard.expect_refusal(422, "/predicate$")
    form.get_by_label("Pattern").fill("(?=a)b")
    form.get_by_label("Pattern").press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("look-around")

    form.get_by_label("Pattern").fill("nowhere at all")
    form.get_by_role("button", name="Measure").click()
    expect(form.get_by_role("row", name=re.compile("^Precision"))).to_contain_text("undefined")
    expect(form).to_contain_text("its two classes are one")

    form.get_by_label("Pattern").fill(r"\('")
    expect(form.get_by_role("status")).to_contain_text("before the last change")
    form.get_by_label("Found in").select_option("through")
    form.get_by_role("button", name="Measure").click()
    recall = form.get_by_role("row", name=re.compile("^Recall"))
    expect(recall).to_contain_text(re.compile(r"\d+ of \d+"))
    form.get_by_text(re.compile("misses")).click()
    expect(form.get_by_role("region", name=re.compile("^Window")).first).to_be_visible()
    assert_accessible(page)

    form.get_by_label("Threshold").fill("-1")
    card(page).get_by_label("Your name").fill("Ada")
    card(page).get_by_role("button", name="Save").click()
    expect(card(page).get_by_role("button", name="Save")).to_be_enabled()  # refused by its field
    form.get_by_label("Threshold").fill("")
    card(page).get_by_role("button", name="Save").click()
    expect(card(page).locator(".predicate")).to_contain_text(r"\('")
    page.reload()
    expect(card(page)).to_contain_text(re.compile(r"recall\s+\d+%"))


def test_examples_are_shown_as_text(workshop: Application, visit: Visitor, slug: str) -> None:
    page = visit(
        workshop, f"/circuits/{slug}", viewport={"width": 768, "height": 1024}, color_scheme="dark"
    ).page

    def with_nasty_tokens(route: Route) -> None:
        body = route.fetch().json()
        tokens = body["detection"]["hits"][0]["tokens"]
        for token, text in zip(tokens, NASTY, strict=False):
            token["text"] = text
        route.fulfill(body=json.dumps(body), content_type="application/json")

    page.route("**/predicate?*", with_nasty_tokens)
    page.goto(f"/circuits/{slug}?view=node&select={quote(DETECTOR)}")
    section = page.locator("cx-inspector-predicate")
    section.scroll_into_view_if_needed()
    strip = section.get_by_role("region", name=re.compile("^Window")).first
    expect(strip).to_contain_text(re.compile("<script>window.broken = 1</script>⏎\\s*xxx"))
    assert page.evaluate("window.broken") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= 768
    assert_accessible(page)


def test_where_there_is_no_predicate_it_is_said(
    workshop: Application, visit: Visitor, slug: str
) -> None:
    page = visit(workshop, f"/circuits/{slug}?view=node&select=0.attn.v.83").page
    section = page.locator("cx-inspector-predicate")
    section.scroll_into_view_if_needed()
    expect(section).to_contain_text("The label has no predicate.")
