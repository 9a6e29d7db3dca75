"""How much a little more or less of each node would change the task loss of a circuit alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from backend.circuits.ablation import answer_difference
from backend.circuits.numbering import Flags
from backend.circuits.search.importance import gated
from backend.circuits.search.problem import Problem
from models.hooks import replace
from models.sites import node_sites
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
    config = problem.model.config
    sites = node_sites(config)
    open_gates = torch.from_numpy(keep.astype(np.float32))
    parts = open_gates.split([site.width(config) for site in sites])
    gates = {site: part.clone().requires_grad_() for site, part in zip(sites, parts, strict=True)}
    with replace(problem.model, gated(gates, problem.values)):
        difference = answer_difference(problem.model(batch.tokens, batch.last), batch)
    F.softplus(-difference).mean().backward()
    problem.passes.count(forward=1, backward=1)
    grads = [torch.zeros_like(g) if g.grad is None else g.grad for g in gates.values()]
    return torch.cat(grads).double().numpy()
