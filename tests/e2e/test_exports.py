"""A circuit taken out: pictures, a page that opens from disk, Python; and one brought in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.circuits.bundle import Bundle
from models.checkpoints import Checkpoint
from tests.backend.circuits.exchange.made_viz_data import save_viz_data
from tests.backend.conftest import checkpoint
from tests.e2e.application import TASK, Application, shipped_slug
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor
from tests.e2e.test_every_page import assert_accessible

__all__ = ["checkpoint"]

SVG = "{http://www.w3.org/2000/svg}"
PNG = b"\x89PNG\r\n\x1a\n"


def saved(page: Page, role: Literal["link", "button"], name: str, folder: Path) -> Path:
    """The file that an entry of the menu gives."""
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role(role, name=name, exact=True).click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def test_pictures_show_what_is_on_the_screen(
    application: Application, circuit: CircuitPage, tmp_path: Path
) -> None:
    graph = application.graph(shipped_slug())
    gone = graph["nodes"][0]["id"]
    circuit.click(gone)
    circuit.settle()
    root = ElementTree.parse(saved(circuit.page, "button", "SVG", tmp_path)).getroot()
    drawn = {group.get("id"): group for group in root.iter(f"{SVG}g") if group.get("id")}
    assert {node["id"] for node in graph["nodes"]} <= set(drawn)
    edges = {f"{e['source']}>{e['target']}" for e in graph["edges"] if e["kind"] == "weight"}
    assert edges <= set(drawn)
    crossed = {name for name, group in drawn.items() if group.find(f"{SVG}svg") is not None}
    assert crossed == {gone}
    words = "".join(root.itertext())
    assert "layer" in words
    assert "tokens, embedded" in words
    frame = circuit.page.locator("cx-circuit-graph .drawing").bounding_box()
    assert frame is not None
    assert float(root.get("width", "0")) == pytest.approx(frame["width"], abs=0.01)

    content = saved(circuit.page, "button", "PNG", tmp_path).read_bytes()
    assert content.startswith(PNG)
    width = int.from_bytes(content[16:20], "big")
    assert width == pytest.approx(2 * frame["width"], abs=2)


def test_a_picture_from_another_view_is_the_graph(circuit: CircuitPage, tmp_path: Path) -> None:
    circuit.view("Table")
    expect(circuit.page.locator("cx-node-table")).to_be_visible()
    root = ElementTree.parse(saved(circuit.page, "button", "SVG", tmp_path)).getroot()
    assert float(root.get("width", "0")) > 300
    assert len(list(root.iter(f"{SVG}path"))) > 3


def test_a_page_from_disk_needs_no_server(
    application: Application, circuit: CircuitPage, browser: Browser, tmp_path: Path
) -> None:
    file = saved(circuit.page, "link", "Page that opens from disk", tmp_path)
    context = browser.new_context(offline=True)
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: complaints.append(message.text))
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    slug = shipped_slug()
    graph = application.graph(slug)
    expect(page.locator("cx-circuit-graph canvas").first).to_be_visible()
    expect(page.get_by_role("region", name="Nodes").locator("tbody tr")).to_have_count(
        len(graph["nodes"])
    )
    expect(page.get_by_role("region", name="Numbers")).to_contain_text("everything_ablated")
    digest = application.get(f"/api/circuits/{slug}")["circuit"]["provenance"]["checkpoint_digest"]
    expect(page.locator("dl").first).to_contain_text(digest)
    place = page.locator("cx-circuit-graph").evaluate(
        "(drawing, name) => drawing.nodePosition(name)", graph["nodes"][0]["id"]
    )
    page.mouse.click(place["x"], place["y"])
    expect(page.locator("cx-circuit-graph #now")).to_contain_text(graph["nodes"][0]["id"])
    bundle = page.locator("#bundle").text_content()
    assert Bundle.model_validate_json(bundle or "").circuit.slug == slug
    assert asked == [file.as_uri()]
    assert complaints == []
    context.close()


def test_the_python_of_a_page_gives_its_numbers(
    application: Application, circuit: CircuitPage
) -> None:
    gone = application.graph(shipped_slug())["nodes"][-1]["id"]
    circuit.click(gone)
    circuit.settle()
    page = circuit.page
    page.locator("summary", has_text="Export").press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="SVG", exact=True)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.get_by_role("button", name="Python that fetches it").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Copy").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Copied")).to_be_visible()
    program = page.evaluate("navigator.clipboard.readText()")
    assert gone in program
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    loss = float(ran.stdout.split("task loss ")[1].split()[0])
    assert f"{loss:.3f}" == circuit.numbers()["task_loss"]


def test_escape_closes_the_menu(circuit: CircuitPage) -> None:
    button = circuit.page.locator("summary", has_text="Export")
    button.press("Enter")
    entry = circuit.page.get_by_role("link", name="nodes", exact=True)
    expect(entry).to_be_visible()
    assert_accessible(circuit.page)
    circuit.page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(button).to_be_focused()


def test_viz_data_comes_in_with_its_losses(
    workshop: Application, visit: Visitor, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    kept = {"0.mlp.act_in": [0, 1, 2], "0.mlp.post_act": [3, 4]}
    file = save_viz_data(tmp_path / "viz_data.pt", checkpoint.config, kept)
    page = visit(workshop, f"/circuits?task={TASK}").page
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import …").click()
    chooser.value.set_files(file)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Task").select_option(TASK)
    dialog.get_by_label("Checkpoint").select_option(checkpoint.name)
    dialog.get_by_role("button", name="Import").click()
    assert_accessible(page)
    row = page.locator("cx-stored-losses tbody tr", has_text="circuit alone").first
    expect(row).to_contain_text("0.500")
    found = [each["slug"] for each in workshop.get(f"/api/circuits?checkpoint={checkpoint.name}")]
    here = workshop.get(f"/api/circuits/{page.url.rsplit('/', 1)[1].partition('?')[0]}")["circuit"]
    assert here["slug"] in found
    assert here["stored_losses"]["circuit"] == 0.5
    expect(row).to_contain_text(f"{here['losses']['circuit']['plain']:.3f}")
