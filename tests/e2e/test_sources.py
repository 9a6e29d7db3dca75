"""A foreign checkpoint comes in by the page, and gets its node means there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from playwright.sync_api import expect

from tests.backend.sources.conftest import NAME, mirror
from tests.e2e.application import Application
from tests.e2e.conftest import Visitor

__all__ = ["mirror"]


def test_an_archive_is_added_and_completed(
    protected: Application, visit: Visitor, mirror: Path, tmp_path: Path
) -> None:
    archive = shutil.make_archive(str(tmp_path / "theirs"), "zip", mirror)
    (tmp_path / "notes.txt").write_text("no archive")
    opened = visit(protected)
    page = opened.page
    drop = page.locator("cx-checkpoint-drop")
    opened.guard.expect_refusal(403, "/api/checkpoint-offers")
    opened.guard.expect_refusal(422, "/api/checkpoint-offers")
    drop.get_by_label("Archive of a checkpoint").set_input_files(tmp_path / "notes.txt")
    page.get_by_label("Token, kept").fill("open sesame")
    page.get_by_role("button", name="Continue").click()
    expect(drop.get_by_role("alert")).to_contain_text("'notes.txt' is no archive")
    drop.get_by_label("Archive of a checkpoint").set_input_files(archive)
    drop.get_by_role("link", name=NAME).click()

    means = page.locator("cx-node-means")
    means.get_by_label("Tokens").fill("2000")
    means.get_by_role("button", name="Compute node means").click()
    expect(means).to_contain_text("a computation here")
    expect(means.locator("dd", has_text=re.compile(r"^1,9\d\d$"))).to_be_visible()
    page.goto("/jobs")
    expect(page.locator("cx-jobs-page")).to_contain_text("node means")
    page.get_by_role("row", name=NAME).get_by_role("rowheader").get_by_role("link").click()
    expect(page.get_by_role("link", name="Open the checkpoint")).to_be_visible()
