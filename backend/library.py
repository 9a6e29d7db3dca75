"""The checkpoints of this instance: found by name, described, opened, kept open for a while.

Checkpoints are folders in the shipped zoo and in the folders of the settings. Opening one reads
and checks all its weights; so opened ones are kept while they fit in memory, least recently used
out first, and descriptions are kept on disk beside a fingerprint of the files they describe.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import models
from backend.errors import CheckpointNotFoundError, ConflictError, InvalidRequestError
from backend.kept_means import KeptMeans
from backend.settings import Settings
from models.checkpoints import (
    Checkpoint,
    CheckpointError,
    describe,
    is_checkpoint,
    load_checkpoint,
    tokenizer_files,
)
from models.checkpoints.base import NODE_MEANS_FILE
from models.config import ModelConfig
from models.means import NodeMeans
from models.sparse_linear import memory_bytes

ZOO = Path(models.__file__).resolve().parent / "zoo"
"""The checkpoints that come with the program."""

CACHE_BYTES = 4 * 2**30
"""Parameters kept in memory; the checkpoint opened last stays whatever its size."""

DESCRIPTION_VERSION = 2
"""Counts up when `describe` says something else of the same files."""

_SIGNS = ("config.json", "beeg_config.json", "*.safetensors", "*.pt", "*.bin")
"""A folder with one of these was meant to be a checkpoint."""

_log = logging.getLogger(__name__)

Description = dict[str, Any]
"""What `models.checkpoints.describe` says; `name` is the name here."""


@dataclass(frozen=True)
class BrokenCheckpoint:
    """A folder that was meant to be a checkpoint but cannot be opened, and why."""

    name: str
    path: Path
    error: str


@dataclass(frozen=True)
class _Found:
    path: Path
    fingerprint: str


class CheckpointLibrary:
    """All checkpoints in some folders. Safe to share between threads.

    Args:
        folders: searched in this order; a checkpoint's own folder will do as well.
        cache_dir: where descriptions are kept between runs; None keeps them in memory only.
        cache_bytes: of parameters kept in memory.
        tokenizer_dirs: folders whose subfolders are tokenizers, for checkpoints that name theirs.
        means_dir: where node means are kept of checkpoints that bring none; None keeps none.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        cache_dir: Path | None = None,
        cache_bytes: int = CACHE_BYTES,
        tokenizer_dirs: Sequence[Path] = (),
        means_dir: Path | None = None,
    ) -> None:
        self._folders = tuple(folders)
        self._tokenizer_dirs = tuple(tokenizer_dirs)
        self._cache_dir = cache_dir
        self._cache_bytes = cache_bytes
        self._kept_means = None if means_dir is None else KeptMeans(means_dir)
        self._opened: OrderedDict[str, Checkpoint] = OrderedDict()
        self._completed: dict[str, Checkpoint] = {}
        self._described: dict[str, Description] = {}
        self._failed: dict[str, str] = {}
        self._lock = threading.RLock()

    @classmethod
    def from_settings(cls, settings: Settings) -> CheckpointLibrary:
        """The library of an instance: the zoo and the folders of its settings."""
        return cls(
            checkpoint_folders(settings),
            cache_dir=settings.data_dir / "cache",
            tokenizer_dirs=settings.tokenizer_search_path,
            means_dir=settings.kept_means,
        )

    def names(self) -> list[str]:
        """Names of all checkpoints, also of those that cannot be opened, in alphabetical order."""
        return sorted(self._scan()[0])

    def describe_all(self) -> tuple[list[Description], list[BrokenCheckpoint]]:
        """What can be said of every checkpoint, and which cannot be opened."""
        found, broken = self._scan()
        described = []
        for name, entry in sorted(found.items()):
            try:
                described.append(self._describe(name, entry))
            except CheckpointError as error:
                broken.append(BrokenCheckpoint(name, entry.path, str(error)))
        return described, broken

    def describe(self, name: str) -> Description:
        """Facts about a checkpoint, JSON-ready; see `models.checkpoints.describe`.

        Raises:
            CheckpointNotFoundError: there is none of that name.
            InvalidRequestError: it cannot be opened.
        """
        entry = self._find(name)
        try:
            return self._describe(name, entry)
        except CheckpointError as error:
            raise _unopenable(name, error) from error

    def open(self, name: str) -> Checkpoint:
        """The checkpoint of that name.

        Raises:
            CheckpointNotFoundError: there is none.
            InvalidRequestError: it cannot be opened.
        """
        entry = self._find(name)
        try:
            return self._open(entry)
        except CheckpointError as error:
            raise _unopenable(name, error) from error

    def open_for(self, name: str, digest: str, means_digest: str) -> Checkpoint:
        """The checkpoint a circuit was found in: by its name, or under another one.

        Raises:
            CheckpointNotFoundError: no checkpoint here has that digest.
            ConflictError: its node means are others than those the circuit was measured under.
        """
        found, _ = self._scan()
        for candidate in sorted(found, key=lambda other: (other != name, other)):
            try:
                if self._describe(candidate, found[candidate])["digest"] != digest:
                    continue
                checkpoint = self._open(found[candidate])
            except CheckpointError:
                continue  # a broken one is nobody's
            means = checkpoint.node_means
            if means is None or means.digest != means_digest:
                raise ConflictError(
                    f"Checkpoint {candidate!r} has other node means than those the circuit was "
                    f"found under ({means_digest[:12]}…).",
                    remedy="Put back its node_means.safetensors, or search the circuit again.",
                )
            return checkpoint
        raise CheckpointNotFoundError(
            f"The circuit belongs to checkpoint {name!r} with digest {digest[:12]}…, which is not "
            "on this instance"
            + (f"; the {name!r} that is here has other weights." if name in found else "."),
            remedy="Copy that checkpoint's folder into the data folder's checkpoints/, or name its "
            "folder in CIRCUIT_EXPLORER_CHECKPOINT_DIRS.",
        )

    def has_digest(self, digest: str) -> bool:
        """Whether a checkpoint with these weights is here."""
        described, _ = self.describe_all()
        return any(description["digest"] == digest for description in described)

    def keep_means(self, checkpoint: Checkpoint, means: NodeMeans) -> None:
        """Keeps node means of a checkpoint that brings none: it is opened with them from now on.

        Raises:
            ConflictError: it brings its own.
        """
        assert self._kept_means is not None, "a library without a folder keeps nothing"
        if brings_means(checkpoint):
            raise ConflictError(
                f"Checkpoint {checkpoint.name!r} has its node means in its own folder.",
                remedy=f"Take {NODE_MEANS_FILE} out of {checkpoint.path} to have others.",
            )
        self._kept_means.keep(checkpoint.digest, means)

    def has_name(self, name: str) -> bool:
        """Whether a folder goes by that name, also one that cannot be opened."""
        found, broken = self._scan()
        return name in found or any(entry.name == name for entry in broken)

    def path_of(self, name: str) -> Path:
        """The folder of the checkpoint of that name, also of one that cannot be opened.

        Raises:
            CheckpointNotFoundError: there is none.
        """
        found, broken = self._scan()
        if name in found:
            return found[name].path
        for entry in broken:
            if entry.name == name:
                return entry.path
        raise self._unknown(name, found)

    def _find(self, name: str) -> _Found:
        found, broken = self._scan()
        if name in found:
            return found[name]
        for entry in broken:
            if entry.name == name:
                raise _unopenable(name, entry.error)
        raise self._unknown(name, found)

    @staticmethod
    def _unknown(name: str, found: Iterable[str]) -> CheckpointNotFoundError:
        known = ", ".join(sorted(found)) or "none"
        return CheckpointNotFoundError(f"There is no checkpoint {name!r}; there are: {known}.")

    def _scan(self) -> tuple[dict[str, _Found], list[BrokenCheckpoint]]:
        """All folders by name; the ones that are no checkpoint although they look like one."""
        found: dict[str, _Found] = {}
        broken: list[BrokenCheckpoint] = []
        for path in self._candidates():
            name = path.name
            if not is_checkpoint(path):
                if any(next(path.glob(sign), None) for sign in _SIGNS):
                    broken.append(BrokenCheckpoint(name, path, self._failure(path)))
            elif name in found:
                broken.append(
                    BrokenCheckpoint(
                        name,
                        path,
                        f"{found[name].path} has the name {name!r} already; rename this folder",
                    )
                )
            else:
                found[name] = _Found(path, _fingerprint(path, self._tokenizer_dirs))
        return found, broken

    def _candidates(self) -> Iterator[Path]:
        seen: set[Path] = set()
        for folder in self._folders:
            if not folder.is_dir():
                continue
            paths = [folder] if is_checkpoint(folder) else sorted(folder.iterdir())
            for path in paths:
                resolved = path.resolve()
                if resolved.is_dir() and not path.name.startswith(".") and resolved not in seen:
                    seen.add(resolved)
                    yield path

    @staticmethod
    def _failure(path: Path) -> str:
        try:
            load_checkpoint(path)
        except CheckpointError as error:
            return str(error)
        return f"{path} was being written when it was looked at; ask again"

    def _open(self, entry: _Found) -> Checkpoint:
        """The checkpoint, with the node means that are kept for it."""
        with self._lock:
            return self._complete(entry.fingerprint, self._load(entry))

    def _load(self, entry: _Found) -> Checkpoint:
        """The checkpoint as its folder has it."""
        with self._lock:
            if entry.fingerprint in self._failed:
                raise CheckpointError(self._failed[entry.fingerprint])
            checkpoint = self._opened.get(entry.fingerprint)
            if checkpoint is None:
                try:
                    checkpoint = load_checkpoint(entry.path, self._tokenizer_dirs)
                except CheckpointError as error:
                    self._failed[entry.fingerprint] = str(error)
                    raise
                self._opened[entry.fingerprint] = checkpoint
            self._opened.move_to_end(entry.fingerprint)
            while len(self._opened) > 1 and self._open_bytes() > self._cache_bytes:
                closed, _ = self._opened.popitem(last=False)
                self._completed.pop(closed, None)
            return checkpoint

    def _complete(self, fingerprint: str, checkpoint: Checkpoint) -> Checkpoint:
        """The checkpoint with the node means kept for it if it brings none."""
        if checkpoint.node_means is not None or self._kept_means is None:
            return checkpoint
        means = self._kept_means.find(checkpoint.digest, checkpoint.config)
        if means is None:
            return checkpoint
        completed = self._completed.get(fingerprint)
        if completed is None or completed.node_means is not means:
            completed = self._completed[fingerprint] = replace(checkpoint, node_means=means)
        return completed

    def _open_bytes(self) -> int:
        return sum(memory_bytes(checkpoint.model) for checkpoint in self._opened.values())

    def _describe(self, name: str, entry: _Found) -> Description:
        with self._lock:
            description = self._described.get(entry.fingerprint)
            if description is None:
                description = self._read_description(entry.fingerprint)
            if description is None:
                description = describe(self._load(entry))
                self._write_description(entry.fingerprint, description)
            self._described[entry.fingerprint] = description
            return {**description, **self._describe_means(description), "name": name}

    def _describe_means(self, description: Description) -> Description:
        """What changes in a description by the node means that are kept here."""
        if description["has_node_means"] or self._kept_means is None:
            return {}
        config = ModelConfig.model_validate(description["config"])
        means = self._kept_means.find(description["digest"], config)
        return {} if means is None else {"has_node_means": True, "node_means": means.source()}

    def _description_file(self, fingerprint: str) -> Path | None:
        if self._cache_dir is None:
            return None
        return self._cache_dir / "checkpoints" / f"{fingerprint}.json"

    def _read_description(self, fingerprint: str) -> Description | None:
        file = self._description_file(fingerprint)
        if file is None or not file.is_file():
            return None
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            _log.warning("%s cannot be read (%s) and is written again", file, error)
            return None
        return content if isinstance(content, dict) else None

    def _write_description(self, fingerprint: str, description: Description) -> None:
        file = self._description_file(fingerprint)
        if file is None:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(f".{threading.get_ident()}.partial")
        partial.write_text(json.dumps(description), encoding="utf-8")
        partial.replace(file)


def checkpoint_folders(settings: Settings) -> list[Path]:
    """Where an instance looks for checkpoints, in order: what is shipped keeps its names."""
    return [ZOO, *settings.checkpoint_search_path]


def brings_means(checkpoint: Checkpoint) -> bool:
    """Whether a checkpoint's own folder has node means."""
    return (checkpoint.path / NODE_MEANS_FILE).exists()


def _fingerprint(path: Path, tokenizer_dirs: Sequence[Path]) -> str:
    """Changes when a file of the folder does, or one of the tokenizers that may be its: its name,
    size or time.
    """
    sha = hashlib.sha256(f"{DESCRIPTION_VERSION} {path.resolve()}".encode())
    files = [file for file in path.iterdir() if file.is_file()]
    for file in sorted({*files, *tokenizer_files(path, tokenizer_dirs)}):
        stat = file.stat()
        sha.update(f"\n{file} {stat.st_size} {stat.st_mtime_ns}".encode())
    return sha.hexdigest()


def _unopenable(name: str, error: CheckpointError | str) -> InvalidRequestError:
    return InvalidRequestError(
        f"Checkpoint {name!r} cannot be opened: {error}",
        remedy="Repair its folder, or choose another checkpoint.",
    )
