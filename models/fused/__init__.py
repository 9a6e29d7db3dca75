"""Compiled loops for training on the CPU, each with its gradient.

PyTorch works through a tensor once for every operation, and on a CPU the memory is what takes the
time. Here an operation of several steps passes over its rows once:

    attention.py       causal attention with its sink, a head at a time
    norm.py            RMSNorm
    gate.py            a value or another in its place, by a gate
    linear.py          products of sparse weights and sparse inputs
    cross_entropy.py   unembedding, bigram table and loss, some rows at a time
    adamw.py           AdamW and projection
    exponential.py     exp, a loop of vectors

`fused(model)` puts them in the places of the plain ones while its context is open. Results equal
the plain ones to rounding, and do not depend on how many threads there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

from models.config import Norm
from models.fused.attention import LONGEST, fused_attend
from models.fused.linear import FusedLinear
from models.fused.norm import FusedNorm
from models.layers import Attention, ChannelNorm, attend
from models.transformer import SparseTransformer


@contextmanager
def fused(model: SparseTransformer) -> Iterator[None]:
    """Let a model compute with the compiled loops while the context is open.

    They serve float32 on the CPU; a model elsewhere stays as it is. Parameters are shared.
    """
    if next(model.parameters()).device.type != "cpu":
        yield
        return
    swaps = [
        (parent, name, child, faster)
        for parent in model.modules()
        for name, child in parent.named_children()
        if (faster := _faster(child)) is not None
    ]
    attentions = [module for module in model.modules() if isinstance(module, Attention)]
    for parent, name, _, faster in swaps:
        setattr(parent, name, faster)
    for attention in attentions:
        if model.config.n_ctx <= LONGEST:
            attention.attend = fused_attend
    try:
        yield
    finally:
        for parent, name, child, _ in swaps:
            setattr(parent, name, child)
        for attention in attentions:
            attention.attend = attend


def _faster(module: nn.Module) -> nn.Module | None:
    if type(module) is ChannelNorm and module.kind is Norm.RMS:
        return FusedNorm(module)
    if type(module) is nn.Linear:
        return FusedLinear(module)
    return None
