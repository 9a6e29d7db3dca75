"""The command line: results on stdout, one clear message and an exit code when it fails."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from backend.circuits.alone import kernel
from backend.circuits.circuit import Circuit
from backend.circuits.faithfulness import ReportConfig
from backend.cli import app
from backend.jobs import verify_job
from backend.settings import get_settings
from backend.store import open_store, save_circuit
from models.checkpoints import Checkpoint
from tests.backend.commands import ended_by
from tests.backend.conftest import CHECKPOINT, TASK
from tests.backend.live import REPOSITORY
from tests.backend.store.made_reports import make_report

EASY = ("--target-loss", "5")
FEW = ReportConfig(
    stability=False,
    controls=False,
    pairs=8,
    random_sets=5,
    subsets=2,
    greedy_steps=1,
    ascent_steps=1,
)


@pytest.fixture(autouse=True)
def instance(data_dir: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance that has the checkpoint and no circuits."""
    monkeypatch.setenv("CIRCUIT_EXPLORER_CHECKPOINT_DIRS", str(zoo))
    get_settings.cache_clear()
    return data_dir


@pytest.fixture
def stored(circuit: Circuit) -> Circuit:
    """A circuit that the instance has."""
    store = open_store(get_settings().resolved_database_url)
    with store.write() as session:
        save_circuit(session, circuit)
    store.close()
    return circuit


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def output(*arguments: str | Path) -> Any:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_search_prints_and_stores(checkpoint: Checkpoint) -> None:
    found = output("search", CHECKPOINT, TASK, *EASY, "--json")
    assert found["target_loss"] == 5
    assert found["task_loss"] <= 5
    assert {"slug", "nodes", "induced_edges", "kept_edges", "accuracy", "seconds"} <= set(found)
    assert set(found["losses"]) == {
        "whole_model", "circuit", "circuit_ablated", "everything_ablated",
    }  # fmt: skip
    listed = output("circuits", "--json")
    assert [each["slug"] for each in listed] == [found["slug"]]
    assert listed[0]["checkpoint_digest"] == checkpoint.digest


def test_a_search_by_another_method_within_a_time() -> None:
    found = output(
        "search", CHECKPOINT, TASK, *EASY, "--json", "--method", "attribution", "--seconds", "60"
    )
    (listed,) = output("circuits", "--json")
    assert listed["slug"] == found["slug"]
    provenance = output("export", found["slug"])["provenance"]
    assert (provenance["method"], provenance["hyperparameters"]["seconds"]) == ("attribution", 60.0)


def test_an_unknown_method_is_refused_with_those_there_are() -> None:
    result = run("search", CHECKPOINT, TASK, "--method", "magic")
    assert result.exit_code == 2
    assert "magic" in result.stderr
    assert "attribution" in result.stderr


def test_verify_prints_and_stores(stored: Circuit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_job, "report_config", lambda quick: FEW)
    assert [each["has_report"] for each in output("circuits", "--json")] == [False]
    report = output("verify", stored.slug, "--quick", "--json")
    assert [node["node"] for node in report["nodes"]] == stored.nodes
    assert [each["has_report"] for each in output("circuits", "--json")] == [True]
    bundle = output("export", stored.slug, "--format", "bundle")
    assert bundle["report"] == report


def test_verify_shows_every_line(stored: Circuit, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_report(stored.slug)
    monkeypatch.setattr("backend.circuits.faithfulness.verify", lambda *_: made)
    result = run("verify", stored.slug)
    assert result.exit_code == 0, result.stderr
    shown = " ".join(result.stdout.split())
    for sentence in made.summary:
        assert sentence in shown
    for line in made.lines:
        assert f"{line.value:.3g}" in shown
    assert "0.1 to 0.125" in shown
    assert "Stored" in result.stderr


def test_a_search_without_a_circuit_is_exit_code_1() -> None:
    result = run("search", CHECKPOINT, TASK, "--target-loss", "0.000001")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "target" in result.stderr
    assert output("circuits", "--json") == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("search", "none", TASK), CHECKPOINT),
        (("search", CHECKPOINT, "single_double"), TASK),
        (("inspect", "/nowhere"), "/nowhere"),
        (("verify", "none-0123"), "none-0123"),
        (("export", "none-0123"), "none-0123"),
        (("import", "/nowhere.json"), "/nowhere.json"),
        (("train", "/nowhere.toml", "--out", "/tmp/never"), "/nowhere.toml"),
    ],
)
def test_errors_are_one_message_without_a_traceback(arguments: tuple[str, ...], named: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert named in result.stderr
    assert "Traceback" not in result.stderr


def test_export_and_import(
    stored: Circuit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Circuit.model_validate(output("export", stored.slug)) == stored
    assert "<graphml" in run("export", stored.slug, "--format", "graphml").stdout
    bundle = tmp_path / "bundle.json"
    assert run("export", stored.slug, "--format", "bundle", "--out", bundle).exit_code == 0
    assert json.loads(bundle.read_text())["format"] == "circuit-explorer-bundle"

    monkeypatch.setenv("CIRCUIT_EXPLORER_DATA_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.delenv("CIRCUIT_EXPLORER_CHECKPOINT_DIRS")
    get_settings.cache_clear()
    imported = run("import", bundle)
    assert imported.stdout.strip() == stored.slug
    assert "warning" in imported.stderr  # the checkpoint is not there
    assert Circuit.model_validate(output("export", stored.slug)) == stored


def test_a_file_that_is_no_circuit(tmp_path: Path) -> None:
    file = tmp_path / "no-circuit.json"
    for content in ("{}", "[]", "no json", '{"format": "circuit-explorer-bundle"}'):
        file.write_text(content)
        result = run("import", file)
        assert result.exit_code == 2
        assert "no-circuit.json" in result.stderr


def test_openapi_is_the_one_the_client_is_generated_from() -> None:
    committed = (REPOSITORY / "frontend" / "openapi.json").read_text(encoding="utf-8")
    assert run("openapi").stdout == committed, (
        "run: circuit-explorer openapi > frontend/openapi.json, then npm run generate in frontend/"
    )


def test_serve_says_what_is_wrong() -> None:
    refused = run("serve", "--host", "0.0.0.0", "--port", "0")
    assert refused.exit_code == 2
    assert "CIRCUIT_EXPLORER_WRITE_TOKEN" in refused.stderr


def test_serve_says_that_the_database_cannot_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIRCUIT_EXPLORER_DATABASE_URL", f"sqlite:///{tmp_path}")  # a folder
    refused = run("serve", "--port", "0")
    assert refused.exit_code == 2
    assert "CIRCUIT_EXPLORER_DATABASE_URL" in refused.stderr


def test_ctrl_c_cancels_a_search(instance: Path) -> None:
    interrupt("Searching", "search", CHECKPOINT, TASK, "--target-loss", "1e-6")


def test_ctrl_c_cancels_a_verify(stored: Circuit) -> None:
    interrupt("Verifying", "verify", stored.slug)
    assert [each["has_report"] for each in output("circuits", "--json")] == [False]


def interrupt(beginning: str, *arguments: str) -> None:
    """Starts a command, presses Ctrl-C as soon as it says that it has begun."""
    code, text = ended_by(signal.SIGINT, beginning, *arguments)
    assert code == 130, text
    assert "nothing was stored" in text
    assert "Traceback" not in text


def test_compile_leaves_nothing_to_compile_for_a_search() -> None:
    assert run("compile").exit_code == 0
    compiled = {name: list(loop.signatures) for name, loop in loops().items()}
    assert compiled["run"]
    assert compiled["run_variants"]
    assert run("search", CHECKPOINT, TASK, *EASY).exit_code == 0
    assert {name: loop.signatures for name, loop in loops().items()} == compiled


def loops() -> dict[str, Any]:
    """The compiled functions that searches ask for losses."""
    return {name: getattr(kernel, name) for name in ("run", "run_variants")}
