"""The sections of a checkpoint's page: fetched when they come near, linked to, searched."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.backend.conftest import CHECKPOINT as TINY
from tests.e2e.application import CHECKPOINT, Application
from tests.e2e.conftest import Visitor
from tests.e2e.test_every_page import assert_accessible

SECTIONS = ("training", "matrices", "alive", "degrees", "activity", "channels")


def test_every_section_comes_when_it_is_near(application: Application, visit: Visitor) -> None:
    page = visit(application, f"/checkpoints/{CHECKPOINT}").page
    contents = page.get_by_role("navigation", name="On this page").get_by_role("link")
    expect(contents).to_have_count(len(SECTIONS))
    assert [link.get_attribute("href") for link in contents.all()] == [f"#{id}" for id in SECTIONS]
    assert page.locator("#channels .skeleton").count() == 1  # it is far below
    for section, shown in {
        "training": ".main-svg",
        "matrices": "tfoot",
        "alive": "tfoot",
        "degrees": "cx-degree-figure[slot=out] .main-svg",
        "activity": "tbody tr",
        "channels": "cx-channel-figure .main-svg",
    }.items():
        page.locator(f"#{section}").scroll_into_view_if_needed()
        expect(page.locator(f"#{section} {shown}").first).to_be_visible()
    assert_accessible(page)


def test_a_channel_and_a_token_are_links(application: Application, visit: Visitor) -> None:
    page = visit(application, f"/checkpoints/{CHECKPOINT}?channel=17").page
    channels = page.locator("#channels")
    expect(channels.get_by_role("heading", name="Channel 17", exact=True)).to_be_in_viewport()
    channels.get_by_role("spinbutton", name="Channel").press("ArrowUp")
    expect(page).to_have_url(re.compile(r"\?channel=18#channels$"))
    expect(channels.get_by_role("heading", name="Channel 18", exact=True)).to_be_visible()

    channels.get_by_role("searchbox", name="Token").fill("␣in")
    first = channels.get_by_role("button", name=re.compile("^Token [0-9]+: ␣in$"))
    expect(first).to_be_visible()
    channels.get_by_role("searchbox", name="Token").press("Enter")
    expect(channels.get_by_role("heading", name=re.compile("^Token ␣in"))).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?token=[0-9]+#channels$"))
    channels.get_by_role("region", name="Writes").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"\?channel=[0-9]+#channels$"))


def test_what_a_checkpoint_does_not_bring_is_said(application: Application, visit: Visitor) -> None:
    page = visit(application, f"/checkpoints/{TINY}").page
    expect(page.locator("#training")).to_contain_text("no log of its training")
    page.locator("#activity").scroll_into_view_if_needed()
    expect(page.locator("#activity")).to_contain_text("no held-out sample")
