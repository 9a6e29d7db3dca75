"""A folder of its own for each checkpoint on its way in, removed however that ends.

Each lies in `incoming/` of the data folder, so that moving it into `checkpoints/` beside it is one
step of the file system. A lock on a file in it tells that its process lives; the system takes the
lock back when the process ends, so whoever gets it may remove the folder.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backend.errors import ConflictError, StoreError

INCOMING = "incoming"
_LOCK = ".lock"

_log = logging.getLogger(__name__)


@contextmanager
def staging(data_dir: Path) -> Iterator[Path]:
    """An empty folder that is gone when the block ends; what dead processes left goes as well.

    Raises:
        StoreError: the disk is full or refuses; the block's own OSErrors count too.
    """
    incoming = data_dir / INCOMING
    try:
        incoming.mkdir(parents=True, exist_ok=True)
        with _locked(incoming / _LOCK):
            _remove_abandoned(incoming)
            home = Path(tempfile.mkdtemp(dir=incoming))
            lock = _take(home / _LOCK, fcntl.LOCK_EX)
        try:
            folder = home / "content"
            folder.mkdir()
            yield folder
        finally:
            shutil.rmtree(home, ignore_errors=True)
            os.close(lock)
    except OSError as error:
        raise StoreError(
            f"The checkpoint cannot be brought in through {incoming}: {error}.",
            remedy="Make room on that disk and see that the files named can be read and written, "
            "then add the checkpoint again; nothing of it was kept.",
        ) from error


def sweep(data_dir: Path) -> None:
    """Removes what processes that were killed left behind."""
    incoming = data_dir / INCOMING
    if incoming.is_dir():
        with _locked(incoming / _LOCK):
            _remove_abandoned(incoming)


def settle(folder: Path, target: Path) -> None:
    """Moves a finished folder to its place in one step.

    Args:
        folder: in staging.
        target: where nothing may be yet.

    Raises:
        ConflictError: something is there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for path in (*folder.rglob("*"), folder):
        _sync(path)
    try:
        if target.exists() or target.is_symlink():
            raise FileExistsError
        folder.rename(target)  # onto a folder with something in it, this is an error
    except OSError as error:
        if not target.exists():
            raise
        raise ConflictError(
            f"{target} exists already.", remedy="Give another name, or remove that folder."
        ) from error
    _sync(target.parent)


def _remove_abandoned(incoming: Path) -> None:
    for home in incoming.iterdir():
        if not home.is_dir():
            continue
        with suppress(BlockingIOError):  # whoever holds it is at work
            lock = _take(home / _LOCK, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _log.info("removing %s, left by a process that ended early", home)
            shutil.rmtree(home, ignore_errors=True)
            os.close(lock)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = _take(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)


def _take(path: Path, how: int) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, how)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _sync(path: Path) -> None:
    """What was written to a file or folder outlasts a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
