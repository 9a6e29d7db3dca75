"""Weight sparsity: the schedule of the nonzero fraction and the projection after every step.

Gao et al. 2025, 2.1 and A.2: after each optimizer step the entries of largest magnitude of every
weight matrix and bias are kept and the rest set to zero; gradients and moments stay dense, so a
zeroed weight can come back. The fraction kept is the same for each tensor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from models.abs_topk import kth_magnitude
from models.layers import ChannelNorm
from models.transformer import SparseTransformer


def sparse_parameters(model: SparseTransformer) -> Iterator[tuple[str, nn.Parameter]]:
    """The tensors that are projected: weight matrices, biases, embeddings; each once.

    Norms, attention sinks and the bigram table are not.
    """
    dense = {id(p) for m in model.modules() if isinstance(m, ChannelNorm) for p in m.parameters()}
    if model.bigram is not None:
        dense.add(id(model.bigram))
    for name, parameter in model.named_parameters():
        if id(parameter) not in dense and not name.endswith("attn.sink"):
            yield name, parameter


def annealed_fraction(step: int, steps: int, target: float, anneal: float) -> float:
    """Nonzero fraction at a step: linear from 1 to the target over the first part of training.

    Args:
        step: 0 to steps.
        steps: length of training.
        target: final nonzero fraction, in (0, 1].
        anneal: share of the steps over which it falls (0.5 in Gao et al. 2025, A.2).
    """
    progress = min(1.0, step / max(1.0, anneal * steps))
    return 1 + (target - 1) * progress


def sharkfin(step: int, steps: int, warmup: float, fraction: float) -> float:
    """Learning-rate factor: warm-up, linear decay, times 1/sqrt(nonzero fraction).

    Gao et al. 2025, A.2.

    Args:
        step: 0 to steps - 1.
        steps: length of training.
        warmup: share of the steps over which the rate rises from 0.
        fraction: nonzero fraction at this step.
    """
    rise = min(1.0, (step + 1) / max(1.0, warmup * steps))
    return rise * (1 - step / steps) / math.sqrt(fraction)


@torch.no_grad()
def project(model: SparseTransformer, fraction: float, min_per_neuron: int = 0) -> None:
    """Keep the largest magnitudes of every weight matrix and bias, zero the rest, in place.

    Args:
        model: whose parameters are projected.
        fraction: share of each tensor that may stay nonzero, in (0, 1].
        min_per_neuron: nonzeros that each row and each column of the attention and MLP matrices
            keeps at least, even where that exceeds the fraction (j of Gao et al. 2025, A.2).
    """
    for name, parameter in sparse_parameters(model):
        project_parameter(name, parameter, fraction, min_per_neuron)


@torch.no_grad()
def project_parameter(
    name: str, parameter: Tensor, fraction: float, min_per_neuron: int = 0
) -> None:
    """`project` for one of a model's `sparse_parameters`, in place."""
    count = kept_entries(parameter, fraction)
    if count >= parameter.numel():
        return
    keep = parameter.abs() >= kth_magnitude(parameter.view(1, -1), count).squeeze()
    if min_per_neuron and name.startswith("blocks.") and parameter.ndim == 2:
        keep |= _largest(parameter, min_per_neuron)
        keep |= _largest(parameter.T, min_per_neuron).T
    parameter.mul_(keep)


def kept_entries(parameter: Tensor, fraction: float) -> int:
    """Entries of a tensor that may stay nonzero: the fraction, rounded down, but one at least."""
    return max(1, int(fraction * parameter.numel()))


def _largest(matrix: Tensor, count: int) -> Tensor:
    """Mask [rows, columns] of the `count` largest magnitudes of each row."""
    rows = matrix.contiguous()
    return rows.abs() >= kth_magnitude(rows, min(count, rows.shape[1]))


def nonzero_fraction(model: SparseTransformer) -> float:
    """Nonzero share of all projected entries together."""
    tensors = [parameter for _, parameter in sparse_parameters(model)]
    nonzero = sum(int(t.count_nonzero()) for t in tensors)
    return nonzero / sum(t.numel() for t in tensors)
