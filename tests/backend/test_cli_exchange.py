"""`circuit-explorer export` in every form, and `import` of OpenAI's circuits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend import exports
from backend.circuits.circuit import Circuit
from backend.circuits.exchange import tables
from backend.cli import circuits
from models.checkpoints import Checkpoint
from tests.backend.circuits.exchange.made_viz_data import save_viz_data
from tests.backend.conftest import CHECKPOINT, TASK
from tests.backend.test_cli import instance, output, run, stored

__all__ = ["instance", "stored"]


def test_the_forms_are_those_of_the_api() -> None:
    assert [*circuits.ExportFormat] == [*exports.ExportFormat]
    assert [*circuits.TableName] == [*tables.TableName]


def test_a_table_an_attribution_graph_and_a_page(stored: Circuit, tmp_path: Path) -> None:
    edges = run("export", stored.slug, "--format", "csv", "--table", "edges").stdout
    assert edges.startswith("source,target,weight,kept")
    graph = output("export", stored.slug, "--format", "attribution", "--prompt", "x = 'a")
    assert graph["metadata"]["prompt"] == "x = 'a"
    page = tmp_path / "circuit.html"
    assert run("export", stored.slug, "--format", "html", "--out", page).exit_code == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_viz_data_is_brought_in(tmp_path: Path, checkpoint: Checkpoint) -> None:
    kept = {"0.mlp.act_in": [0, 1], "0.mlp.post_act": [3]}
    file = save_viz_data(tmp_path / "viz_data.pt", checkpoint.config, kept)
    result = run("import", file, "--task", TASK, "--checkpoint", CHECKPOINT)
    assert result.exit_code == 0, result.stderr
    document = output("export", result.stdout.strip())
    assert document["nodes"] == ["0.mlp.act_in.0", "0.mlp.act_in.1", "0.mlp.post_act.3"]
    assert document["stored_losses"]["whole_model"] == pytest.approx(0.2)


def test_viz_data_without_a_task(tmp_path: Path, checkpoint: Checkpoint) -> None:
    file = save_viz_data(tmp_path / "viz_data.pt", checkpoint.config, {"0.attn.q": [0]})
    result = run("import", file)
    assert result.exit_code == 2
    assert "--task" in result.stderr
    assert json.loads(run("circuits", "--json").stdout) == []
