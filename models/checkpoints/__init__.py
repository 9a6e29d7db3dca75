"""Open checkpoints of any known format through one door, `load_checkpoint`.

A further format is one module with a `CheckpointFormat`, listed in `FORMATS` here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from models.checkpoints.base import Checkpoint, CheckpointFormat, model_digest
from models.checkpoints.errors import CheckpointError
from models.checkpoints.native import NATIVE, save_native
from models.checkpoints.openai import OPENAI
from models.checkpoints.sparse_pretrain import SPARSE_PRETRAIN
from models.checkpoints.summary import describe, nonzero_fractions
from models.checkpoints.tokenizers import tokenizer_files

__all__ = [
    "FORMATS",
    "Checkpoint",
    "CheckpointError",
    "describe",
    "format_of",
    "is_checkpoint",
    "load_checkpoint",
    "model_digest",
    "nonzero_fractions",
    "save_native",
    "tokenizer_files",
]

FORMATS: tuple[CheckpointFormat, ...] = (NATIVE, OPENAI, SPARSE_PRETRAIN)


def load_checkpoint(path: str | Path, tokenizer_dirs: Sequence[Path] = ()) -> Checkpoint:
    """Open a checkpoint; its format is recognised by the files in its folder.

    Args:
        path: the folder, or a file in it.
        tokenizer_dirs: folders whose subfolders are tokenizers, for checkpoints that name theirs
            and do not bring it.

    Raises:
        CheckpointError: there is no such folder, it is of no known format, or what it holds is
            damaged or contradicts itself; the message says what was looked for and found.
    """
    folder = _folder(path)
    if not folder.is_dir():
        raise CheckpointError(f"no checkpoint folder at {folder}; give a folder or a file in one")
    kind = _recognise(folder)
    if kind is None:
        raise CheckpointError(_unrecognised(folder))
    return kind.read(folder, tokenizer_dirs)


def is_checkpoint(folder: str | Path) -> bool:
    """Whether a folder holds the files of a known format; nothing is opened."""
    return _recognise(Path(folder)) is not None


def format_of(path: str | Path) -> str | None:
    """The name of the format whose files a folder holds, or None; nothing is opened.

    Args:
        path: the folder, or a file in it.
    """
    kind = _recognise(_folder(path))
    return None if kind is None else kind.name


def _folder(path: str | Path) -> Path:
    folder = Path(os.path.abspath(Path(path).expanduser()))
    return folder.parent if folder.is_file() else folder


def _recognise(folder: Path) -> CheckpointFormat | None:
    for kind in FORMATS:
        if all((folder / name).is_file() for name in kind.files):
            return kind
    return None


def _unrecognised(folder: Path) -> str:
    wanted = "; ".join(f"{kind.name}: {' and '.join(kind.files)}" for kind in FORMATS)
    names = sorted(entry.name for entry in folder.iterdir())
    listed = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return (
        f"{folder} is no checkpoint of a known format. Looked for {wanted}; found "
        f"{listed or 'an empty folder'}. Give the folder that holds the files of one format."
    )
