"""The native format: a folder that holds a model and all that belongs to it.

    config.json              {"format", "format_version", "model": the ModelConfig}
    weights.safetensors      the tensors, sparse ones as values and indices (`packing`)
    tokenizer.json           of the tokenizers library                                  optional
    node_means.safetensors   one vector a node site (`models.means`)                    optional
    held_out.safetensors     tokens of held-out text [windows, pos]                     optional
    training.jsonl           the training log, one JSON object a line                   optional
    card.json, card.md       where the model comes from, what it was measured to do

Nothing in it can run code. A tied unembedding is stored once, as `embedding.weight`.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors.torch import save_file
from torch import Tensor

from models.checkpoints.base import (
    CARD_FILE,
    HELD_OUT_FILE,
    NODE_MEANS_FILE,
    Checkpoint,
    CheckpointFormat,
    assemble,
    check_held_out,
    describe_validation,
    model_digest,
    read_json,
    read_tokenizer,
)
from models.checkpoints.card import RENDERED_CARD_FILE, write_card
from models.checkpoints.errors import CheckpointError
from models.checkpoints.packing import PackedTensors, write_tensors
from models.checkpoints.tensors import TIED_NAME, check_tensors, tensor_shapes
from models.config import ModelConfig
from models.means import NodeMeans
from models.sparse_linear import named_tensors
from models.tokenizer import Tokenizer
from models.transformer import SparseTransformer

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "weights.safetensors"
TOKENIZER_FILE = "tokenizer.json"
TRAINING_FILE = "training.jsonl"
OWN_FILES = frozenset(
    {
        CONFIG_FILE,
        WEIGHTS_FILE,
        TOKENIZER_FILE,
        NODE_MEANS_FILE,
        HELD_OUT_FILE,
        TRAINING_FILE,
        CARD_FILE,
        RENDERED_CARD_FILE,
    }
)
FORMAT_NAME = "circuit-explorer checkpoint"
FORMAT_VERSION = 1


def save_native(
    folder: str | Path,
    model: SparseTransformer,
    tokenizer: Tokenizer | None,
    node_means: NodeMeans | None,
    card: dict[str, Any],
    training_log: str | Path | None = None,
    held_out: Tensor | None = None,
) -> str:
    """Write a checkpoint folder in one step: a reader sees the old one or the new, never a mix.

    An existing folder is replaced. Of its files, those of this format go (means of the old
    weights must not outlive them); all others are carried over.

    Args:
        folder: where to; its parents are made.
        model: whose weights are written.
        tokenizer: None for a model without one.
        node_means: None if not computed.
        card: JSON-ready facts about the model.
        training_log: a JSON-lines file that is copied; it may lie in the folder already.
        held_out: [windows, pos] tokens of held-out text, for resampled ablation.

    Returns:
        The model's digest.

    Raises:
        CheckpointError: the tokenizer, the node means or the held-out tokens do not fit the
            model, or the folder cannot be written.
    """
    _check_parts(model, tokenizer, node_means, held_out)
    folder = Path(folder).expanduser().resolve()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent
        ) as room:
            new = Path(room) / "new"
            new.mkdir()
            _write_parts(new, model, tokenizer, node_means)
            if held_out is not None:
                save_file({"tokens": held_out.to(torch.int32).contiguous()}, new / HELD_OUT_FILE)
            write_card(new, card, folder.name)
            if training_log is not None:
                _add_log(Path(training_log), new, folder)
            _carry_over(folder, new)
            _swap(new, folder, Path(room) / "old")
    except OSError as error:
        raise CheckpointError(
            f"cannot write the checkpoint folder {folder} ({error}); choose a folder that can be "
            "written"
        ) from error
    return model_digest(model)


def _check_parts(
    model: SparseTransformer,
    tokenizer: Tokenizer | None,
    node_means: NodeMeans | None,
    held_out: Tensor | None,
) -> None:
    if tokenizer is not None and tokenizer.vocab_size > model.config.vocab_size:
        raise CheckpointError(
            f"the tokenizer has {tokenizer.vocab_size} tokens, the model only "
            f"{model.config.vocab_size}; save the tokenizer that the model was trained with"
        )
    if node_means is not None:
        try:
            node_means.check(model.config)
        except ValueError as error:
            raise CheckpointError(str(error)) from error
    if held_out is not None:
        check_held_out(held_out, model.config)


def _write_parts(
    folder: Path,
    model: SparseTransformer,
    tokenizer: Tokenizer | None,
    node_means: NodeMeans | None,
) -> None:
    settings = {
        "format": FORMAT_NAME,
        "format_version": FORMAT_VERSION,
        "model": model.config.model_dump(mode="json"),
    }
    _write_json(folder / CONFIG_FILE, settings)
    tied = {TIED_NAME} if model.config.tied_embedding else set()
    tensors = ((name, tensor) for name, tensor in named_tensors(model) if name not in tied)
    write_tensors(folder / WEIGHTS_FILE, tensors)
    if tokenizer is not None:
        tokenizer.save(folder / TOKENIZER_FILE)
    if node_means is not None:
        node_means.save(folder / NODE_MEANS_FILE)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _add_log(log: Path, new: Path, folder: Path) -> None:
    """Copy a training log; one that lies in the folder already stays the very same file."""
    if log.resolve() == folder / TRAINING_FILE:
        _link_or_copy(log, new / TRAINING_FILE)
    else:
        shutil.copy2(log, new / TRAINING_FILE)


def _link_or_copy(source: str | Path, target: str | Path) -> None:
    """A hard link where the file system allows it, so that who has the file open writes on."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _carry_over(old: Path, new: Path) -> None:
    if not old.is_dir():
        return
    for entry in old.iterdir():
        if entry.name in OWN_FILES:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, new / entry.name, symlinks=True, copy_function=_link_or_copy)
        else:
            shutil.copy2(entry, new / entry.name, follow_symlinks=False)


def _swap(new: Path, folder: Path, old: Path) -> None:
    if not folder.exists():
        new.rename(folder)
        return
    folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        old.rename(folder)
        raise


def _read(folder: Path, _: Sequence[Path]) -> Checkpoint:
    config = _read_config(folder / CONFIG_FILE)
    weights = folder / WEIGHTS_FILE
    with PackedTensors(weights) as tensors:
        expected = tensor_shapes(config, available=len(tensors))
        tensors.check(expected)
        check_tensors(weights, tensors, expected)
        return _assemble(folder, config, tensors)


def _assemble(folder: Path, config: ModelConfig, tensors: Mapping[str, Tensor]) -> Checkpoint:
    tokenizer = None
    if (folder / TOKENIZER_FILE).exists():
        tokenizer = read_tokenizer(lambda: Tokenizer.load(folder / TOKENIZER_FILE))
    card = read_json(folder / CARD_FILE) if (folder / CARD_FILE).exists() else {}
    return assemble(folder, NATIVE.name, config, tensors, tokenizer, card)


def _read_config(path: Path) -> ModelConfig:
    settings = read_json(path)
    kind, version = settings.get("format"), settings.get("format_version")
    if kind != FORMAT_NAME or version != FORMAT_VERSION:
        raise CheckpointError(
            f"{path} has format {kind!r} in version {version!r}, this program reads "
            f"{FORMAT_NAME!r} in version {FORMAT_VERSION}; update the program, or train the "
            "model again"
        )
    try:
        return ModelConfig.model_validate(settings.get("model"))
    except ValidationError as error:
        raise CheckpointError(
            f"the model of {path} cannot be: {describe_validation(error)}; correct the named values"
        ) from error


NATIVE = CheckpointFormat("native", (CONFIG_FILE, WEIGHTS_FILE), _read)
