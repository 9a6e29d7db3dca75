"""`circuit-explorer benchmark`: runs, resumes after kill -9, works beside a server, and prints."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backend.circuits.benchmark.comparison import Comparison, compare
from backend.cli import app
from backend.cli.benchmark_tables import show
from backend.settings import get_settings
from tests.backend.circuits.benchmark.made_outcomes import make_contender, make_outcome
from tests.backend.commands import ended_by
from tests.backend.conftest import CHECKPOINT, TASK
from tests.backend.live import live_server

EASY = ("3", "4", "5")
"""Targets that every model meets with every node ablated."""


@pytest.fixture(autouse=True)
def instance(data_dir: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance that has the checkpoint and no circuits."""
    monkeypatch.setenv("CIRCUIT_EXPLORER_CHECKPOINT_DIRS", str(zoo))
    monkeypatch.setenv("CIRCUIT_EXPLORER_WORKERS", "1")
    get_settings.cache_clear()
    return data_dir


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["benchmark", CHECKPOINT, "--tasks", TASK, *arguments])


@pytest.mark.slow
def test_kill_9_costs_what_was_running_and_a_server_may_do_the_rest(
    instance: Path, zoo: Path
) -> None:
    targets = ("--targets", ",".join(EASY))
    command = ("benchmark", CHECKPOINT, "--tasks", TASK, *targets)
    code, text = ended_by(signal.SIGKILL, "needs no circuit", *command)
    assert code == -signal.SIGKILL, text

    with live_server(instance, zoo) as server:
        result = run(*targets, "--json")
        assert result.exit_code == 0, result.stderr
        before = re.search(r"3 searches, (\d) of them done before", result.stderr)
        assert before is not None
        assert int(before[1]) >= 1
        compared = Comparison.model_validate(json.loads(result.stdout))
        assert compared.targets == [5, 4, 3]
        assert all(mean.not_needed == [TASK] for mean in compared.means)
        jobs = server.client.get("/api/jobs").json()
        assert {job["status"] for job in jobs} <= {"done", "interrupted"}
        beside = server.client.get("/compare.json", params={"checkpoints": CHECKPOINT}).json()
        assert beside["comparison"]["cells"] == json.loads(result.stdout)["cells"]

    again = run(*targets, "--csv")
    assert "3 of them done before" in again.stderr
    rows = list(csv.DictReader(io.StringIO(again.stdout)))
    assert [row["target_loss"] for row in rows] == ["3.0", "4.0", "5.0"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--targets", "0.15,low"), "'low'"),
        (("--targets", "0.15,-1"), "'-1'"),
        (("--targets", "nan"), "'nan'"),
        (("--targets", "5.1"), "'5.1'"),
        (("--targets", ","), "no target"),
        (("--tasks", "none"), "none"),
        (("--json", "--csv"), "--csv"),
        (("nobody",), "nobody"),
    ],
)
def test_what_cannot_be_asked_is_refused(arguments: tuple[str, ...], named: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert named in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_the_tables_have_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = [
        make_outcome(100, checkpoint="dense", task="one"),
        make_outcome(5, checkpoint="sparse", task="one"),
        make_outcome(9, checkpoint="sparse", task="one", seed=1),
        make_outcome(3, checkpoint="sparse", task="two", loss=0.2),
        make_outcome(None, checkpoint="sparse", task="three"),
    ]
    checkpoints = [make_contender("dense", 1, 1.0), make_contender("sparse", 0.02, 1.01)]
    show(compare(outcomes, checkpoints, ["one", "two", "three"]))
    shown = " ".join(capsys.readouterr().out.split())
    for part in (
        "one dense met 100 50 200 0.1000 0.0500 to 0.2000 10.0",
        "sparse met (2 of 2 seeds meet it) 7 (5 to 9)",
        "two sparse missed 3 1 6 0.2000",
        "three sparse no circuit - - - -",
        "sparse 0.15 1 7.0 7.0 to 7.0",
        "sparse at 0.15, miss the target on test pairs: two.",
        "sparse at 0.15, have no circuit: three.",
        "dense sparse 0.15 1 14.29 14.29 to 14.29",
        "held-out losses equal (within 2%), that of the sparse one 1.0% higher",
        "sparse circuits 14.3 times smaller (95% interval 14.3 to 14.3, 1 tasks)",
    ):
        assert part in shown, (part, shown)
