"""`circuit-explorer tasks` and `tasks check`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from backend.cli import app
from backend.settings import get_settings
from tasks import use_task_folders
from tasks.registry import ORDER
from tests.backend.conftest import CHECKPOINT
from tests.tasks.documented import DOCS, changed, example, line_of

NAME = "def_or_call"


@pytest.fixture(autouse=True)
def folder(zoo: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of task files that the settings name."""
    mine = data_dir / "mine"
    mine.mkdir(parents=True)
    monkeypatch.setenv("CIRCUIT_EXPLORER_CHECKPOINT_DIRS", str(zoo))
    monkeypatch.setenv("CIRCUIT_EXPLORER_TASK_DIRS", f"{data_dir / 'none'}:{mine}")
    get_settings.cache_clear()
    yield mine
    use_task_folders(())


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def checked(file: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    result = run("tasks", "check", file, *arguments, "--json")
    return result.exit_code, json.loads(result.stdout)


def test_tasks_of_folders_and_of_the_data_folder_are_listed(folder: Path, data_dir: Path) -> None:
    (folder / "mine.toml").write_text(example())
    (data_dir / "tasks").mkdir()
    (data_dir / "tasks" / "other.toml").write_text(changed((NAME, "another")))
    (folder / "broken.toml").write_text("name = 1")
    listed = json.loads(run("tasks", "--json").stdout)
    assert [task["name"] for task in listed["tasks"]] == [*ORDER, "another", NAME]
    assert [task["custom"] for task in listed["tasks"]] == [False] * 20 + [True] * 2
    assert [each["file"] for each in listed["broken"]] == [str(folder / "broken.toml")]
    table = run("tasks")
    assert NAME in table.stdout
    assert "broken.toml makes no task" in table.stderr


def test_a_good_file_shows_what_it_gives(folder: Path) -> None:
    file = folder / "mine.toml"
    file.write_text(example())
    code, report = checked(file, "--checkpoint", CHECKPOINT)
    assert code == 0
    assert report["usable"] is True
    assert report["findings"] == []
    assert report["pairs"] == {"train": 1000, "validation": 1000, "test": 1000}
    assert (
        report["example"]["first"] + "):\n"
        == report["example"]["second"].replace("\n", "\ndef ") + "):\n"
    )
    whole = report["whole_model"]
    assert whole["checkpoint"] == CHECKPOINT
    assert whole["loss"]["low"] <= whole["loss"]["value"] <= whole["loss"]["high"]
    assert 0 <= whole["accuracy"]["value"] <= 1
    shown = run("tasks", "check", file, "--checkpoint", CHECKPOINT)
    assert shown.exit_code == 0
    assert f"loss of {CHECKPOINT}" in shown.stdout
    assert "whole_model" not in checked(file)[1]


def test_the_documented_figures_are_those_of_the_checkpoint_that_comes_along(folder: Path) -> None:
    file = folder / "mine.toml"
    file.write_text(example())
    whole = checked(file, "--checkpoint", "python-2l-256")[1]["whole_model"]
    loss, accuracy = whole["loss"], whole["accuracy"]["value"]
    figures = (
        f"{loss['value']:.3f} nats on its test pairs ({loss['low']:.3f} to {loss['high']:.3f})"
    )
    words = " ".join(DOCS.read_text(encoding="utf-8").split())
    assert f"{figures}, with {accuracy:.1%} of the answers right" in words


def test_a_bad_file_is_answered_line_by_line(folder: Path) -> None:
    text = changed(("answers =", "anwsers ="), ('"start"]', '"start", "run"]'))
    file = folder / "bad.toml"
    file.write_text(text)
    result = run("tasks", "check", file)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        f"{file}:1",
        f"{file}:{line_of('anwsers', text)}",
        f"{file}:{line_of('function =', text)}",
    ]
    assert "Did you mean 'answers'?" in lines[1]
    assert lines[2].split(": ")[1] == "warning"
    code, report = checked(file)
    assert code == 1
    assert report["usable"] is False
    assert [finding["line"] for finding in report["findings"]] == [
        int(line.split(":")[1]) for line in lines
    ]


def test_answers_three_tokens_long_are_bad_for_a_checkpoint_only(folder: Path) -> None:
    file = folder / "long.toml"
    file.write_text(changed(('"):\\n"', '")x\\n"')))
    assert checked(file)[0] == 0
    code, report = checked(file, "--checkpoint", CHECKPOINT)
    assert code == 1
    (finding,) = report["findings"]
    assert finding["message"] == "The answer ')x\\n' is 3 tokens, [')', 'x', '\\n']."


def test_a_file_that_is_not_there_is_an_error(folder: Path) -> None:
    result = run("tasks", "check", folder / "none.toml")
    assert result.exit_code == 2
    assert "none.toml" in result.stderr


def test_an_unknown_checkpoint_is_an_error(folder: Path) -> None:
    file = folder / "mine.toml"
    file.write_text(example())
    result = run("tasks", "check", file, "--checkpoint", "nothing")
    assert result.exit_code == 2
    assert "There is no checkpoint 'nothing'" in result.stderr


def test_other_commands_know_tasks_of_files(folder: Path) -> None:
    unknown = run("search", CHECKPOINT, NAME)
    assert unknown.exit_code == 2
    assert f"unknown task '{NAME}'" in unknown.stderr
    (folder / "mine.toml").write_text(example())
    found = run("search", CHECKPOINT, NAME, "--target-loss", "5", "--json")
    assert found.exit_code == 0, found.stderr
    assert json.loads(found.stdout)["task"] == NAME
