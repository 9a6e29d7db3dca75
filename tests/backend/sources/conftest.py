"""Foreign checkpoints to bring in, and an instance to bring them into."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.settings import Settings
from models.tokenizer import Tokenizer
from tests.backend.conftest import VOCABULARY
from tests.micro_model import small_model
from tests.models import test_checkpoints_openai as openai

NAME = "csp_tiny"


def write_tinypython(home: Path, tokenizer: Tokenizer) -> None:
    """A tokenizer as OpenAI's two files."""
    home.mkdir(parents=True)
    tokenizer.save(home / "tokenizer.json")
    model = json.loads((home / "tokenizer.json").read_text(encoding="utf-8"))["model"]
    (home / "tokenizer.json").unlink()
    merges = "\n".join(" ".join(merge) for merge in model["merges"])
    (home / "vocab.bpe").write_text(f"#version: 0.2\n{merges}\n", encoding="utf-8")
    (home / "encoder.json").write_text(json.dumps(model["vocab"]), encoding="utf-8")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An instance without anything but what is shipped."""
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture(scope="session")
def mirror(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer) -> Path:
    """OpenAI's files as they lie: `models/csp_tiny/` without node means, and `tinypython/`."""
    root = tmp_path_factory.mktemp("mirror")
    model = small_model(
        vocab_size=VOCABULARY, n_ctx=96, d_model=16, n_head=2, d_head=4, d_mlp=32, positions="add"
    )
    openai.write(root / "models" / NAME, *openai.exported(model))
    write_tinypython(root / "tinypython", tokenizer)
    return root


def left_behind(settings: Settings) -> list[Path]:
    """Everything but locks that an instance's folders for checkpoints hold."""
    folders = (settings.own_checkpoints, settings.data_dir / "incoming")
    found = [path for folder in folders if folder.exists() for path in folder.rglob("*")]
    return [path for path in found if path.name != ".lock"]
