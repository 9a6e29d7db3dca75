"""Circuits that travel: out of one instance as a bundle, into another through its page."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect

from backend.circuits.circuit import Circuit
from tests.backend.conftest import checkpoint, circuit
from tests.e2e.application import Application
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor

__all__ = ["checkpoint", "circuit"]


def test_a_bundle_opens_at_the_same_path_elsewhere(
    workshop: Application,
    application: Application,
    circuit: Circuit,
    visit: Visitor,
    tmp_path: Path,
) -> None:
    document = {
        "format": "circuit-explorer-bundle",
        "version": 1,
        "circuit": circuit.model_dump(mode="json"),
    }
    workshop.post("/api/bundles", document)
    path = f"/circuits/{circuit.slug}"
    node = circuit.nodes[0]

    mine = CircuitPage(visit(workshop, f"{path}?ablated={node}").page)
    numbers = mine.numbers()
    mine.page.locator("cx-circuit-heading summary", has_text="Export").click()
    with mine.page.expect_download() as download:
        mine.page.get_by_role("link", name="Bundle, for another instance").click()
    bundle = tmp_path / download.value.suggested_filename
    download.value.save_as(bundle)

    theirs = visit(application, path, refused=404).page
    expect(theirs.get_by_role("alert")).to_contain_text("404")
    theirs.goto("/circuits")
    with theirs.expect_file_chooser() as chooser:
        theirs.get_by_role("button", name="Import …").click()
    chooser.value.set_files(bundle)
    theirs.wait_for_url(f"**{path}")
    imported = CircuitPage(theirs)
    imported.settle()
    theirs.goto(f"{path}?ablated={node}")
    assert imported.numbers() == numbers
    assert imported.ablated() == [node]
    assert urlsplit(theirs.url).path == path


def test_another_file_is_no_bundle(
    application: Application, visit: Visitor, tmp_path: Path
) -> None:
    other = tmp_path / "notes.json"
    other.write_text('{"format": "something else"}', encoding="utf-8")
    page = visit(application, "/circuits").page
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import …").click()
    chooser.value.set_files(other)
    expect(page.get_by_role("alert")).to_contain_text("This file is no bundle")
    expect(page.get_by_role("alert")).to_contain_text("notes.json")
    expect(page.get_by_role("alert")).to_contain_text("choose Export, then Bundle")
