"""What is passed on to others: saved states with their numbers, prompts with their circuit."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.application import Application, shipped_slug
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor


def test_a_shared_state_says_whether_its_numbers_reproduce(
    application: Application, visit: Visitor, slug: str, nodes: list[str]
) -> None:
    first = CircuitPage(visit(application, f"/circuits/{slug}").page)
    first.settle()
    first.click(nodes[0])
    expect(first.page).to_have_url(re.compile("ablated="))
    numbers = first.numbers()
    address = first.share()
    assert re.fullmatch(rf"{application.url}/circuits/{slug}\?s=[\w-]+", address)

    page = visit(application, address).page
    second = CircuitPage(page)
    assert second.numbers() == numbers
    note = page.get_by_role("region", name="Saved state")
    expect(note).to_contain_text(f"loss {numbers['task_loss']}")
    expect(note.locator(".chip")).to_have_text("reproduced")
    second.click(nodes[0])
    expect(note).to_contain_text("was changed since")
    page.reload()
    expect(note).to_contain_text("was changed since")
    assert second.ablated() == []
    note.get_by_role("button", name="As it was saved").click()
    expect(note.locator(".chip")).to_have_text("reproduced")
    assert second.ablated() == [nodes[0]]
    note.get_by_role("button", name="Leave").click()
    expect(note).to_have_count(0)
    assert second.ablated() == [nodes[0]]
    page.go_back()
    expect(note.locator(".chip")).to_have_text("reproduced")


def test_saved_numbers_that_differ_or_are_none_are_said_to(
    application: Application, visit: Visitor, slug: str
) -> None:
    state = {"path": f"/circuits/{slug}", "state": "mode=model"}
    other = {"task_loss": 9.5, "accuracy": 0.5, "logit_difference": -3.0}
    ids = [application.post("/api/states", state | more)["id"] for more in ({}, {"numbers": other})]
    page = visit(application, f"/circuits/{slug}?s={ids[0]}").page
    note = page.get_by_role("region", name="Saved state")
    expect(note).to_contain_text("No numbers were saved")
    page.goto(f"{application.url}/circuits/{slug}?s={ids[1]}")
    expect(note.locator(".chip")).to_have_text("not reproduced")
    expect(note).to_contain_text("loss was 9.500")


def test_a_prompt_is_saved_as_a_case_opened_edited_and_taken_away(
    workshop: Application, visit: Visitor
) -> None:
    slug = shipped_slug()
    prompt = "x = 'a"
    page = visit(workshop, f"/circuits/{slug}?prompt={prompt}").page
    CircuitPage(page).settle()
    cases = page.locator("cx-case-list")
    expect(page.locator("cx-prompt-box .columns")).to_have_attribute("aria-busy", "false")
    cases.get_by_role("button", name="Save as case").click()
    cases.get_by_label("Case", exact=True).fill("single")
    cases.get_by_label("Note").fill("<script>alert(1)</script>")
    expect(cases.get_by_label("Prompt")).to_have_value(prompt)
    best = page.locator("cx-prompt-box .now li .token").first.get_attribute("title")
    assert best is not None
    cases.get_by_label("Expected next").select_option(label=best)
    cases.get_by_label("Your name").fill("Ada")
    cases.get_by_role("button", name="Save", exact=True).click()
    expect(cases.locator("dd").first).to_contain_text("yes first")
    expect(cases.locator(".text")).to_have_text("<script>alert(1)</script>")

    page.goto(f"{workshop.url}/circuits/{slug}")
    CircuitPage(page).settle()
    cases.get_by_role("button", name="Open single").click()
    expect(page).to_have_url(re.compile("prompt=x"))
    expect(cases.locator("dd").first).to_contain_text("yes first")
    page.go_back()
    expect(cases.get_by_role("button", name="Open single")).to_have_attribute(
        "aria-pressed", "false"
    )
    cases.get_by_role("button", name="Edit single").click()
    cases.get_by_label("Case", exact=True).fill("single quote")
    cases.get_by_role("button", name="Save", exact=True).click()
    cases.get_by_role("button", name="Take single quote away").click()
    expect(cases.get_by_role("listitem")).to_have_count(0)
    cases.get_by_role("button", name="Bring it back").click()
    expect(cases.get_by_role("listitem")).to_have_count(1)
