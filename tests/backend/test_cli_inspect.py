"""`circuit-explorer inspect` and `checkpoints`: every format, and what cannot be opened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import Result
from typer.testing import CliRunner

from backend.cli import app
from backend.settings import get_settings
from models.checkpoints import save_native
from tests.backend.conftest import CHECKPOINT
from tests.micro_model import small_model
from tests.models import test_checkpoints_openai as openai
from tests.models import test_checkpoints_sparse_pretrain as sparse_pretrain


@pytest.fixture(autouse=True)
def instance(zoo: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance that knows the small checkpoint beside those that a test puts in."""
    mine = data_dir / "mine"
    mine.mkdir(parents=True)
    monkeypatch.setenv("CIRCUIT_EXPLORER_CHECKPOINT_DIRS", f"{zoo}:{mine}")
    monkeypatch.setenv("CIRCUIT_EXPLORER_TOKENIZER_DIRS", str(data_dir / "words"))
    get_settings.cache_clear()
    return mine


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def facts_of(*arguments: object) -> dict[str, Any]:
    result = run("inspect", *arguments, "--json")
    content: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (0 if content["opened"] else 1), result.stderr
    return content


def theirs(folder: Path) -> Path:
    return openai.write(folder, *openai.exported(small_model(positions="add")))


def pretrained(folder: Path) -> Path:
    model = sparse_pretrain.without_logit_bias(attention_sink=True)
    return sparse_pretrain.write(folder, *sparse_pretrain.exported(model))


def test_every_format_is_described_in_full(instance: Path) -> None:
    save_native(instance / "ours", small_model(), None, None, {})
    theirs(instance / "csp")
    pretrained(instance / "pretrained")
    for name, kind in (("ours", "native"), ("csp", "openai"), ("pretrained", "sparse_pretrain")):
        by_name, by_path = facts_of(name), facts_of(instance / name)
        assert by_name.pop("opening")["held_bytes"] == by_path.pop("opening")["held_bytes"] > 0
        assert by_name == by_path
        assert (by_name["format"], by_name["error"], by_name["warnings"]) == (kind, None, [])
        assert by_name["config"]["d_model"] == 8
        assert by_name["matrices"]["blocks.1.mlp.down.weight"] > 0
        assert len(by_name["sites"]) == 16
        assert by_name["node_means"] is None
        shown = run("inspect", name)
        assert shown.exit_code == 0
        for words in (kind, by_name["digest"][:40], "mlp.post_act", "attn.qkv.weight", "in 0."):
            assert words in shown.stdout
    assert "tinypython_2k, not found" in run("inspect", "csp").stdout


def test_tokenizer_and_node_means_are_told(instance: Path) -> None:
    facts = facts_of(CHECKPOINT)
    assert facts["tokenizer"] == {"name": None, "kind": "BPE", "vocab_size": 400}
    assert facts["node_means"]["tokens"] == 512
    shown = run("inspect", CHECKPOINT).stdout
    assert "BPE of 400 tokens for 400" in shown
    assert "over 512 tokens" in shown


def test_a_tokenizer_in_a_folder_of_the_settings(instance: Path, data_dir: Path) -> None:
    folder = openai.write(
        instance / "csp", *openai.exported(small_model(positions="add", vocab_size=258))
    )
    assert facts_of("csp")["tokenizer"] == {
        "name": "tinypython_2k",
        "kind": None,
        "vocab_size": None,
    }
    listed = json.loads(run("checkpoints", "--json").stdout)["checkpoints"]
    assert {each["name"]: each["has_tokenizer"] for each in listed}["csp"] is False
    (data_dir / "words").mkdir()
    openai.write_tokenizer(data_dir / "words" / "tinypython")
    assert facts_of(folder)["tokenizer"]["vocab_size"] == 258
    listed = json.loads(run("checkpoints", "--json").stdout)["checkpoints"]
    assert {each["name"]: each["has_tokenizer"] for each in listed}["csp"] is True


def test_what_cannot_be_opened_says_why(instance: Path) -> None:
    folder = pretrained(instance / "broken")
    tensors = sparse_pretrain.tensors_of(folder)
    tensors["wte.weight"][2, 3] = torch.nan
    torch.save(tensors, folder / "pytorch_model.bin")
    for named in ("broken", folder):
        facts = facts_of(named)
        assert (facts["opened"], facts["format"]) == (False, "sparse_pretrain")
        assert (
            "wte.weight has 1 NaN or infinite of 184, the first is nan at [2, 3]" in facts["error"]
        )
        shown = run("inspect", named)
        assert shown.exit_code == 1
        assert shown.stdout == ""
        assert "recognised as sparse_pretrain, but" in shown.stderr
        assert "wte.weight has 1 NaN" in shown.stderr
    listed = run("checkpoints")
    assert listed.exit_code == 0
    assert "broken cannot be opened" in listed.stderr


def test_a_folder_of_no_known_format(instance: Path) -> None:
    (instance / "other").mkdir()
    (instance / "other" / "model.safetensors").write_bytes(b"")
    facts = facts_of(instance / "other")
    assert facts["format"] is None
    assert "sparse_pretrain: config.json and pytorch_model.bin" in facts["error"]


def test_warnings_are_told(instance: Path) -> None:
    folder = pretrained(instance / "odd")
    sparse_pretrain.resave(folder, "model_config", rotary=True)
    assert "settings rotary are unknown" in facts_of("odd")["warnings"][0]
    shown = run("inspect", "odd")
    assert shown.exit_code == 0
    assert "warning: " in shown.stderr


def test_checkpoints_lists_every_format(instance: Path) -> None:
    pretrained(instance / "pretrained")
    theirs(instance / "csp")
    listed = json.loads(run("checkpoints", "--json").stdout)
    kinds = {each["name"]: each["format"] for each in listed["checkpoints"]}
    assert kinds[CHECKPOINT] == "native"
    assert (kinds["csp"], kinds["pretrained"]) == ("openai", "sparse_pretrain")
    assert listed["broken"] == []
    shown = [line.split() for line in run("checkpoints").stdout.splitlines()]
    assert ["pretrained", "sparse_pretrain", "2", "8"] in [line[:4] for line in shown]
    assert ["9.500", "tokenizer", "means"] in [line[-3:] for line in shown]
