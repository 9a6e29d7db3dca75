"""A checkpoint's tensors: what there must be, what is wrong with what there is, and its model.

Tensors come as mappings that may make or map each one when it is asked for. Nothing here holds more
than one of them at a time, so that a model of a few nonzero weights never lies in memory as dense.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from models.checkpoints.errors import CheckpointError
from models.config import ModelConfig
from models.sparse_linear import CompressedLinear, freeze, frozen_linear
from models.transformer import SparseTransformer

TIED_NAME = "unembedding.weight"
"""The tensor that a tied embedding makes a second name of `embedding.weight`."""
_RESHAPE = "Correct the sizes in the configuration, or fetch the weights that belong to it."
_REPLACE = (
    "NaN and infinity come of a damaged file or of training that diverged: fetch the file again, "
    "or take an earlier checkpoint of the run."
)


def tensor_shapes(config: ModelConfig, available: int) -> dict[str, torch.Size]:
    """Shape of every tensor of a model by `state_dict` name, a tied unembedding left out.

    Args:
        config: of the model; nothing of its size is allocated.
        available: tensors that there are. Each layer has several, so a configuration of more
            layers than this is wrong for certain, and is refused before a model is built.

    Raises:
        CheckpointError: too many layers, or sizes that no tensor can have.
    """
    if config.n_layer > available:
        raise CheckpointError(
            f"the configuration has {config.n_layer} layers, the weights only {available} tensors; "
            "correct the number of layers, or fetch the weights that belong to it"
        )
    shapes = {name: value.shape for name, value in _skeleton(config).state_dict().items()}
    if config.tied_embedding:
        del shapes[TIED_NAME]
    return shapes


def _skeleton(config: ModelConfig) -> SparseTransformer:
    try:
        with torch.device("meta"):
            return SparseTransformer(config)
    except RuntimeError as error:
        raise CheckpointError(
            f"no model can have the sizes of this configuration ({error}); correct them"
        ) from error


def check_tensors(
    path: Path,
    found: Mapping[str, object],
    expected: Mapping[str, torch.Size],
    dtypes: Collection[torch.dtype] = (torch.float32,),
) -> None:
    """Check a file's tensors against those that its configuration asks for.

    Args:
        path: the file, for the message.
        found: the tensors under the names they have in the file.
        expected: shapes by the same names.
        dtypes: element types that can be converted to float32 without loss.

    Raises:
        CheckpointError: any are missing, unexpected, misshapen, of another type or not finite;
            all are named, with their sizes, and of values that are not finite how many there are
            and the first one's place.
    """
    misfits = [
        f"missing: {name} {list(shape)}" for name, shape in expected.items() if name not in found
    ]
    broken = []
    for name in found:
        value = found[name]
        if misfit := _misfit(name, value, expected, dtypes):
            misfits.append(misfit)
        elif isinstance(value, Tensor) and (problem := _not_finite(name, value)):
            broken.append(problem)
    if misfits or broken:
        remedies = [*([_RESHAPE] if misfits else []), *([_REPLACE] if broken else [])]
        rule = "do not fit the configuration beside it" if misfits else "must be finite"
        raise CheckpointError(
            "\n".join(
                [
                    f"the tensors of {path} {rule}:",
                    *(f"  {problem}" for problem in (*misfits, *broken)),
                    *remedies,
                ]
            )
        )


def _misfit(
    name: str,
    value: object,
    expected: Mapping[str, torch.Size],
    dtypes: Collection[torch.dtype],
) -> str | None:
    if not isinstance(value, Tensor):
        return f"no tensor: {name} is of type {type(value).__name__}"
    if name not in expected:
        return f"unexpected: {name} {list(value.shape)}"
    if value.shape != expected[name]:
        return f"misshapen: {name} is {list(value.shape)}, expected {list(expected[name])}"
    if value.dtype not in dtypes or value.layout is not torch.strided:
        return (
            f"mistyped: {name} holds {value.dtype} ({value.layout}), expected one of "
            f"{', '.join(map(str, dtypes))}"
        )
    return None


def _not_finite(name: str, value: Tensor) -> str | None:
    if value.sum().isfinite():  # 30 times faster than looking at each
        return None
    bad = ~value.isfinite()
    if not bad.any():
        return None
    first = bad.nonzero()[0].tolist()
    return (
        f"not finite: {name} has {int(bad.sum())} NaN or infinite of {value.numel()}, the first is "
        f"{float(value[tuple(first)])} at {first}"
    )


def build_model(config: ModelConfig, tensors: Mapping[str, Tensor]) -> SparseTransformer:
    """A frozen model of tensors that were checked.

    Large maps of few nonzero weights go straight from the tensor they were read in to those
    weights; every other tensor is copied, so that nothing of the file stays in use.

    Args:
        config: of the model.
        tensors: float32 by `state_dict` name, as `tensor_shapes` lists them.
    """
    model = _skeleton(config)
    for path, module in list(model.named_modules()):
        if config.tied_embedding and module is model.unembedding:
            continue
        _fill(module, f"{path}." if path else "", tensors)
        if type(module) is nn.Linear:
            parent, _, last = path.rpartition(".")
            setattr(model.get_submodule(parent), last, _own(frozen_linear(module)))
    if config.tied_embedding:
        model.unembedding.weight = model.embedding.weight
    freeze(model)
    return model


def _fill(module: nn.Module, prefix: str, tensors: Mapping[str, Tensor]) -> None:
    """Give a module its own parameters; a linear map's weight as it is read, others copied."""
    for key, _ in list(module.named_parameters(recurse=False)):
        value = tensors[prefix + key]
        if type(module) is not nn.Linear or key != "weight":
            value = value.clone(memory_format=torch.contiguous_format)
        setattr(module, key, nn.Parameter(value, requires_grad=False))


def _own(linear: nn.Linear) -> nn.Linear:
    """The map with a weight of its own, if it has a dense one."""
    if not isinstance(linear, CompressedLinear):
        value = linear.weight.detach().clone(memory_format=torch.contiguous_format)
        linear.weight = nn.Parameter(value, requires_grad=False)
    return linear
