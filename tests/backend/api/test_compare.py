"""What the Compare page shows."""

from __future__ import annotations

import csv
import io

import pytest
from starlette.testclient import TestClient

from backend.circuits.benchmark import SearchOutcome
from backend.store import put_outcome
from models.checkpoints import Checkpoint
from tests.backend.api.conftest import services_of
from tests.backend.circuits.benchmark.made_outcomes import make_outcome
from tests.backend.conftest import CHECKPOINT

TASKS = ["single_double_quote", "for_while"]
"""In the order in which tasks are listed."""


@pytest.fixture
def searched(client: TestClient, checkpoint: Checkpoint) -> list[SearchOutcome]:
    """Outcomes in a checkpoint of this instance, and in one that is elsewhere."""
    here = {"checkpoint": CHECKPOINT, "checkpoint_digest": checkpoint.digest}
    outcomes = [
        make_outcome(4, task=TASKS[1], **here),
        make_outcome(16, task=TASKS[0], **here),
        make_outcome(64, task=TASKS[0], seed=1, **here),
        make_outcome(None, task=TASKS[0], target=0.05, **here),
        make_outcome(1, task=TASKS[0], seed=2, settings='{"seconds":600.0}', **here),
        make_outcome(2, checkpoint="elsewhere"),
    ]
    with services_of(client).store.write() as session:
        for outcome in outcomes:
            put_outcome(session, outcome)
    return outcomes


@pytest.mark.usefixtures("searched")
def test_the_page_has_means_of_default_searches_here(client: TestClient) -> None:
    shown = client.get("/compare.json").json()
    assert [each["name"] for each in shown["checkpoints"]] == [CHECKPOINT]
    assert (shown["tasks"], shown["elsewhere"]) == (TASKS, ["elsewhere"])
    comparison = shown["comparison"]
    assert comparison["targets"] == [0.15, 0.05]
    first, second = comparison["means"]
    # The median of 16 and 64 is 40; the root of 4 x 40.
    assert first["size"]["value"] == pytest.approx(160**0.5)
    assert (second["size"], second["failed"]) == (None, [TASKS[0]])
    cells = {(cell["task"], cell["target_loss"]): cell for cell in comparison["cells"]}
    assert cells[TASKS[0], 0.15]["sizes"]["induced_edges"] == {
        "median": 40, "low": 16, "high": 64,
    }  # fmt: skip
    assert cells[TASKS[0], 0.05]["detail"]


@pytest.mark.usefixtures("searched")
def test_tasks_and_sizes_can_be_chosen(client: TestClient) -> None:
    query = {"tasks": TASKS[1], "size": "nodes", "checkpoints": CHECKPOINT}
    shown = client.get("/compare.json", params=query).json()
    assert shown["tasks"] == TASKS  # to choose from
    (mean,) = shown["comparison"]["means"]
    assert mean["size"]["value"] == pytest.approx(8)
    assert shown["comparison"]["tasks"] == [TASKS[1]]


@pytest.mark.parametrize(
    ("query", "named"), [({"checkpoints": "none"}, CHECKPOINT), ({"tasks": "none"}, TASKS[0])]
)
@pytest.mark.parametrize("kind", ["json", "csv"])
@pytest.mark.usefixtures("searched")
def test_what_was_not_searched_is_not_found(
    client: TestClient, query: dict[str, str], named: str, kind: str
) -> None:
    answer = client.get(f"/compare.{kind}", params=query)
    assert answer.status_code == 404
    assert "'none'" in answer.json()["detail"]
    assert named in answer.json()["detail"]


def test_csv_has_a_row_a_search(client: TestClient, searched: list[SearchOutcome]) -> None:
    answer = client.get("/compare.csv", params={"tasks": TASKS[0]})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "benchmark.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["seed"], row["kind"], row["induced_edges"]) for row in rows] == [
        ("0", "met", "16"), ("1", "met", "64"), ("0", "failed", ""),
    ]  # fmt: skip
    assert float(rows[0]["loss_high"]) == searched[1].loss_high


def test_without_searches_there_is_an_empty_page(client: TestClient) -> None:
    shown = client.get("/compare.json", params={"method": "attribution"}).json()
    assert shown["checkpoints"] == shown["tasks"] == shown["comparison"]["cells"] == []
    assert client.get("/compare.csv", params={"method": "attribution"}).text.count("\n") == 1
