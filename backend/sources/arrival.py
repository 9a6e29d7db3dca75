"""The checkpoint in what came: found, named, opened, given its tokenizer, moved to its place."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.errors import ConflictError, InvalidRequestError
from backend.library import CheckpointLibrary
from backend.settings import Settings
from backend.sources.archives import unpack
from backend.sources.hub import PREFIX, HubSource
from backend.sources.staging import settle, staging
from models.checkpoints import (
    FORMATS,
    Checkpoint,
    CheckpointError,
    is_checkpoint,
    load_checkpoint,
    tokenizer_files,
)
from models.checkpoints.tokenizers import find_tokenizer

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
ARCHIVE_ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")
DEEPEST = 4
"""Folders above the checkpoint's where its tokenizer may lie, inside what came."""


@dataclass(frozen=True)
class Added:
    """A checkpoint that was added.

    Attributes:
        name: it goes by here.
        path: its folder in the data folder.
        checkpoint: as it was opened before it was moved there.
    """

    name: str
    path: Path
    checkpoint: Checkpoint


def add_checkpoint(settings: Settings, source: str, name: str | None = None) -> Added:
    """Adds a checkpoint to those of the data folder.

    Args:
        settings: of the instance.
        source: a folder, an archive, or `hf:OWNER/REPO[@REVISION]`.
        name: it is to go by; None takes its folder's, the archive's or the repository's.

    Raises:
        InvalidRequestError: there is no such source, it holds no checkpoint, several or one that
            cannot be opened, or the name will not do.
        ConflictError: the name is taken.
        StoreError: the data folder cannot be written.
    """
    if source.startswith(PREFIX):
        hub = HubSource.parse(source)
        _check_name(settings, name)
        return _add_folder(settings, hub.fetch(), hub.repo.partition("/")[2], source, name, ())
    path = Path(source).expanduser().absolute()
    if path.is_file():
        return add_archive(settings, path, path.name, name)
    if not path.is_dir():
        raise InvalidRequestError(
            f"There is no folder and no file {source!r}.",
            remedy="Give a checkpoint's folder, an archive, or hf:OWNER/REPO.",
        )
    # A mirror of OpenAI's has models/NAME beside tinypython.
    above = (path.parent, path.parent.parent)
    return _add_folder(settings, path, path.name, source, name, above)


def add_archive(settings: Settings, archive: Path, filename: str, name: str | None = None) -> Added:
    """Adds the checkpoint in an archive to those of the data folder.

    Args:
        settings: of the instance; limit what is unpacked.
        archive: .zip, .tar or .tar.gz.
        filename: the archive's name where it came from.
        name: as for `add_checkpoint`.

    Raises:
        InvalidRequestError, ConflictError, StoreError: as for `add_checkpoint`; the archive is
            refused, see `unpack`.
    """
    _check_name(settings, name)
    with staging(settings.data_dir) as stage:
        content = stage / "unpacked"
        content.mkdir()
        unpack(archive, content, settings.unpacked_limit, filename)
        found = _only_checkpoint(content, filename)
        chosen = _chosen_name(settings, name, _stem(filename) if found == content else found.name)
        folder = _place(stage, chosen)
        found.rename(folder)
        above = [] if found == content else _folders_above(found, content)
        return _finish(settings, folder, above, filename)


def check_offer(settings: Settings, filename: str, size: int, name: str | None) -> None:
    """Checks what can be known of an archive before it is sent.

    Raises:
        InvalidRequestError: it is no archive by its name, too large, or the name will not do.
        ConflictError: the name wanted for it is taken.
    """
    if not filename.lower().endswith(ARCHIVE_ENDINGS):
        raise InvalidRequestError(
            f"{filename!r} is no archive by its name: {', '.join(ARCHIVE_ENDINGS)} are taken.",
            remedy="Put the checkpoint's folder into an archive and send that.",
        )
    if size > settings.upload_limit:
        raise InvalidRequestError(
            f"{filename!r} has {size:,} bytes; at most {settings.upload_limit:,} are taken.",
            remedy="Add it on the server's machine with 'circuit-explorer add', or raise "
            "CIRCUIT_EXPLORER_UPLOAD_LIMIT.",
        )
    _check_name(settings, name)


def _add_folder(
    settings: Settings,
    path: Path,
    own_name: str,
    source: str,
    name: str | None,
    above: Sequence[Path],
) -> Added:
    _check_name(settings, name)
    found = _only_checkpoint(path, source)
    chosen = _chosen_name(settings, name, own_name if found == path else found.name)
    inside = [] if found == path else _folders_above(found, path)
    with staging(settings.data_dir) as stage:
        folder = _place(stage, chosen)
        _copy_checkpoint(found, folder)
        return _finish(settings, folder, [*inside, *above], source)


def _finish(settings: Settings, folder: Path, tokenizers: Sequence[Path], source: str) -> Added:
    """Opens a staged checkpoint, puts its tokenizer beside it and moves it to its place."""
    known = settings.tokenizer_search_path
    try:
        checkpoint = load_checkpoint(folder, (*tokenizers, *known))
        tokenizer = checkpoint.tokenizer
        vocabulary, named = checkpoint.config.vocab_size, checkpoint.tokenizer_name
        if tokenizer and find_tokenizer(folder, named, known, vocabulary) is None:
            tokenizer.save(folder / "tokenizer.json")
            end = {"eos_token": tokenizer.token_text(tokenizer.end_of_text)}
            (folder / "tokenizer_config.json").write_text(json.dumps(end), encoding="utf-8")
    except CheckpointError as error:
        raise InvalidRequestError(
            f"The checkpoint in {source!r} cannot be opened: "
            f"{str(error).replace(f'{folder}{os.sep}', '').replace(str(folder), folder.name)}",
            remedy="Correct it there and add it again; nothing of it was kept.",
        ) from error
    target = settings.own_checkpoints / folder.name
    settle(folder, target)
    return Added(folder.name, target, checkpoint)


def _only_checkpoint(folder: Path, source: str) -> Path:
    """The one folder, `folder` itself or one below it, that holds the files of a known format."""
    if is_checkpoint(folder):
        return folder
    below = sorted(path for path in folder.rglob("*") if path.is_dir())
    found = [path for path in below if is_checkpoint(path)]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(str(path.relative_to(folder)) for path in found[:10])
        raise InvalidRequestError(
            f"{source!r} holds {len(found)} checkpoints: {listed}.",
            remedy="Add one at a time: give its own folder, or an archive of that alone.",
        )
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    listed = ", ".join(str(path.relative_to(folder)) for path in files[:10]) or "no files"
    wanted = "; ".join(f"{kind.name}: {' and '.join(kind.files)}" for kind in FORMATS)
    raise InvalidRequestError(
        f"{source!r} holds no checkpoint of a known format: no folder in it has the files of one "
        f"({wanted}); found {listed}{' and more' if len(files) > 10 else ''}.",
        remedy="Give the folder that holds the files of one format.",
    )


def _copy_checkpoint(found: Path, folder: Path) -> None:
    """A checkpoint's files and the tokenizers in its folder; links become what they lead to."""
    folder.mkdir()
    inside = [path for path in tokenizer_files(found, ()) if found in path.parents]
    for path in [*(path for path in found.iterdir() if path.is_file()), *inside]:
        target = folder / path.relative_to(found)
        target.parent.mkdir(exist_ok=True)
        if not target.exists():
            shutil.copyfile(path, target)


def _folders_above(found: Path, top: Path) -> list[Path]:
    """The folders from the one above a folder up to `top`."""
    return [parent for parent in found.parents if parent == top or top in parent.parents][:DEEPEST]


def _place(stage: Path, name: str) -> Path:
    """Where a checkpoint waits for its tokenizer, under the name it gets."""
    ready = stage / "ready"
    ready.mkdir()
    return ready / name


def _stem(filename: str) -> str:
    for ending in ARCHIVE_ENDINGS:
        if filename.lower().endswith(ending):
            return filename[: -len(ending)]
    return filename


def _chosen_name(settings: Settings, wanted: str | None, own: str) -> str:
    """The name wanted, or its own one as far as it can be a name here."""
    if wanted is not None:
        return wanted
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", own).strip("-._")[:80]
    _check_name(settings, name or own)
    return name


def _check_name(settings: Settings, name: str | None) -> None:
    """Checks a name that was asked for; None is any.

    Raises:
        InvalidRequestError: it cannot be a checkpoint's name.
        ConflictError: there is a checkpoint of that name.
    """
    if name is None:
        return
    if not NAME.fullmatch(name) or name.endswith(".json"):
        raise InvalidRequestError(
            f"{name!r} cannot be a checkpoint's name: letters, digits, '.', '_' and '-' can, a "
            "letter or digit first, at most 80, not ending in '.json'.",
            remedy="Give another name, e.g. --name my-checkpoint.",
        )
    library = CheckpointLibrary.from_settings(settings)
    if library.has_name(name) or (settings.own_checkpoints / name).exists():
        raise ConflictError(
            f"There is a checkpoint {name!r} already.",
            remedy="Give this one another name (--name, or the field Name on the page), or take "
            "the other one away first.",
        )
