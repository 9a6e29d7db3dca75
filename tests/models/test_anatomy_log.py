"""Training curves: our log, OpenAI's, and logs that are not whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.anatomy import Curve, CurveKind, LogError, find_log, read_log
from models.anatomy.log import POINTS


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_curve_is_a_column_without_its_gaps(tmp_path: Path) -> None:
    rows = [
        {"step": 10, "loss": 3.0, "held_out_loss": None, "nonzero_fraction": 1.0},
        {"step": 20, "loss": 2.0, "held_out_loss": 2.5, "nonzero_fraction": 0.5},
        {"step": 30, "loss": float("nan"), "held_out_loss": 2.25, "nonzero_fraction": 0.5},
    ]
    log = read_log(write(tmp_path / "training.jsonl", rows))
    assert (log.file, log.lines) == ("training.jsonl", 3)
    assert log.curves == [
        Curve("loss", CurveKind.LOSS, [10, 20], [3.0, 2.0]),
        Curve("held_out_loss", CurveKind.LOSS, [20, 30], [2.5, 2.25]),
        Curve("nonzero_fraction", CurveKind.NONZERO, [10, 20, 30], [1.0, 0.5, 0.5]),
    ]


def test_columns_of_openai_are_known_and_words_are_left_out(tmp_path: Path) -> None:
    row = {"step": 0, "test_xent": 7.6, "L0": 99, "num_alive_neurons/c_fc/layer_1": 8}
    log = read_log(write(tmp_path / "progress.json", [row | {"lr": 0.1, "host": "a", "ok": True}]))
    assert {curve.name: curve.kind for curve in log.curves} == {
        "test_xent": CurveKind.LOSS,
        "L0": CurveKind.NONZERO,
        "num_alive_neurons/c_fc/layer_1": CurveKind.ALIVE,
        "lr": CurveKind.OTHER,
    }


@pytest.mark.parametrize("count", [POINTS, POINTS + 1, 5 * POINTS - 1])
def test_long_curves_are_thinned_and_keep_their_end(tmp_path: Path, count: int) -> None:
    log = read_log(write(tmp_path / "log", [{"step": i, "loss": i / 2} for i in range(count)]))
    (curve,) = log.curves
    assert log.lines == count
    assert len(curve.steps) <= POINTS < 2 * len(curve.steps) + 2
    assert curve.steps == sorted(curve.steps)
    assert (curve.steps[-1], curve.values[-1]) == (count - 1, (count - 1) / 2)


def test_a_line_that_is_being_written_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "training.jsonl"
    path.write_text('{"step": 1, "loss": 2.0}\n{"step": 2, "lo')
    assert read_log(path).lines == 1


@pytest.mark.parametrize("line", ["{", "[1]", '{"loss": 1}', '{"step": "one"}', '{"step": NaN}'])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "training.jsonl"
    path.write_text(f'{{"step": 1}}\n{line}\n{{"step": 3}}\n')
    with pytest.raises(LogError, match="line 2 of"):
        read_log(path)


def test_a_log_is_found_beside_the_checkpoint_or_where_openai_publishes_it(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "one"
    folder.mkdir(parents=True)
    assert find_log(folder) is None
    published = write(tmp_path / "train_curves" / "one" / "progress.json", [{"step": 1}])
    assert find_log(folder) == published
    for name in ("progress.json", "training.jsonl"):
        assert find_log(folder) != folder / name
        assert find_log(write(folder / name, [{"step": 1}]).parent) == folder / name
