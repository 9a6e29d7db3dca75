"""Files of `torch.save`, read without running anything in them and without filling memory.

The file is mapped: a tensor's pages are read when the tensor is, and let go when another one is
asked for. What is to last must be copied.
"""

from __future__ import annotations

import ctypes
import mmap
import pickle
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.checkpoints.errors import CheckpointError

_MAPS = Path("/proc/self/maps")


class PickledTensors(Mapping[str, Any]):
    """What a file holds, by name; asking for an entry lets the pages of all others go.

    Args:
        path: the file.
        content: what `torch.load` made of it.
    """

    def __init__(self, path: Path, content: Mapping[str, Any]) -> None:
        self._content = dict(content)
        self._mapped = _mapped_ranges(path)

    def __getitem__(self, name: str) -> Any:
        value = self._content[name]
        for addresses in self._mapped:
            _let_go(addresses)
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._content

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)

    def drop(self, pattern: re.Pattern[str]) -> None:
        """Leave out the entries whose whole name matches."""
        for name in [name for name in self._content if pattern.fullmatch(name)]:
            del self._content[name]

    def add_missing(self, name: str, value: Tensor) -> None:
        """An entry that the file may leave out."""
        self._content.setdefault(name, value)


def read_pickle(path: Path) -> PickledTensors:
    """The dictionary in a file of `torch.save`, read without running anything in it.

    Raises:
        CheckpointError: the file is truncated or damaged, holds code, or holds no dictionary.
    """
    try:
        content = torch.load(
            path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path)
        )
    except pickle.UnpicklingError as error:
        # Its own text advises to load without the check: never pass that on.
        match = re.search(r"GLOBAL ([\w.]+)", str(error))
        reason = f"it asks for {match[1]}" if match else "it is damaged or asks for more"
        raise CheckpointError(
            f"{path} is refused: a checkpoint may hold tensors only, and {reason}; it may run "
            "code on loading: get the file from a source you trust"
        ) from error
    except Exception as error:  # a damaged file can raise anything from within torch.load
        summary = str(error).partition("\n")[0]
        raise CheckpointError(
            f"{path} is truncated or damaged ({type(error).__name__}: {summary}); fetch it again"
        ) from error
    if not isinstance(content, Mapping) or not all(isinstance(name, str) for name in content):
        raise CheckpointError(
            f"{path} holds {type(content).__name__}, expected a dictionary of tensors by name"
        )
    return PickledTensors(path, content)


def _mapped_ranges(path: Path) -> list[range]:
    """Addresses at which this process has a file mapped; none where the system does not tell.

    `torch.load` maps privately and nothing here writes to what it maps.
    """
    try:
        lines = _MAPS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    name = str(path.resolve())
    found = []
    for line in lines:
        addresses, _, rest = line.partition(" ")
        if rest.endswith(f" {name}"):
            start, _, end = addresses.partition("-")
            found.append(range(int(start, 16), int(end, 16)))
    return found


def _let_go(addresses: range) -> None:
    """Give the pages of a mapped file back; they are read from the file again if they are needed.

    Of a private mapping that nobody writes to: anywhere else data would be lost.
    """
    begin, length = ctypes.c_void_p(addresses.start), ctypes.c_size_t(len(addresses))
    ctypes.CDLL(None).madvise(begin, length, mmap.MADV_DONTNEED)
