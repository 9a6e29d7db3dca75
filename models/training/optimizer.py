"""One step of a sparse model's weights: clip, AdamW, project (Gao et al. 2025, A.2)."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor

from models.fused import adamw
from models.fused.support import serves
from models.recipe import OptimizerRecipe, SparsityRecipe
from models.sparsity import kept_entries, project, project_parameter, sparse_parameters
from models.transformer import SparseTransformer


class SparseAdamW(torch.optim.AdamW):
    """AdamW that leaves the largest magnitudes of every weight matrix and bias.

    Gradients and moments stay dense, so a zeroed weight can come back. On the CPU the update and
    the projection are compiled loops (`models.fused.adamw`), elsewhere PyTorch's and `project`.

    Args:
        model: whose parameters are trained; weight decay is for those that are projected.
        optimizer: rates are given at each step.
        sparsity: fractions are given at each step.
    """

    def __init__(
        self, model: SparseTransformer, optimizer: OptimizerRecipe, sparsity: SparsityRecipe
    ) -> None:
        self.model = model
        self.clip, self.min_per_neuron = optimizer.grad_rms_clip, sparsity.min_per_neuron
        self.names = {parameter: name for name, parameter in sparse_parameters(model)}
        others = [p for p in model.parameters() if p.requires_grad and p not in self.names]
        groups = [
            {"params": list(self.names), "weight_decay": optimizer.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]
        super().__init__(groups, lr=1.0, betas=optimizer.betas, eps=optimizer.eps, fused=True)

    @torch.no_grad()
    def advance(self, rate: float, fraction: float) -> None:
        """Take a step by the gradients that are there.

        Args:
            rate: learning rate.
            fraction: share of each tensor that may stay nonzero, in (0, 1].
        """
        gradients = [p.grad for group in self.param_groups for p in group["params"]]
        factor = 1.0 if self.clip is None else rms_factor(gradients, self.clip)
        for group in self.param_groups:
            group["lr"] = rate
        if all(serves(p) for group in self.param_groups for p in group["params"]):
            self._advance_compiled(factor, fraction)
            return
        for gradient in gradients:
            gradient.mul_(factor)
        self.step()
        project(self.model, fraction, self.min_per_neuron)

    def _advance_compiled(self, factor: float, fraction: float) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                name, state = self.names.get(parameter), self.state[parameter]
                if not state:
                    state["step"] = torch.zeros(())
                    state["exp_avg"] = torch.zeros_like(parameter)
                    state["exp_avg_sq"] = torch.zeros_like(parameter)
                state["step"] += 1
                by_neuron = name is not None and self.min_per_neuron > 0
                kept = kept_entries(parameter, fraction)
                adamw.update(
                    parameter,
                    parameter.grad,
                    state["exp_avg"],
                    state["exp_avg_sq"],
                    clip=factor,
                    step=int(state["step"]),
                    rate=group["lr"],
                    betas=group["betas"],
                    eps=group["eps"],
                    weight_decay=group["weight_decay"],
                    keep=parameter.numel() if name is None or by_neuron else kept,
                )
                if name is not None and by_neuron:
                    project_parameter(name, parameter, fraction, self.min_per_neuron)


def rms_factor(gradients: Iterable[Tensor], limit: float) -> float:
    """What to scale all gradients by so that their root mean square is at most the limit.

    Gao et al. 2025, A.2.
    """
    gradients = list(gradients)
    count = sum(gradient.numel() for gradient in gradients)
    norms = torch.stack([gradient.norm() for gradient in gradients])
    rms = float(norms.norm()) / math.sqrt(count)
    return min(1.0, limit / (rms + 1e-12))
