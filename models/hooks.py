"""Record or replace activations at hook points. The model is changed only inside the contexts.

    with record(model) as activations:
        model(tokens)
    activations["0.mlp.post_act"]          # [batch, pos, d_mlp], after AbsTopK

    with replace(model, {"0.mlp.post_act": lambda x: x * 0}):
        model(tokens)

    with replace(model, inputs={"0.mlp.post_act": lambda x: x + 1}):
        model(tokens)                      # before the nonlinearity and AbsTopK

Contexts nest; hooks run in the order in which they were entered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from torch import Tensor

from models.layers import HookPoint, Replacement
from models.transformer import SparseTransformer

NOTHING: Mapping[str, Replacement] = MappingProxyType({})


@contextmanager
def replace(
    model: SparseTransformer,
    replacements: Mapping[str, Replacement] = NOTHING,
    inputs: Mapping[str, Replacement] = NOTHING,
) -> Iterator[None]:
    """Pass the values at the named hook points through functions while the context is open.

    Args:
        model: whose forward passes are changed.
        replacements: a function for each hook point's name, of the values after AbsTopK.
        inputs: likewise, of what flows into a hook point, before nonlinearity and AbsTopK.

    Raises:
        KeyError: the model has no hook point of a name.
    """
    hooks = [(_point(model, name).hooks, function) for name, function in replacements.items()]
    hooks += [(_point(model, name).inputs, function) for name, function in inputs.items()]
    for functions, function in hooks:
        functions.append(function)
    try:
        yield
    finally:
        for functions, function in hooks:
            functions.remove(function)


@contextmanager
def record(
    model: SparseTransformer, names: Iterable[str] | None = None, *, detach: bool = True
) -> Iterator[dict[str, Tensor]]:
    """Collect the values at hook points as the forward passes within the context run.

    Args:
        model: whose activations are wanted.
        names: hook points; all of them by default.
        detach: no gradient flows through what is collected.

    Yields:
        Values by hook point, of the last forward pass: [batch, pos, width], after AbsTopK.

    Raises:
        KeyError: the model has no hook point of a name.
    """
    activations: dict[str, Tensor] = {}

    def keep(name: str) -> Replacement:
        def hook(value: Tensor) -> Tensor:
            activations[name] = value.detach() if detach else value
            return value

        return hook

    chosen = model.hook_points if names is None else names
    with replace(model, {name: keep(name) for name in chosen}):
        yield activations


def _point(model: SparseTransformer, name: str) -> HookPoint:
    if name not in model.hook_points:
        raise KeyError(
            f"{name!r} is no hook point of this model; it has {', '.join(model.hook_points)}"
        )
    return model.hook_points[name]
