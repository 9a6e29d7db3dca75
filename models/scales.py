"""Freeze what normalises: the scales of the norms and the thresholds of AbsTopK.

Ablating nodes also changes what every norm divides by and what AbsTopK lets through, so that it
acts on nodes that nobody touched. Frozen at the whole model's values, both leave only the weights:

    scales = record_scales(model, tokens)
    with frozen_scales(model, scales), replace(model, ablations):
        model(tokens)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.abs_topk import kth_magnitude
from models.hooks import replace
from models.layers import ChannelNorm, HookPoint, Replacement, Scale
from models.transformer import SparseTransformer

ROUNDING = 1e-4
"""How far under the least magnitude kept a threshold lies, at most, as a share of it."""


@dataclass(frozen=True)
class Scales:
    """What one forward pass divided by and cut at."""

    norms: Mapping[str, Scale]
    """By the norm's name in `named_modules`."""
    thresholds: Mapping[str, Tensor]
    """[batch, pos, 1] by hook point; those with AbsTopK alone."""


@torch.no_grad()
def record_scales(model: SparseTransformer, tokens: Tensor, last: Tensor | None = None) -> Scales:
    """Run the model and record every norm's scale and every AbsTopK's threshold.

    Args:
        model: the whole model.
        tokens: [batch, pos].
        last: [batch] or None; passes with the scales frozen are to be given the same.
    """
    norms: dict[str, Scale] = {}
    thresholds: dict[str, Tensor] = {}

    def keep_scale(name: str, norm: ChannelNorm) -> Any:
        def hook(module: nn.Module, args: tuple[Tensor]) -> None:
            norms[name] = norm.scale(args[0])

        return hook

    def keep_threshold(point: HookPoint, k: int) -> Replacement:
        def hook(x: Tensor) -> Tensor:
            activated = x if point.nonlinearity is None else point.nonlinearity(x)
            thresholds[point.name] = threshold(activated, k)
            return x

        return hook

    handles = [
        norm.register_forward_pre_hook(keep_scale(name, norm)) for name, norm in _norms(model)
    ]
    cuts = {
        name: keep_threshold(point, point.topk)
        for name, point in model.hook_points.items()
        if point.topk is not None
    }
    try:
        with replace(model, inputs=cuts):
            model(tokens, last)
    finally:
        for handle in handles:
            handle.remove()
    return Scales(norms, thresholds)


@contextmanager
def frozen_scales(model: SparseTransformer, scales: Scales) -> Iterator[None]:
    """Divide and cut by recorded scales while the context is open.

    Forward passes are to have the shapes of the recorded one; a norm or hook point that meets
    another raises ValueError.

    Args:
        model: whose forward passes are changed.
        scales: of the same model.
    """
    norms = [(norm, norm.frozen, scales.norms[name]) for name, norm in _norms(model)]
    points = [
        (point, point.threshold, scales.thresholds[name])
        for name, point in model.hook_points.items()
        if point.topk is not None
    ]
    for norm, _, scale in norms:
        norm.frozen = scale
    for point, _, least in points:
        point.threshold = least
    try:
        yield
    finally:
        for norm, before, _ in norms:
            norm.frozen = before
        for point, least_before, _ in points:
            point.threshold = least_before


def threshold(x: Tensor, k: int) -> Tensor:
    """A magnitude that AbsTopK cuts at.

    It lies a little under the least magnitude kept, and above the largest cut: entries computed
    again from frozen scales differ in rounding, and the least one kept must not fall to that.

    Args:
        x: [..., width].
        k: entries that AbsTopK keeps.

    Returns:
        [..., 1]; 0 where everything is kept.
    """
    if k >= x.shape[-1]:
        return x.new_zeros(*x.shape[:-1], 1)
    magnitude = x.abs()
    kept = magnitude >= kth_magnitude(x.flatten(0, -2), k).view(*x.shape[:-1], 1)
    least = magnitude.masked_fill(~kept, torch.inf).amin(-1, keepdim=True)
    largest_cut = magnitude.masked_fill(kept, 0).amax(-1, keepdim=True)
    return torch.maximum((least + largest_cut) / 2, least * (1 - ROUNDING))


def _norms(model: SparseTransformer) -> list[tuple[str, ChannelNorm]]:
    return [
        (name, module) for name, module in model.named_modules() if isinstance(module, ChannelNorm)
    ]
