"""Tensors as they lie in the native weights file: the sparse ones as values and indices.

A tensor of which less than half is nonzero is stored as `<name>.values` (float32) and
`<name>.indices` (int32, ascending, into the flattened tensor); every other under its own name.
The shape of every tensor stands in the file's metadata, whose one key `circuit_explorer` holds the
JSON object {"format", "shapes": {name: sizes}}. (One key: the library writes several in any order,
and equal models ought to make equal files.) Values keep all their bits; a negative zero is stored
as zero, as what pruning leaves of a negative weight.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from models.checkpoints.errors import CheckpointError

SPARSE_BELOW = 0.5
"""Nonzero fraction under which values and indices take less room than the tensor."""
_LARGEST_INDEX = torch.iinfo(torch.int32).max
_METADATA_KEY = "circuit_explorer"
_FORMAT = "circuit-explorer weights 1"


def write_tensors(path: Path, tensors: Iterable[tuple[str, Tensor]]) -> None:
    """Write float32 tensors of any shape, by name, to a safetensors file."""
    packed: dict[str, Tensor] = {}
    shapes: dict[str, list[int]] = {}
    for name, tensor in tensors:
        shapes[name] = list(tensor.shape)
        flat = tensor.detach().cpu().contiguous().view(-1) + 0.0
        indices = flat.nonzero().squeeze(1)
        if len(indices) < SPARSE_BELOW * flat.numel() and flat.numel() <= _LARGEST_INDEX:
            packed[f"{name}.values"] = flat[indices]
            packed[f"{name}.indices"] = indices.to(torch.int32)
        else:
            packed[name] = flat.view(tensor.shape)
    layout = json.dumps({"format": _FORMAT, "shapes": shapes})
    save_file(packed, str(path), {_METADATA_KEY: layout})


class PackedTensors(Mapping[str, Tensor]):
    """What `write_tensors` wrote, by name; each tensor is made when it is asked for.

    A sparse tensor of another shape than expected is not unpacked but has no data (on the device
    `meta`), for `check_tensors` to complain of. A context manager: it closes the file.

    Args:
        path: the file.

    Raises:
        CheckpointError: the file is damaged or not of this form.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._shapes = _read_shapes(path)
        self._expected: Mapping[str, torch.Size] = {}
        try:
            opened: Any = safe_open(str(path), framework="pt")
            self._file, self._stored = opened, frozenset(opened.keys())
        except (SafetensorError, OSError) as error:
            raise _damaged(path, error) from error
        parts = {f"{name}.{part}" for name in self._shapes for part in ("values", "indices")}
        self._sparse = [name for name in self._shapes if f"{name}.values" in self._stored]
        self._names = [*self._sparse, *sorted(self._stored - parts)]

    def check(self, expected: Mapping[str, torch.Size]) -> None:
        """Check that sparse tensors can be unpacked.

        Args:
            expected: shapes by name.

        Raises:
            CheckpointError: values or indices are missing or damaged; all are named.
        """
        self._expected = expected
        problems = []
        for name, shape in self._shapes.items():
            halves = [f"{name}.{part}" in self._stored for part in ("values", "indices")]
            if any(halves) and not all(halves):
                problems.append(f"{name} has values or indices, not both")
            elif all(halves) and shape == expected.get(name):
                problem = _index_problem(*self._halves(name), shape.numel())
                problems += [f"{name}: {problem}"] if problem else []
        if problems:
            raise CheckpointError(
                f"sparse tensors of {self._path} are damaged: {'; '.join(problems)}; fetch the "
                "file again"
            )

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> Tensor:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._sparse:
            return self._read(name)
        shape = self._shapes[name]
        if shape != self._expected.get(name):
            return torch.empty(shape, device="meta")
        values, indices = self._halves(name)
        tensor = torch.zeros(shape, dtype=values.dtype)
        tensor.view(-1)[indices.long()] = values
        return tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        del self._file

    def _halves(self, name: str) -> tuple[Tensor, Tensor]:
        return self._read(f"{name}.values"), self._read(f"{name}.indices")

    def _read(self, name: str) -> Tensor:
        try:
            tensor: Tensor = self._file.get_tensor(name)
        except (SafetensorError, OSError) as error:
            raise _damaged(self._path, error) from error
        return tensor


def _read_shapes(path: Path) -> dict[str, torch.Size]:
    try:
        with safe_open(str(path), framework="pt") as file:
            metadata = file.metadata() or {}
        layout = json.loads(metadata.get(_METADATA_KEY, "{}"))
        if layout.get("format") != _FORMAT:
            raise CheckpointError(
                f"{path} has the format {layout.get('format')!r} in its metadata, expected "
                f"{_FORMAT!r}; it was written by another program or a later version of this one"
            )
        shapes = {str(name): torch.Size(shape) for name, shape in layout["shapes"].items()}
    except CheckpointError:
        raise
    except (SafetensorError, OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise _damaged(path, error) from error
    if any(size < 0 for shape in shapes.values() for size in shape):
        raise _damaged(path, ValueError("a size below 0"))
    return shapes


def _index_problem(values: Tensor, indices: Tensor, numel: int) -> str | None:
    if values.ndim != 1 or values.shape != indices.shape or indices.dtype != torch.int32:
        return (
            f"values {list(values.shape)} and indices {list(indices.shape)} ({indices.dtype}) are "
            "not two lists of the same length with int32 indices"
        )
    if len(indices) and (int(indices[0]) < 0 or int(indices[-1]) >= numel):
        return f"indices {int(indices[0])} to {int(indices[-1])} leave 0 to {numel - 1}"
    if not (indices[1:] > indices[:-1]).all():
        return "indices are not ascending"
    return None


def _damaged(path: Path, error: Exception) -> CheckpointError:
    return CheckpointError(
        f"{path} is truncated or damaged ({error}); fetch it or train the model again"
    )
