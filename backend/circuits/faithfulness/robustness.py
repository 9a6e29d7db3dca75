"""Does the circuit stand while less than everything outside is ablated, and with scales frozen.

A circuit that does what the model does works whatever part of the outside is there. The worst part
is looked for by an adversary with one choice for all pairs, so that it cannot play on the noise of
single ones (random parts: compare Bushnaq et al. 2025, "Stochastic parameter decomposition").
Freezing the norms' scales and AbsTopK's thresholds at the whole model's values takes away what a
circuit may gain from ablating thousands of nodes that set them (Drori 2026).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from backend.circuits.ablation import Intervention, answer_difference, evaluate
from backend.circuits.faithfulness import criteria
from backend.circuits.faithfulness.document import ReportLine
from backend.circuits.faithfulness.lines import Part, line
from backend.circuits.faithfulness.random_sets import random_subsets
from backend.circuits.faithfulness.subject import Subject
from backend.circuits.nodes import NodeSet
from backend.circuits.search.importance import gated
from models.hooks import replace
from models.sites import NodeSite, node_sites

FEWEST_FLIPS = 1 / 64
"""Share of the promising flips below which the ascent gives up."""


def robustness(subject: Subject) -> Part:
    """Random subsets, the worst-found subset, frozen scales."""
    return Part([_random(subject), _worst(subject), _frozen(subject)])


def _random(subject: Subject) -> ReportLine:
    subsets = random_subsets(~subject.nodes, subject.config.subsets, subject.config.seed)
    losses = subject.losses("robustness", [_ablating(subject, each) for each in subsets])
    return line(
        "robustness.random",
        "Loss of the circuit while a random half of the outside is ablated, "
        f"mean of {len(subsets)}",
        "nats",
        subject.estimate(losses.mean(0)),
        beside=_beside(subject) | {"largest of them": float(losses.mean(-1).max())},
        criterion=criteria.meets_target(subject.target),
        limit="Half of the outside is there, and may do the task on its own.",
    )


def _worst(subject: Subject) -> ReportLine:
    ablated = worst_subset(subject)
    losses = evaluate(subject.model, subject.test, _ablating(subject, ablated)).losses
    outside = len(~subject.nodes)
    return line(
        "robustness.worst",
        "Loss of the circuit while the worst-found part of the outside is ablated",
        "nats",
        subject.estimate(losses),
        beside=_beside(subject)
        | {"share of the outside ablated": len(ablated) / outside if outside else 0.0},
        criterion=criteria.meets_target(subject.target),
        limit="Found by following gradients on validation pairs: there may be worse. It can set "
        "parts of the outside against each other in ways that no input does.",
    )


def _frozen(subject: Subject) -> ReportLine:
    frozen = evaluate(subject.model, subject.test, subject.alone, frozen=True)
    return line(
        "robustness.frozen",
        "Loss of the circuit alone with norm scales and AbsTopK thresholds of the whole model",
        "nats",
        subject.estimate(frozen.losses),
        beside=_beside(subject),
        criterion=criteria.meets_target(subject.target),
        limit="The whole model's scales come from the outside that is ablated: a circuit may miss "
        "the target here only because its answer is fainter at them. See rescaled logits.",
    )


def _beside(subject: Subject) -> dict[str, float]:
    return {
        "circuit alone": subject.circuit.task_loss,
        **subject.references,
        "target": subject.target,
    }


def _ablating(subject: Subject, outside: NodeSet) -> Intervention:
    return Intervention(outside, subject.means, subject.dropped)


def worst_subset(subject: Subject) -> NodeSet:
    """The part of the outside whose ablation raises the circuit's validation loss the most.

    Gradient ascent over corners: from the part that the gradient with every gate of the outside
    half open suggests, or from all of the outside if that is worse, the nodes whose flip promises
    a rise to first order are flipped together, fewer at a time until the loss does rise.
    """
    outside = ~subject.nodes
    half = {site: torch.where(outside.mask(site), 0.5, 1.0) for site in node_sites(outside.config)}
    slopes = _slopes(subject, half)
    suggested = NodeSet(outside.config, {site: slope < 0 for site, slope in slopes.items()})
    starts = [outside & suggested, outside]
    losses = [_loss(subject, start) for start in starts]
    ablated, loss = max(zip(starts, losses, strict=True), key=lambda found: found[1])
    for step in range(subject.config.ascent_steps):
        subject.tell("robustness", step, subject.config.ascent_steps)
        better = _ascend(subject, outside, ablated, loss)
        if better is None:
            break
        ablated, loss = better
    return ablated


def _ascend(
    subject: Subject, outside: NodeSet, ablated: NodeSet, loss: float
) -> tuple[NodeSet, float] | None:
    """One step: the flips that a gradient promises, halved until the loss rises; None if never."""
    config = outside.config
    sites = node_sites(config)
    slopes = _slopes(subject, {site: (~ablated.mask(site)).float() for site in sites})
    gains = {
        site: torch.where(ablated.mask(site), slope, -slope).where(outside.mask(site), 0)
        for site, slope in slopes.items()
    }  # of flipping each node, to first order
    order = torch.cat([gains[site] for site in sites]).sort(descending=True).values
    promising = int((order > 0).sum())
    share = 1.0
    while promising and share >= FEWEST_FLIPS:
        least = float(order[max(1, int(promising * share)) - 1])
        flips = NodeSet(
            config, {site: (gain > 0) & (gain >= least) for site, gain in gains.items()}
        )
        candidate = (ablated | flips) - (ablated & flips)
        reached = _loss(subject, candidate)
        if reached > loss:
            return candidate, reached
        share /= 2
    return None


def _loss(subject: Subject, ablated: NodeSet) -> float:
    intervention = _ablating(subject, ablated)
    return evaluate(subject.model, subject.validation, intervention).task_loss


def _slopes(subject: Subject, gates: Mapping[NodeSite, Tensor]) -> dict[NodeSite, Tensor]:
    """Derivative of the validation loss by each gate (1 keeps a node, 0 ablates it)."""
    free = {site: gate.clone().requires_grad_() for site, gate in gates.items()}
    pairs, last = subject.validation, subject.validation.last
    edges = _ablating(subject, NodeSet.none(subject.model.config))
    with replace(subject.model, gated(free, subject.means)), edges.applied(subject.model, 0, last):
        difference = answer_difference(subject.model(pairs.tokens, last), pairs)
    F.softplus(-difference).mean().backward()
    return {
        site: torch.zeros_like(gate) if gate.grad is None else gate.grad
        for site, gate in free.items()
    }
