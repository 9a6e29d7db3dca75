"""Checkpoints side by side: chosen, drawn, sorted, opened; as the URL says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from backend.circuits.benchmark import SearchOutcome
from backend.store import open_store, put_outcome
from backend.store.tables import SearchOutcomeTable
from models.checkpoints import load_checkpoint
from tests.backend.circuits.benchmark.made_outcomes import make_outcome
from tests.backend.conftest import CHECKPOINT as TINY
from tests.e2e.application import CHECKPOINT, REPOSITORY, Application, running, shipped_slug
from tests.e2e.conftest import Visitor
from tests.e2e.test_every_page import assert_accessible

TARGETS = (0.5, 0.15)
SIZES = {"for_while": 9, "with_as": 4, "lambda_func": 16}
"""Induced edges in the checkpoint that comes along; its circuits come along too."""


def outcomes(zoo: Path, application: Application) -> list[SearchOutcome]:
    """Two checkpoints at two targets; one of them misses a task and finds nothing for another."""
    here = load_checkpoint(REPOSITORY / "models" / "zoo" / CHECKPOINT)
    tiny = load_checkpoint(zoo / TINY)
    found = []
    for target in TARGETS:
        for task, edges in SIZES.items():
            slug = shipped_slug(task)
            common = {"task": task, "target": target, "loss": target / 2}
            found.append(
                make_outcome(
                    edges, checkpoint=CHECKPOINT, checkpoint_digest=here.digest, slug=slug, **common
                )
            )
            found.append(
                make_outcome(100 * edges, checkpoint=TINY, checkpoint_digest=tiny.digest, **common)
            )
    other = {"checkpoint": TINY, "checkpoint_digest": tiny.digest}
    found.append(make_outcome(7, task="var_swap", loss=0.2, **other))
    found.append(make_outcome(None, task="class_init", **other))
    return found


@pytest.fixture(scope="module")
def benchmark(tmp_path_factory: pytest.TempPathFactory, zoo: Path) -> Iterator[Application]:
    """An instance whose only outcomes are those above."""
    folder = tmp_path_factory.mktemp("benchmark")
    with running(folder / "data", folder / "server.log", checkpoint_dirs=str(zoo)) as server:
        store = open_store(f"sqlite:///{folder / 'data' / 'circuits.sqlite3'}")
        with store.write() as session:
            session.execute(delete(SearchOutcomeTable))  # those that come along
            for outcome in outcomes(zoo, server):
                put_outcome(session, outcome)
        store.close()
        yield server


def cells(page: Page, task: str) -> list[str]:
    """What the table says of a task, checkpoint by checkpoint."""
    row = page.locator("cx-compare-table tbody tr", has=page.get_by_role("link", name=task))
    return row.locator("td").all_inner_texts()


def test_the_page_says_what_was_found(benchmark: Application, visit: Visitor) -> None:
    page = visit(benchmark, f"/compare?checkpoints={CHECKPOINT},{TINY}").page
    figures = page.locator("cx-compare-figure .main-svg")
    expect(figures.first).to_be_visible()
    drawn = page.locator("cx-compare-figure").first.locator(".trace.scatter")
    expect(drawn).to_have_count(2)
    tiny, ours = cells(page, "with_as")
    assert tiny.startswith("400")
    assert ours.startswith("4")
    assert "0.075 (0.037 to 0.150)" in ours
    assert "missed" in cells(page, "var_swap")[0]
    assert "no circuit" in cells(page, "class_init")[0]
    assert cells(page, "class_init")[1] == "not searched"
    expect(page.locator("cx-compare-table tfoot")).to_contain_text("8.3")  # cube root of 9 x 4 x 16
    expect(page.locator("cx-compare-page")).to_contain_text("missed: var_swap")
    assert_accessible(page)


def test_choices_are_in_the_url_and_the_url_leads_back(
    benchmark: Application, visit: Visitor
) -> None:
    page = visit(benchmark, f"/compare?checkpoints={CHECKPOINT},{TINY}").page
    page.get_by_role("checkbox", name=re.compile(f"^{TINY}")).uncheck()
    expect(page.locator("cx-compare-table thead th")).to_have_count(2)
    choice = page.locator("cx-compare-choice")
    choice.get_by_text("nodes", exact=True).click()
    choice.get_by_text("0.5", exact=True).click()
    page.locator("cx-compare-table").get_by_role("button", name=CHECKPOINT).click()
    opener = page.get_by_role("group", name="List the circuits of a checkpoint")
    opener.get_by_role("button", name=CHECKPOINT).click()
    expect(page.locator("cx-compare-circuits")).to_contain_text("lambda_func")
    first = page.locator("cx-compare-table tbody th").first
    expect(first).to_have_text("with_as")
    query = page.url.partition("?")[2]
    assert query == (
        f"checkpoints={CHECKPOINT}&size=nodes&target=0.5&sort={CHECKPOINT}&open={CHECKPOINT}"
    )
    again = visit(benchmark, f"/compare?{query}").page
    expect(again.locator("cx-compare-circuits")).to_contain_text("lambda_func")
    expect(again.locator("cx-compare-table tbody th").first).to_have_text("with_as")
    expect(again.locator("cx-compare-table caption")).to_contain_text("nodes and test loss")


def test_points_and_cells_open_circuits(benchmark: Application, visit: Visitor) -> None:
    page = visit(benchmark, f"/compare?checkpoints={CHECKPOINT}").page
    point = page.locator("cx-compare-figure").nth(1).locator(".point").first
    box = point.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("cx-compare-circuits tbody tr")).to_have_count(3)
    page.locator("cx-compare-table").get_by_role(
        "link", name=f"with_as in {CHECKPOINT}: met, 4 induced edges"
    ).click()
    expect(page).to_have_url(re.compile("/circuits/with-as-"))


def test_what_is_unknown_is_said(benchmark: Application, visit: Visitor) -> None:
    opened = visit(benchmark, "/compare")
    expect(opened.page.locator("cx-compare-table")).to_be_visible()
    opened.guard.expect_refusal(404, r"/compare\.json")
    opened.page.goto(f"{benchmark.url}/compare?checkpoints=none")
    expect(opened.page.locator("cx-problem")).to_contain_text("No search of 'none' is stored")
