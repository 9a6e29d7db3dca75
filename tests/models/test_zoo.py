"""Shipped checkpoints: two axes and their dense counterparts, each reproducible by a recipe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.recipe import Recipe

ZOO = Path(__file__).parents[2] / "models" / "zoo"
RECIPES = ZOO.parent / "recipes"
NAMES = sorted(folder.name for folder in ZOO.iterdir() if folder.is_dir())
MEGABYTES = 40
EQUAL_LOSS = 0.02


def card(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ZOO / name / "card.json").read_text())
    return found


def sparse() -> dict[str, dict[str, Any]]:
    return {name: card(name) for name in NAMES if card(name)["sizes"]["nonzero_fraction"] < 1}


def dense() -> dict[str, dict[str, Any]]:
    return {name: card(name) for name in NAMES if name not in sparse()}


@pytest.mark.parametrize("name", NAMES)
def test_each_comes_of_its_recipe(name: str) -> None:
    recipe = Recipe.load(RECIPES / f"{name}.toml")
    assert card(name)["recipe"] == recipe.model_dump(mode="json")


@pytest.mark.parametrize("name", NAMES)
def test_each_card_says_what_its_log_says(name: str) -> None:
    lines = (ZOO / name / "training.jsonl").read_text().splitlines()
    last, found = json.loads(lines[-1]), card(name)
    assert last["step"] == last["steps"] == found["recipe"]["run"]["steps"]
    assert found["held_out_loss"] == pytest.approx(last["held_out_loss"], abs=1e-4)
    assert found["sizes"]["nonzero_fraction"] == pytest.approx(last["nonzero_fraction"])
    assert f"{last['held_out_loss']:.4f}" in (ZOO / name / "card.md").read_text()


def test_sparse_ones_lie_along_two_axes() -> None:
    sizes = {
        name: (each["recipe"]["model"]["d_model"], each["sizes"]["nonzero"])
        for name, each in sparse().items()
    }
    assert len(sizes) >= 4
    widths = {width for width, _ in sizes.values()}
    assert any(len({n for w, n in sizes.values() if w == width}) >= 3 for width in widths)
    wide, narrow = sizes["python-2l-256"], sizes["python-2l-128"]
    assert wide[0] == 2 * narrow[0]
    assert wide[1] == pytest.approx(narrow[1], rel=0.03)
    assert min(each["sizes"]["nonzero_fraction"] for each in sparse().values()) <= 1 / 200


def test_a_dense_one_is_as_good_as_a_sparse_one() -> None:
    assert len(dense()) >= 2
    assert any(
        abs(one["held_out_loss"] - other["held_out_loss"]) <= EQUAL_LOSS * other["held_out_loss"]
        for one in dense().values()
        for other in sparse().values()
    )


def test_together_they_are_small() -> None:
    size = sum(path.stat().st_size for path in ZOO.rglob("*") if path.is_file())
    assert size < MEGABYTES * 1e6
