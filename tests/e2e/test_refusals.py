"""What does not exist, and what is not allowed: said in words, with a way on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.application import CHECKPOINT, TASK, UNKNOWN_SLUG, Application, shipped_slug
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (f"/circuits/{UNKNOWN_SLUG}", UNKNOWN_SLUG),
        ("/checkpoints/no-such-checkpoint", "no-such-checkpoint"),
        ("/tasks/no_such_task", "no_such_task"),
        ("/jobs/no-such-job", "no-such-job"),
        ("/no-such-page", "no-such-page"),
    ],
)
def test_what_is_not_there_is_said_with_a_remedy(
    application: Application, visit: Visitor, path: str, named: str
) -> None:
    page = visit(application, path, refused=404).page
    problem = page.get_by_role("alert")
    expect(problem.locator(".status")).to_have_text("404")
    expect(problem).to_contain_text(named)
    expect(problem.locator(".remedy")).to_have_text(re.compile(r"\w+.*\."))
    problem.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("table")).to_be_visible()


def test_a_saved_state_that_is_gone_leads_to_the_circuit(
    application: Application, visit: Visitor
) -> None:
    path = f"/circuits/{shipped_slug()}"
    opened = visit(application)
    opened.guard.expect_refusal(404, r"^/api/states/")
    page = opened.page
    page.goto(f"{path}?s=nosuchstate")
    expect(page.get_by_role("alert")).to_contain_text("404")
    page.get_by_role("link", name="Open the untouched circuit").click()
    circuit = CircuitPage(page)
    circuit.settle()
    assert circuit.ablated() == []


def test_a_protected_server_is_read_freely_and_written_with_its_token(
    protected: Application, visit: Visitor
) -> None:
    slug = shipped_slug()
    opened = visit(protected, f"/circuits/{slug}")
    page = opened.page
    circuit = CircuitPage(page)
    before = circuit.numbers()
    circuit.click(protected.graph(slug)["nodes"][0]["id"])
    expect(circuit.loss).not_to_have_text(before["task_loss"])

    page.goto(f"/tasks/{TASK}")
    page.get_by_role("button", name="Search for a circuit").click()
    form = page.get_by_role("dialog", name="Search for a circuit")
    form.get_by_label("Checkpoint", exact=True).select_option(CHECKPOINT)
    opened.guard.expect_refusal(403, r"^/api/searches$")
    form.get_by_role("button", name="Start search").click()
    token = page.get_by_role("dialog", name="Write token")
    token.get_by_label("Token").fill("guessed")
    token.get_by_role("button", name="Continue").click()
    expect(form.get_by_role("alert")).to_contain_text("a wrong write token")
    assert protected.get("/api/jobs") == []

    form.get_by_role("button", name="Start search").click()
    expect(token).to_contain_text("did not accept the last one")
    assert protected.token is not None
    token.get_by_label("Token").fill(protected.token)
    token.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile(r"/jobs/\w+"))
    # The tab keeps the token: the next write does not ask again.
    page.get_by_role("button", name="Cancel search").click()
    expect(page.locator("cx-job-page .chip").first).to_have_text("cancelled")
