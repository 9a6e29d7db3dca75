"""Searches that do not end with a circuit: cancelled while queued or running, or failed."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.backend.conftest import CHECKPOINT as TINY
from tests.e2e.application import CHECKPOINT, TASK, Application
from tests.e2e.conftest import Visitor


def submit(application: Application, seed: int) -> str:
    """Asks for a search that takes a while; the job's id."""
    body = {"checkpoint": CHECKPOINT, "task": TASK, "seed": seed, "seconds": 600}
    return str(application.post("/api/searches", body)["id"])


def test_a_queued_and_a_running_search_are_cancelled(workshop: Application, visit: Visitor) -> None:
    running, queued = (submit(workshop, seed) for seed in (101, 102))
    cancel = "Cancel search"

    page = visit(workshop, f"/jobs/{queued}").page
    status = page.locator("cx-job-page .chip").first
    expect(status).to_have_text("queued")
    expect(page.get_by_role("status")).to_contain_text("Waiting for a free core")
    page.get_by_role("button", name=cancel).click()
    expect(status).to_have_text("cancelled")
    expect(page.get_by_role("button", name=cancel)).to_have_count(0)

    page = visit(workshop, f"/jobs/{running}").page
    status = page.locator("cx-job-page .chip").first
    expect(page.locator("cx-job-page .stage")).to_contain_text(re.compile(r"step \d+ of \d+"))
    expect(status).to_have_text("running")
    page.get_by_role("button", name=cancel).click()
    expect(status).to_have_text("cancelled")

    for job in (running, queued):
        assert workshop.get(f"/api/jobs/{job}")["status"] == "cancelled"
        assert workshop.get(f"/api/jobs/{job}")["slug"] is None
    page.goto("/jobs")
    for job in (running, queued):
        row = page.get_by_role("row").filter(has=page.locator(f"a[href='/jobs/{job}']"))
        expect(row.locator(".chip")).to_have_text("cancelled")


def test_a_search_that_cannot_meet_its_target_says_what_to_do(
    workshop: Application, visit: Visitor
) -> None:
    page = visit(workshop, f"/checkpoints/{TINY}").page
    page.get_by_role("button", name="Search for a circuit").click()
    form = page.get_by_role("dialog", name="Search for a circuit")
    expect(form.get_by_label("Checkpoint", exact=True)).to_have_value(TINY)
    form.get_by_label("Task", exact=True).select_option(TASK)
    form.get_by_label("Target loss").fill("0.001")
    form.get_by_role("button", name="Start search").click()
    expect(page).to_have_url(re.compile(r"/jobs/\w+"))
    expect(page.locator("cx-job-page .chip").first).to_have_text("failed")
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("No circuit meets the target")
    expect(problem).to_contain_text(re.compile(r"lowest validation loss reached is \d\.\d+ nats"))
    expect(problem).to_contain_text("0.001")
    expect(problem).to_contain_text("Raise the target loss, try another seed")


def test_a_method_and_a_time_budget_are_chosen_in_the_form(
    workshop: Application, visit: Visitor
) -> None:
    page = visit(workshop, f"/checkpoints/{TINY}").page
    page.get_by_role("button", name="Search for a circuit").click()
    form = page.get_by_role("dialog", name="Search for a circuit")
    expect(form.get_by_label("Checkpoint", exact=True)).to_have_value(TINY)
    methods = form.get_by_role("group", name="Method").get_by_role("radio")
    expect(methods).to_have_count(4)
    expect(methods.first).to_be_checked()
    form.get_by_role("radio", name=re.compile("^Paper Learned")).check()
    expect(form).to_contain_text("256 trials")
    form.get_by_role("radio", name=re.compile("^Attribution")).check()
    form.get_by_label("Time budget, seconds").fill("5")
    form.get_by_label("Task", exact=True).select_option(TASK)
    form.get_by_role("button", name="Start search").click()
    expect(page).to_have_url(re.compile(r"/jobs/\w+"))
    asked = page.locator("cx-job-page aside")
    expect(asked).to_contain_text("Attribution")
    expect(asked).to_contain_text("5.0 s")
    job = page.url.rpartition("/")[2]
    request = workshop.get(f"/api/jobs/{job}")["request"]
    assert (request["method"], request["seconds"]) == ("attribution", 5)
    workshop.wait(job)
