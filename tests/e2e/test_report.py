"""Reading a circuit's report, and asking for one."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from backend.circuits.circuit import Circuit
from tests.backend.conftest import checkpoint, circuit
from tests.e2e.application import Application
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor
from tests.e2e.documents import carry, report_on, shipped_circuit, with_one_pruned
from tests.e2e.test_every_page import assert_accessible

__all__ = ["checkpoint", "circuit"]


@pytest.fixture(scope="module")
def reported(workshop: Application) -> Circuit:
    """A circuit with a report; a little different from the one that is shipped."""
    found, _ = with_one_pruned(shipped_circuit(workshop))
    carry(workshop, found, report_on(found))
    return found


@pytest.fixture
def unreported(workshop: Application, circuit: Circuit) -> str:
    """The path of a page of a circuit without a report."""
    return carry(workshop, circuit)


def test_a_report_says_what_holds_and_what_it_cannot_show(
    workshop: Application, reported: Circuit, visit: Visitor
) -> None:
    opened = CircuitPage(visit(workshop, f"/circuits/{reported.slug}").page)
    page = opened.page
    opened.settle()
    expect(page.locator("cx-circuit-report")).to_have_count(0)
    opened.view("Report")
    report = page.locator("cx-report-body")
    expect(report.get_by_role("list", name="Summary").get_by_role("listitem")).to_have_text(
        ["Sufficient by mean values at 0.15 nats.", "Not sufficient by zero values."]
    )
    line = report.locator("[data-line='sufficiency.mean.loss']")
    for words in ("0.111", "nats", "0.100 to 0.125", "whole model", "0.010", "✓ met", "at most"):
        expect(line).to_contain_text(words)
    failed = report.locator("[data-line='sufficiency.zero.loss']")
    expect(failed).to_contain_text("✗ not met")
    expect(report.locator("[data-line='curve.area']")).to_contain_text("– no criterion")
    expect(report.locator("cx-report-curve tbody tr")).to_have_text(re.compile(r"3\s*2\s*0\.110"))
    expect(report.locator("cx-report-heads tbody tr")).to_contain_text("0.attn.head.1")
    expect(report.get_by_role("button", name=re.compile("^Sufficiency"))).to_contain_text("1/2")

    limit = failed.get_by_text("Zero may be far")
    expect(limit).to_be_hidden()
    failed.get_by_text("what it cannot show").click()
    expect(limit).to_be_visible()
    report.get_by_role("checkbox", name="say what each line cannot show").check()
    expect(line.get_by_text("may cancel")).to_be_visible()
    assert "faithful" not in page.locator("cx-circuit-report").inner_text().lower()

    beside = report.get_by_role("link", name=".json").get_attribute("href")
    assert beside is not None
    assert workshop.get(beside)["slug"] == reported.slug


def test_nodes_are_sorted_by_what_they_add_and_lead_to_the_graph(
    workshop: Application, reported: Circuit, visit: Visitor
) -> None:
    page = visit(workshop, f"/circuits/{reported.slug}?view=report").page
    rows = page.locator("cx-report-nodes tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(reported.nodes[0])
    expect(rows.last).to_contain_text("✗ adds nothing")
    page.locator("cx-report-nodes").get_by_role("button", name="Adds, nats").click()
    expect(rows.first).to_contain_text("✗ adds nothing")

    rows.first.get_by_role("button").click()
    expect(page.locator("cx-circuit-graph")).to_be_visible()
    expect(page.locator("cx-node-card")).to_contain_text(reported.nodes[-1])
    state = parse_qs(urlsplit(page.url).query)
    assert state == {"select": [reported.nodes[-1]]}
    page.go_back()
    expect(rows.first).to_be_visible()
    expect(page.locator("cx-circuit-graph")).to_be_hidden()

    kept = [edge for edge in reported.edges if edge.kept]
    edges = page.locator("cx-report-edges tbody tr")
    expect(edges).to_have_count(len(kept))
    edges.first.get_by_role("button").press("Enter")
    expect(page.locator("cx-edge-card")).to_contain_text("Edge")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_reports(
    workshop: Application, reported: Circuit, unreported: str, visit: Visitor, scheme: str
) -> None:
    page = visit(workshop, f"/circuits/{reported.slug}?view=report", color_scheme=scheme).page
    expect(page.locator("cx-report-nodes")).to_be_visible()
    CircuitPage(page).settle()
    assert_accessible(page)
    page = visit(workshop, f"{unreported}?view=report", color_scheme=scheme).page
    expect(page.get_by_role("heading", name="No report yet")).to_be_visible()
    CircuitPage(page).settle()
    assert_accessible(page)


def test_a_report_is_asked_for_and_cancelled(
    workshop: Application, unreported: str, visit: Visitor
) -> None:
    page = visit(workshop, f"{unreported}?view=report").page
    page.get_by_role("button", name="Compute the report").click()
    making = page.get_by_role("group", name="The report in the making")
    expect(making).to_be_visible()
    job = str(making.get_by_role("link", name="Job").get_attribute("href"))
    # The way back to a report in the making is its circuit's page.
    page.reload()
    expect(making).to_be_visible()
    making.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("The last one was cancelled.")).to_be_visible()
    expect(page.get_by_role("button", name="Compute the report")).to_be_visible()
    assert workshop.get(f"{job}.json")["job"]["status"] == "cancelled"
    page.goto("/jobs")
    row = page.get_by_role("row").filter(has=page.locator(f"a[href='{job}']"))
    expect(row).to_contain_text("report")


def test_a_report_that_fails_says_why(
    workshop: Application, unreported: str, visit: Visitor
) -> None:
    problem = {"title": "No pairs", "status": 422, "detail": "Too long.", "remedy": "Shorten."}
    page = visit(workshop).page
    tell(page, unreported, [("progress", progress("robustness"))], "failed", problem)
    page.goto(f"{unreported}?view=report")
    page.get_by_role("button", name="Compute the report").click()
    alert = page.locator("cx-circuit-report").get_by_role("alert")
    for words in ("No pairs", "Too long.", "Shorten."):
        expect(alert).to_contain_text(words)
    expect(page.get_by_role("button", name="Compute the report")).to_be_visible()


def test_a_report_in_the_making_says_how_far_it_is(
    workshop: Application, unreported: str, visit: Visitor
) -> None:
    page = visit(workshop).page
    tell(page, unreported, [("progress", progress("robustness"))], None)
    page.goto(f"{unreported}?view=report")
    page.get_by_role("button", name="Compute the report").click()
    expect(page.locator("cx-report-job").get_by_role("status")).to_have_text(
        "Robustness, 5 of 10: step 3 of 20"
    )


def progress(stage: str) -> dict[str, Any]:
    """How far a report is."""
    return {"stage": stage, "step": 3, "steps": 20, "loss": 0.1, "nodes": 5, "edges": None}


def tell(
    page: Page,
    path: str,
    events: list[tuple[str, dict[str, Any]]],
    end: str | None,
    problem: dict[str, Any] | None = None,
) -> None:
    """Answers for the server: a job for the report, and what its stream of events says."""
    job = {"id": "made-up", "kind": "verify", "status": "running"}

    def start(route: Route) -> None:
        route.fulfill(status=202, json=job)

    def stream(route: Route) -> None:
        said = [*events]
        if end is not None:
            said.append(("end", {"status": end, "slug": None, "error": problem}))
        lines = [f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in said]
        route.fulfill(content_type="text/event-stream", body="".join(lines))

    page.route(f"**/api{path}/report", start)
    page.route("**/api/jobs/made-up/events", stream)
