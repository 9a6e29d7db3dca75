"""A task file comes in by the page, is used, and goes again."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.application import Application
from tests.e2e.conftest import Visitor
from tests.tasks.documented import changed, example, line_of

TITLE = "Definition or call"


def test_a_task_file_is_corrected_added_shown_and_removed(
    protected: Application, visit: Visitor, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    wrong = changed(("answers =", "anwsers ="))
    file.write_text(wrong)
    opened = visit(protected)
    page, drop = opened.page, opened.page.locator("cx-task-drop")
    opened.guard.expect_refusal(403, "/api/tasks")
    opened.guard.expect_refusal(422, "/api/tasks")
    drop.get_by_label("Task file").set_input_files(file)
    page.get_by_label("Token, kept").fill("open sesame")
    page.get_by_role("button", name="Continue").click()
    refused = drop.get_by_role("alert")
    expect(refused).to_contain_text("mine.toml makes no task yet")
    expect(refused.locator("dt").nth(1)).to_have_text(f"line {line_of('anwsers', wrong)}")
    expect(refused.locator("dd").nth(1)).to_contain_text("Did you mean 'answers'?")

    dropped = page.evaluate_handle(
        """text => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], "mine.toml"));
            return transfer;
        }""",
        example(),
    )
    drop.locator(".zone").dispatch_event("drop", {"dataTransfer": dropped})
    expect(drop.get_by_role("status")).to_contain_text(f"Added {TITLE}")
    row = page.locator("cx-home-page tbody tr", has_text=TITLE)
    expect(row.get_by_role("button", name="search").first).to_be_visible()
    drop.get_by_role("link", name=TITLE).click()
    expect(page.locator("cx-task-page .pair").first).to_contain_text("def")

    page.get_by_role("button", name="Remove task").click()
    page.get_by_role("button", name="keep its circuits").click()
    page.wait_for_url("**/")
    expect(page.locator("cx-home-page tbody tr").first).to_be_visible()
    expect(row).to_have_count(0)
