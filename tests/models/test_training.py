"""Sparse training: the schedules in closed form, the projection, and runs that are cut off."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from models import load_checkpoint
from models.packing import bigram_logits, consecutive_windows, pack, windows
from models.recipe import Recipe, RecipeError
from models.sparsity import (
    annealed_fraction,
    nonzero_fraction,
    project,
    sharkfin,
    sparse_parameters,
)
from models.tokenizer import Tokenizer
from models.training import TrainingProgress, train
from models.training.optimizer import rms_factor
from tests.micro_model import small_model


def recipe(**changes: Any) -> Recipe:
    data: dict[str, Any] = {
        "name": "toy",
        "vocab_size": 300,
        "corpus": {"generated_documents": 120, "generated_fraction": 1.0},
        "model": {
            "n_ctx": 16,
            "n_layer": 1,
            "d_model": 12,
            "n_head": 2,
            "d_head": 4,
            "d_mlp": 24,
            "abs_topk_fraction": 0.25,
            "attention_sink": True,
            "bigram_table": True,
        },
        "sparsity": {"nonzero_fraction": 0.1},
        "optimizer": {"learning_rate": 0.01},
        "run": {
            "steps": 12,
            "batch": 4,
            "held_out_windows": 4,
            "means_windows": 8,
            "log_every": 2,
            "evaluate_every": 6,
            "save_every": 4,
        },
    }
    return Recipe.model_validate(data | changes)


def test_the_fraction_falls_linearly_then_stays() -> None:
    fractions = [annealed_fraction(step, 100, 0.02, 0.5) for step in (0, 25, 50, 100)]
    assert fractions == pytest.approx([1.0, 0.51, 0.02, 0.02])


def test_the_sharkfin_rises_decays_and_grows_with_sparsity() -> None:
    assert sharkfin(0, 100, 0.1, 1.0) == pytest.approx(0.1)
    assert sharkfin(50, 100, 0.1, 1.0) == pytest.approx(0.5)
    assert sharkfin(50, 100, 0.1, 0.04) == pytest.approx(2.5)


def test_projection_keeps_the_largest_of_every_matrix_and_bias() -> None:
    model = small_model(nonzero=1.0)
    before = {name: p.detach().clone() for name, p in sparse_parameters(model)}
    project(model, 0.1)
    for name, after in sparse_parameters(model):
        count = max(1, int(0.1 * after.numel()))
        assert int(after.count_nonzero()) == count, name
        largest = before[name].flatten().abs().topk(count).indices
        torch.testing.assert_close(after.flatten()[largest], before[name].flatten()[largest])
    assert model.blocks[0].mlp_read.norm.weight.count_nonzero() == 8, "norms stay dense"


def test_a_minimum_a_neuron_is_kept() -> None:
    model = small_model(nonzero=1.0)
    project(model, 0.02, min_per_neuron=2)
    up = model.blocks[0].mlp.up.weight
    assert int((up != 0).sum(0).min()) >= 2
    assert int((up != 0).sum(1).min()) >= 2


def test_clipping_bounds_the_root_mean_square_of_all_gradients() -> None:
    gradients = [torch.full((5, 3), 3.0), torch.full((7,), -3.0)]
    assert rms_factor(gradients, 0.5) == pytest.approx(0.5 / 3)
    assert rms_factor(gradients, 4.0) == 1.0


def test_packing_puts_an_end_of_text_before_each_document() -> None:
    tokenizer = Tokenizer.train(["def f(x):\n    return x\n"] * 9, 270)
    row = pack(["x", "return"], tokenizer)
    x, word = tokenizer.encode("x"), tokenizer.encode("return")
    assert row.tolist() == [tokenizer.end_of_text, *x, tokenizer.end_of_text, *word]


def test_windows_depend_on_seed_and_step_alone() -> None:
    row = pack(["abcdefghij"], Tokenizer.train(["abc"], 258))
    assert torch.equal(windows(row, 4, 3, 1, 7), windows(row, 4, 3, 1, 7))
    assert not torch.equal(windows(row, 4, 8, 1, 7), windows(row, 4, 8, 1, 8))
    rows = torch.cat(list(consecutive_windows(row, 4, 2)))
    assert rows.flatten().tolist() == row[: len(rows) * 4].tolist()
    with pytest.raises(ValueError, match="no window of 99"):
        windows(row, 99, 1, 0, 0)


def test_the_bigram_table_is_the_log_of_smoothed_counts() -> None:
    row = np.array([0, 1, 0, 1, 2], dtype=np.uint16)
    table = bigram_logits(row, 3, smoothing=0.5)
    expected = [[0, math.log(1 + 2 / 0.5), 0], [math.log(3), 0, math.log(3)], [0, 0, 0]]
    torch.testing.assert_close(table, torch.tensor(expected))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(recipe(), tmp_path_factory.mktemp("runs") / "toy")


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "weights.safetensors")


def same_weights(a: Path, b: Path) -> bool:
    left, right = weights(a), weights(b)
    return left.keys() == right.keys() and all(torch.equal(left[k], right[k]) for k in left)


def test_a_run_leaves_a_whole_checkpoint(trained: Path) -> None:
    checkpoint = load_checkpoint(trained)
    assert nonzero_fraction(checkpoint.model) <= 0.1 + 0.01  # at least one a bias
    assert checkpoint.node_means is not None
    assert checkpoint.held_out is not None
    assert checkpoint.card["recipe"]["name"] == "toy"
    assert not (trained / "work").exists()
    log = [json.loads(line) for line in (trained / "training.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == [2, 4, 6, 8, 10, 12]
    assert checkpoint.card["held_out_loss"] == pytest.approx(log[-1]["held_out_loss"], rel=1e-5)


def test_the_same_recipe_gives_the_same_weights(trained: Path, tmp_path: Path) -> None:
    assert same_weights(train(recipe(), tmp_path / "again"), trained)


class Killed(Exception):  # noqa: N818 - an event
    """Stands for the end of the process."""


def test_a_killed_run_goes_on_as_if_never_stopped(trained: Path, tmp_path: Path) -> None:
    def kill(progress: TrainingProgress) -> None:
        if progress.step == 10:  # past the state saved at step 8
            raise Killed

    out = tmp_path / "killed"
    with pytest.raises(Killed):
        train(recipe(), out, kill)
    with (out / "training.jsonl").open("a") as log_file:
        log_file.write('{"step": 11, "lo')  # a line cut off
    steps: list[int] = []
    train(recipe(), out, lambda progress: steps.append(progress.step))
    assert steps == [10, 12]
    assert same_weights(out, trained)
    log = [json.loads(line) for line in (out / "training.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == [2, 4, 6, 8, 10, 12]


def test_folders_of_other_runs_are_left_alone(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(FileExistsError, match="finished checkpoint"):
        train(recipe(), trained)
    other = tmp_path / "other"
    (other / "work").mkdir(parents=True)
    (other / "work" / "recipe.json").write_text(recipe(seed=5).model_dump_json())
    with pytest.raises(FileExistsError, match="another recipe"):
        train(recipe(), other)
    shutil.rmtree(other)


def test_recipes_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    with pytest.raises(RecipeError, match="No such file"):
        Recipe.load(path)
    path.write_text("name = ")
    with pytest.raises(RecipeError, match="no TOML"):
        Recipe.load(path)
    path.write_text('name = "x"\nspeed = 3\n[sparsity]\nnonzero_fraction = 2.0\n')
    with pytest.raises(RecipeError, match=r"sparsity\.nonzero_fraction.*less than or equal to 1"):
        Recipe.load(path)
    with pytest.raises(ValueError, match=r"leave model\.vocab_size out"):
        recipe(vocab_size=400, model={**recipe().model.model_dump(), "vocab_size": 500})


@pytest.mark.parametrize(
    "path", sorted(Path("models/recipes").glob("*.toml")), ids=lambda p: p.stem
)
def test_shipped_recipes_load(path: Path) -> None:
    assert Recipe.load(path).name == path.stem
