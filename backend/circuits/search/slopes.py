"""How much a little more or less of each node would change the task loss of a circuit alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from backend.circuits.ablation import answer_difference
from backend.circuits.nodes import by_site
from backend.circuits.numbering import Flags
from backend.circuits.search.importance import gated
from backend.circuits.search.problem import Problem
from models.hooks import replace
from tasks import Batch


def slopes(problem: Problem, keep: Flags, batch: Batch) -> npt.NDArray[np.float64]:
    """Derivative of the task loss by the gate of each node, at the gates of a circuit alone.

    One forward and one backward pass. A gate mixes a node's value with its mean, so to first order
    the loss rises by minus the slope when a kept node is ablated, and by the slope when one
    outside is restored (Nanda 2023, attribution patching, with mean ablation as the other side).

    Args:
        problem: the model and its means.
        keep: [nodes] the circuit.
        batch: pairs to take the loss on.

    Returns:
        [nodes] nats.
    """
    gates = torch.from_numpy(keep.astype(np.float32)).requires_grad_()
    parts = by_site(problem.model.config, gates)
    with replace(problem.model, gated(parts, problem.values)):
        difference = answer_difference(problem.model(batch.tokens, batch.last), batch)
    (slope,) = torch.autograd.grad(F.softplus(-difference).mean(), gates)
    problem.passes.count(forward=1, backward=1)
    return slope.double().numpy()
