"""Node means computed here for checkpoints that bring none, kept by the checkpoint's digest.

A foreign checkpoint's folder is never written to: its means lie in the data folder, one file for
each digest, and belong to every copy of that checkpoint.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from models.config import ModelConfig
from models.means import NodeMeans

_log = logging.getLogger(__name__)


class KeptMeans:
    """The files of a folder, each read once until it changes. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[tuple[int, int], NodeMeans | None]] = {}
        self._lock = threading.Lock()

    def find(self, digest: str, config: ModelConfig) -> NodeMeans | None:
        """The node means kept for a checkpoint; a damaged file counts as none, and is warned of.

        Args:
            digest: of the checkpoint.
            config: of its model, which the means have to fit.
        """
        file = self._file(digest)
        try:
            stat = file.stat()
        except FileNotFoundError:
            return None
        stamp = (stat.st_size, stat.st_mtime_ns)
        with self._lock:
            known = self._read.get(digest)
            if known is None or known[0] != stamp:
                known = self._read[digest] = (stamp, _read(file, config))
        return known[1]

    def keep(self, digest: str, means: NodeMeans) -> Path:
        """Writes the node means of a checkpoint in one step, in the place of those kept before."""
        self._folder.mkdir(parents=True, exist_ok=True)
        means.save(self._file(digest))
        return self._file(digest)

    def _file(self, digest: str) -> Path:
        return self._folder / f"{digest}.safetensors"


def _read(file: Path, config: ModelConfig) -> NodeMeans | None:
    try:
        means = NodeMeans.load(file)
        means.check(config)
    except ValueError as error:
        _log.warning("%s is passed over: %s", file, error)
        return None
    return means
