"""The tokenizer of a foreign checkpoint: brought in its folder, or named and found elsewhere.

Looked for in this order, the first found is taken:

    the checkpoint's folder, and tokenizer/ in it
    the folder of the tokenizer's name, in the checkpoint's folder and beside it
    the folder of that name in each folder of the settings

The name may hold an owner (`owner/name`, as on the Hugging Face hub); a folder of the bare name
will do too. Every version of tinypython (`tinypython_2k`) may lie in `tinypython/`. In the folder:

    tokenizer.json                 of the tokenizers library, with or without tokenizer_config.json
    encoder.json and vocab.bpe     tinypython
    vocab.json and merges.txt      GPT-2
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from models.checkpoints.base import read_json, read_tokenizer
from models.checkpoints.errors import CheckpointError
from models.tokenizer import GPT2_PATTERN, SPLIT_PATTERN, Tokenizer

PADDING = 128
"""Rows that a model may have beyond its tokens: embeddings are padded to a round size."""
_CONFIG_FILE = "tokenizer_config.json"
_LIBRARY_FILE = "tokenizer.json"
_TINYPYTHON_FILES = ("encoder.json", "vocab.bpe")
_GPT2_FILES = ("vocab.json", "merges.txt")
_FILES = (_CONFIG_FILE, _LIBRARY_FILE, *_TINYPYTHON_FILES, *_GPT2_FILES)
_UNREADABLE = ("vocab.txt", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model")


def find_tokenizer(
    folder: Path, name: str | None, others: Sequence[Path], vocab_size: int
) -> Tokenizer | None:
    """The tokenizer of a checkpoint, or None if none is found.

    Args:
        folder: the checkpoint's.
        name: as its configuration has it.
        others: folders whose subfolders are tokenizers.
        vocab_size: of the model.

    Raises:
        CheckpointError: a tokenizer is damaged, or has too few tokens to be this model's.
    """
    for home in _homes(folder, name, others):
        tokenizer = _read(home)
        if tokenizer is None:
            continue
        if tokenizer.vocab_size <= vocab_size - PADDING:
            raise CheckpointError(
                f"the tokenizer in {home} has {tokenizer.vocab_size} tokens, the model "
                f"{vocab_size}: a model is padded by fewer than {PADDING} rows; put the tokenizer "
                f"that the model was trained with{f' ({name})' if name else ''} there, or take "
                "this one away"
            )
        return tokenizer
    return None


def tokenizer_files(folder: Path, others: Sequence[Path]) -> list[Path]:
    """The files that `find_tokenizer` might read, whatever the tokenizer's name.

    Args:
        folder: a checkpoint's.
        others: folders whose subfolders are tokenizers.
    """
    patterns = [f"{depth}{file}" for depth in ("", "*/", "*/*/") for file in _FILES]
    found = [path for parent in others for pattern in patterns for path in parent.glob(pattern)]
    found += [path for file in _FILES for path in folder.glob(f"*/{file}")]
    found += [path for file in _FILES for path in folder.parent.glob(f"tinypython*/{file}")]
    return [path for path in found if path.is_file()]


def _homes(folder: Path, name: str | None, others: Sequence[Path]) -> Iterator[Path]:
    yield folder
    yield folder / "tokenizer"
    if name is None:
        return
    bare = name.rpartition("/")[2]
    names = [bare, *(["tinypython"] if name.startswith("tinypython") else [])]
    for parent in (folder, folder.parent):
        yield from (parent / each for each in names)
    for parent in others:
        yield from (parent / each for each in (name, *names))


def _read(home: Path) -> Tokenizer | None:
    def have(*files: str) -> bool:
        return all((home / file).is_file() for file in files)

    settings = read_json(home / _CONFIG_FILE) if have(_CONFIG_FILE) else {}
    end_of_text = _end_of_text(settings)
    if have(_LIBRARY_FILE):
        return read_tokenizer(lambda: Tokenizer.load(home / _LIBRARY_FILE, end_of_text))
    for files, pattern in ((_TINYPYTHON_FILES, SPLIT_PATTERN), (_GPT2_FILES, GPT2_PATTERN)):
        if have(*files):
            encoder, merges = (home / file for file in files)
            return read_tokenizer(partial(Tokenizer.from_gpt2_files, encoder, merges, pattern))
    unread = [file for file in (*_UNREADABLE, _CONFIG_FILE) if have(file)]
    if unread:
        warnings.warn(
            f"{home} has {', '.join(unread)} but no tokenizer.json, which alone this program reads "
            "of a Hugging Face tokenizer: the checkpoint is opened without one; write it with "
            "AutoTokenizer.from_pretrained(folder).save_pretrained(folder)",
            stacklevel=2,
        )
    return None


def _end_of_text(settings: dict[str, Any]) -> str | None:
    """The end of text in a `tokenizer_config.json`: a text, or an object with the text in it."""
    token = settings.get("eos_token")
    if isinstance(token, dict):
        token = token.get("content")
    if token is None or isinstance(token, str):
        return token
    raise CheckpointError(
        f"{_CONFIG_FILE} has eos_token {json.dumps(token)}, expected a text; correct it"
    )
