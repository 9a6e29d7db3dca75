"""`circuit-explorer train` and `card`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backend.cli import app
from backend.cli.common import library
from backend.settings import get_settings
from models.checkpoints import load_checkpoint
from tests.backend.conftest import CHECKPOINT

RECIPE = """
name = "toy"
vocab_size = 300
corpus = { generated_documents = 120, generated_fraction = 1.0 }
model = { n_ctx = 16, n_layer = 1, d_model = 12, n_head = 2, d_head = 4, d_mlp = 24 }
sparsity = { nonzero_fraction = 0.1 }
optimizer = { learning_rate = 0.01 }
run = { steps = 4, batch = 4, held_out_windows = 4, means_windows = 8, log_every = 1 }
"""


@pytest.fixture(autouse=True)
def instance(data_dir: Path) -> Path:
    get_settings.cache_clear()
    return data_dir


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_training_leaves_a_checkpoint_with_its_card_where_the_server_finds_it(
    instance: Path, tmp_path: Path
) -> None:
    recipe = tmp_path / "toy.toml"
    recipe.write_text(RECIPE)
    ended = run("train", recipe)
    assert ended.exit_code == 0, ended.output
    folder = instance / "checkpoints" / "toy"
    assert str(folder) in ended.output
    card = library().open("toy").card
    log = [json.loads(line) for line in (folder / "training.jsonl").read_text().splitlines()]
    assert card["training"]["steps"] == 4
    assert card["training"]["training_loss"] == pytest.approx(sum(x["loss"] for x in log) / 4)
    assert card["held_out_loss"] == log[-1]["held_out_loss"]
    assert len(card["tasks"]) == 20
    assert all("not measured" in entry["limit"] for entry in card["tasks"].values())
    again = run("train", recipe)
    assert again.exit_code == 2
    assert "finished checkpoint" in again.output


def test_a_name_of_the_zoo_is_told(tmp_path: Path) -> None:
    recipe = tmp_path / "toy.toml"
    recipe.write_text(RECIPE.replace('"toy"', '"python-2l-256"'))
    ended = run("train", recipe)
    assert ended.exit_code == 0, ended.output
    assert "name of a shipped checkpoint" in ended.output


def test_a_card_is_measured_and_the_digest_stays(zoo: Path, tmp_path: Path) -> None:
    folder = tmp_path / CHECKPOINT
    shutil.copytree(zoo / CHECKPOINT, folder)
    before = load_checkpoint(folder)
    ended = run("card", folder, "--pairs", "4", "--json")
    assert ended.exit_code == 0, ended.output
    after = load_checkpoint(folder)
    assert after.digest == before.digest
    assert after.card == json.loads(ended.stdout)
    assert after.card["held_out_loss"] == 9.5, "no log says otherwise"
    measured = [entry for entry in after.card["tasks"].values() if "loss" in entry]
    losses = [entry["loss"] for entry in measured]
    assert losses == sorted(losses, reverse=True)
    assert all(x["loss_low"] <= x["loss"] <= x["loss_high"] for x in measured)
    text = (folder / "card.md").read_text()
    assert text.index("## tasks") < text.index(next(reversed(after.card["tasks"])))
    assert f"| tasks | {after.card['tasks_solved']} of 20 solved: a loss below 0.15" in text


def test_a_card_of_nothing_is_refused(tmp_path: Path) -> None:
    ended = run("card", tmp_path / "nowhere")
    assert ended.exit_code == 2
    assert "nowhere" in ended.output
