"""The numbers of a circuit: four losses beside each other, with rescaled logits."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from backend.circuits.ablation import Evaluation, Intervention, MeanValues, evaluate
from backend.circuits.circuit import Losses, Measure, Rescaling
from backend.circuits.edges import NO_EDGES, EdgeSet, circuit_alone
from backend.circuits.nodes import NodeSet
from models.transformer import SparseTransformer
from tasks.base import Batch

LBFGS_STEPS = 16


def first_minus_second(difference: Tensor) -> Tensor:
    """D = logit(first answer) - logit(second answer) from logit(right) - logit(wrong).

    Args:
        difference: [..., batch], firsts before seconds.

    Returns:
        [..., batch].
    """
    firsts, seconds = difference.chunk(2, dim=-1)
    return torch.cat([firsts, -seconds], dim=-1)


def fit_rescaling(difference: Tensor, symmetric: bool) -> Rescaling:
    """The scale a > 0 and shift b that minimise the task loss of a * D + b.

    Gao et al. 2025, A.5: 16 steps of L-BFGS. The scale is fitted as an exponential, in units of
    the root mean square of D.

    Args:
        difference: [batch] logit(right) - logit(wrong) on validation pairs.
        symmetric: first and second answer are arbitrary, so b = 0.
    """
    unit = max(float(difference.square().mean().sqrt()), 1e-12)
    scaled = difference.detach() / unit
    log_scale = torch.zeros(1, requires_grad=True)
    shift = torch.zeros(1, requires_grad=True)
    free = [log_scale] if symmetric else [log_scale, shift]
    optimizer = torch.optim.LBFGS(free, max_iter=LBFGS_STEPS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        rescaling = (log_scale.clamp(-20, 20).exp(), shift)
        loss = F.softplus(-_rescaled(scaled, *rescaling)).mean()
        loss.backward()
        return loss

    optimizer.step(closure)
    scale = float(log_scale.detach().clamp(-20, 20).exp()) / unit
    return Rescaling(scale=scale, shift=float(shift.detach()))


def rescaled_loss(difference: Tensor, rescaling: Rescaling) -> float:
    """Task loss with a * D + b for D, nats.

    Args:
        difference: [..., batch] logit(right) - logit(wrong), firsts before seconds.
        rescaling: a and b.
    """
    scale, shift = torch.tensor(rescaling.scale), torch.tensor(rescaling.shift)
    return float(F.softplus(-_rescaled(difference, scale, shift)).mean())


def _rescaled(difference: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """logit(right) - logit(wrong) after D became a * D + b."""
    return first_minus_second(first_minus_second(difference) * scale + shift)


def measure(evaluation: Evaluation, rescaling: Rescaling) -> Measure:
    """The numbers of one evaluation."""
    return Measure(
        plain=evaluation.task_loss,
        rescaled=rescaled_loss(evaluation.difference, rescaling),
        accuracy=evaluation.accuracy,
        logit_difference=evaluation.logit_difference,
        cross_entropy=evaluation.cross_entropy,
    )


def measure_losses(
    model: SparseTransformer,
    values: MeanValues,
    nodes: NodeSet,
    validation: Batch,
    test: Batch,
    symmetric: bool,
    dropped: EdgeSet = NO_EDGES,
) -> tuple[Losses, Rescaling]:
    """The four losses on test pairs, each rescaled by a fit of its own on validation pairs.

    Args:
        model: frozen.
        values: node means.
        nodes: the circuit's.
        validation: pairs that rescaling is fitted on.
        test: pairs to report on.
        symmetric: first and second answer are arbitrary.
        dropped: edges between the nodes that the circuit does without.

    Returns:
        The losses, and the rescaling of the circuit alone.
    """
    interventions = {
        "whole_model": None,
        "circuit": circuit_alone(nodes, values, dropped),
        "circuit_ablated": Intervention(nodes, values),
        "everything_ablated": Intervention(NodeSet.all(model.config), values),
    }
    measures, rescalings = {}, {}
    for name, intervention in interventions.items():
        fitted = evaluate(model, validation, intervention).difference.mean(0)
        rescalings[name] = fit_rescaling(fitted, symmetric)
        measures[name] = measure(evaluate(model, test, intervention), rescalings[name])
    return Losses(**measures), rescalings["circuit"]
