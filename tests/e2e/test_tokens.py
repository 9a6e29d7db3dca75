"""The circuit unrolled over the tokens of one text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.application import Application
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor

SVG = "{http://www.w3.org/2000/svg}"


def cell(page: Page, name: str, at: int) -> Locator:
    return page.locator(f"cx-token-grid .cell[data-name='{name}'][data-at='{at}']")


def test_a_string_is_followed_from_its_opening_quote(
    application: Application, slug: str, circuit: CircuitPage
) -> None:
    page = circuit.page
    circuit.view("Tokens")
    grid = page.get_by_role("grid", name="The circuit at each token")
    expect(grid).to_be_visible()
    found = application.post(f"/api/circuits/{slug}/unrolled", {"pair": 0})
    last = len(found["tokens"]) - 1
    value = next(node for node in found["nodes"] if ".attn.v." in node["name"])
    quote = max(range(last + 1), key=lambda at: abs(value["now"][at]))
    assert found["tokens"][quote]["text"].endswith("'")
    expect(page.locator("cx-token-grid path:not(.attention)").first).to_be_attached()

    chosen = cell(page, value["name"], quote)
    chosen.click()
    expect(page).to_have_url(re.compile(rf"select={re.escape(value['name'])}.*token={quote}"))
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(page.locator("cx-node-card").get_by_text(value["name"])).to_be_visible()
    panel = page.locator("cx-token-cell")
    parts = [
        float(text.replace("\u2212", "-").replace("±", ""))
        for text in panel.locator("tbody tr:not(.sum) td:nth-child(3)").all_inner_texts()
    ]
    total = panel.locator("tr.sum td:nth-child(3)").inner_text().replace("\u2212", "-")
    assert abs(sum(parts) - float(total)) < 0.01
    assert abs(float(total) - value["inflow"]["now"][quote]) < 0.001

    # With zeros in their place, what is outside the circuit brings nothing: all is accounted for.
    circuit.choose("Ablate by", "zero")
    outside = panel.locator("tbody tr", has_text="nodes outside the circuit")
    expect(outside.locator("td:nth-child(3)")).to_have_text("±0.000")
    page.go_back()
    expect(outside.locator("td:nth-child(3)")).not_to_have_text("±0.000")

    chosen.press("ArrowRight")
    expect(cell(page, value["name"], quote + 1)).to_be_focused()
    page.keyboard.press("End")
    expect(cell(page, value["name"], last)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page).to_have_url(re.compile(rf"token={last}"))
    page.reload()
    expect(page.locator("cx-token-grid .cell[aria-selected=true]")).to_have_attribute(
        "data-at", str(last)
    )


def test_sides_rows_and_what_is_ablated(circuit: CircuitPage, tmp_path: Path) -> None:
    page = circuit.page
    circuit.view("Tokens")
    rows = page.locator("cx-token-grid .row")
    expect(rows.first).to_be_visible()
    before = rows.count()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(rows).to_have_count(before + 1)
    with page.expect_download() as download:
        page.locator("cx-token-view").get_by_role("button", name="JSON").click()
    download.value.save_as(tmp_path / "tokens.json")
    name = next(
        node["name"]
        for node in json.loads((tmp_path / "tokens.json").read_text())["nodes"]
        if ".attn.resid_delta." in node["name"]
    )
    last = int(page.locator("cx-token-grid .token").last.locator("small").inner_text())
    words = cell(page, name, last)
    alone = words.get_attribute("title")
    circuit.choose("Values in the", "whole model")
    expect(words).not_to_have_attribute("title", alone or "")
    expect(page).to_have_url(re.compile("side=model"))
    page.go_back()
    expect(words).to_have_attribute("title", alone or "")

    page.get_by_role("button", name=re.compile("Pair .* at each token")).nth(1).click()
    pair = re.search("pair=([0-9]+)", page.url)
    expect(page.locator("cx-token-view").get_by_label("Pair")).to_have_value(
        pair[1] if pair else ""
    )
    page.go_back()

    words.click()
    page.locator("cx-node-card").get_by_role("button", name="Ablate").click()
    row = page.locator("cx-token-grid .row.ablated")
    expect(row).to_have_count(1)
    expect(words).not_to_have_attribute("title", alone or "")


def test_a_heads_cell_and_the_weakest_flow_are_in_the_address(
    application: Application, slug: str, visit: Visitor
) -> None:
    page = visit(application, f"/circuits/{slug}?view=tokens").page
    head = page.locator("cx-token-grid .cell[data-name*='.attn.head.'][data-at='2']").first
    head.click()
    expect(page).to_have_url(re.compile(r"token=2&cell=[0-9]\.attn\.head\."))
    lines = page.locator("cx-token-grid path:not(.attention)")
    before = lines.count()
    slider = page.get_by_role("slider", name="Least flow that is shown")
    said = page.locator("cx-token-view output")
    expect(said).to_have_text("all shown")
    slider.press("End")
    expect(said).to_contain_text(re.compile("from .*, [1-9][0-9]* hidden"))
    expect(slider).to_have_attribute("aria-valuetext", re.compile("hidden"))
    assert 0 < lines.count() < before
    page.reload()
    expect(said).to_contain_text("hidden")
    expect(head).to_have_attribute("aria-selected", "true")
    page.go_back()
    expect(said).to_have_text("all shown")
    expect(lines).to_have_count(before)
    expect(head).to_have_attribute("aria-selected", "true")
    page.locator("cx-token-grid .cell[data-name*='.attn.v.']").first.click()
    expect(page).not_to_have_url(re.compile("cell="))


def test_a_prompt_is_unrolled_and_what_cannot_be_is_said(
    application: Application, slug: str, visit: Visitor
) -> None:
    opened = visit(application, f"/circuits/{slug}?view=tokens&prompt=x%20%3D%20(%22a")
    page = opened.page
    expect(page.locator("cx-token-grid .token").last).to_contain_text("a")
    expect(page.get_by_text("the prompt of this page")).to_be_visible()
    opened.guard.expect_refusal(422, "/(unrolled|evaluate)")
    CircuitPage(page).choose("Ablate by", "paired")
    problem = page.locator("cx-token-view cx-problem")
    expect(problem.get_by_text("a prompt has none")).to_be_visible()
    page.get_by_role("button", name="Show a pair").click()
    expect(page.locator("cx-token-grid .cell").first).to_be_visible()


def test_the_whole_grid_is_saved_as_a_picture(circuit: CircuitPage, tmp_path: Path) -> None:
    page = circuit.page
    page.set_viewport_size({"width": 1280, "height": 620})  # so that rows are scrolled away
    circuit.view("Tokens")
    cells, paths = page.locator("cx-token-grid .cell"), page.locator("cx-token-grid path")
    expect(cells.first).to_be_visible()
    saved = {}
    for form in ("SVG", "PNG"):
        with page.expect_download() as download:
            page.locator("cx-token-save").get_by_role("button", name=form).click()
        assert download.value.suggested_filename.endswith(f".tokens.{form.lower()}")
        download.value.save_as(tmp_path / form)
        saved[form] = (tmp_path / form).read_bytes()
    drawn = ElementTree.fromstring(saved["SVG"])
    height = float(drawn.attrib["height"])
    words = [text.text for text in drawn.iter(f"{SVG}text")]
    tokens = page.locator("cx-token-grid .token").all_inner_texts()
    assert len(list(drawn.iter(f"{SVG}path"))) == paths.count() > 0
    assert len(list(drawn.iter(f"{SVG}rect"))) > cells.count()
    assert {"tokens", *(token.split("\n")[0].strip() for token in tokens)} <= set(words)
    lowest = max(float(text.attrib["y"]) for text in drawn.iter(f"{SVG}text") if "y" in text.attrib)
    scrolled = page.locator("cx-token-grid .scroll")
    assert scrolled.evaluate("(box) => box.clientHeight") < height
    assert height - 40 < lowest < height
    assert saved["PNG"].startswith(b"\x89PNG")
    assert int.from_bytes(saved["PNG"][20:24]) == pytest.approx(2 * height, abs=2)
