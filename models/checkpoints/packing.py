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
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from models.checkpoints.base import CheckpointError

SPARSE_BELOW = 0.5
"""Nonzero fraction under which values and indices take less room than the tensor."""
_LARGEST_INDEX = torch.iinfo(torch.int32).max
_METADATA_KEY = "circuit_explorer"
_FORMAT = "circuit-explorer weights 1"


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write float32 tensors of any shape to a safetensors file."""
    packed: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        flat = tensor.detach().cpu().contiguous().view(-1) + 0.0
        indices = flat.nonzero().squeeze(1)
        if len(indices) < SPARSE_BELOW * flat.numel() and flat.numel() <= _LARGEST_INDEX:
            packed[f"{name}.values"] = flat[indices]
            packed[f"{name}.indices"] = indices.to(torch.int32)
        else:
            packed[name] = flat.view(tensor.shape)
    shapes = {name: list(tensor.shape) for name, tensor in tensors.items()}
    layout = json.dumps({"format": _FORMAT, "shapes": shapes})
    save_file(packed, str(path), {_METADATA_KEY: layout})


def read_tensors(path: Path, expected: Mapping[str, torch.Size]) -> dict[str, Tensor]:
    """Read what `write_tensors` wrote.

    Args:
        path: the file.
        expected: shapes by name. A sparse tensor of another shape than here is not unpacked but
            returned without data (on the device `meta`), for `check_tensors` to complain of.

    Raises:
        CheckpointError: the file is damaged or not of this form.
    """
    raw, shapes = _read_raw(path)
    tensors: dict[str, Tensor] = {}
    problems: list[str] = []
    for name, shape in shapes.items():
        values, indices = raw.pop(f"{name}.values", None), raw.pop(f"{name}.indices", None)
        if values is None and indices is None:
            continue
        if values is None or indices is None:
            problems.append(f"{name} has values or indices, not both")
        elif shape != expected.get(name):
            tensors[name] = torch.empty(shape, device="meta")
        elif problem := _index_problem(values, indices, shape.numel()):
            problems.append(f"{name}: {problem}")
        else:
            tensors[name] = torch.zeros(shape, dtype=values.dtype)
            tensors[name].view(-1)[indices.long()] = values
    if problems:
        raise CheckpointError(
            f"sparse tensors of {path} are damaged: {'; '.join(problems)}; fetch the file again"
        )
    return raw | tensors


def count_tensors(path: Path) -> int:
    """Number of tensors in the file.

    Raises:
        CheckpointError: the file is damaged or not of this form.
    """
    return len(_read_shapes(path))


def _read_raw(path: Path) -> tuple[dict[str, Tensor], dict[str, torch.Size]]:
    shapes = _read_shapes(path)
    try:
        with safe_open(str(path), framework="pt") as file:
            raw = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error
    return raw, shapes


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
