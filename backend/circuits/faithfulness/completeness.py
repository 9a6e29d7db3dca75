"""Is everything in the circuit: circuit and model compared while they miss the same part.

Wang et al. 2022, section 4: a circuit C is complete if F(C - K) is F(M - K) for every part K of C.
If the model M has another copy of what K does, it does without K and the circuit does not. Parts
are drawn at random, and the worst is looked for greedily, as there. Deviations: F is the mean task
loss, or chance (ln 2) where it is above, since of two that no longer answer neither is the better;
missing nodes are mean-ablated; the greedy search adds nodes one by one and looks on validation
pairs, so that what is reported on test pairs is not selected on them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import torch
from torch import Tensor

from backend.circuits.ablation import Intervention
from backend.circuits.faithfulness import criteria, metrics
from backend.circuits.faithfulness.document import ReportLine
from backend.circuits.faithfulness.lines import Part, line
from backend.circuits.faithfulness.random_sets import random_subsets
from backend.circuits.faithfulness.subject import CHANCE, Subject
from backend.circuits.nodes import NodeSet
from backend.circuits.statistics import Estimate, cluster_bootstrap
from models.sites import Node

_LIMIT = (
    "A loss above chance counts as chance, so parts without which neither answers show no gap. A "
    "narrow gap says nothing of parts that were not tried."
)


@dataclass(frozen=True)
class Completeness(Part):
    """The lines, and the worst part found.

    Attributes:
        worst: names of its nodes.
    """

    worst: list[str] = field(default_factory=list)


def completeness(subject: Subject) -> Completeness:
    """Take random parts and the worst-found part from the circuit and from the model."""
    if not len(subject.nodes):
        return Completeness([], {"completeness": "The circuit has no nodes that could be missing."})
    parts = random_subsets(subject.nodes, subject.config.subsets, subject.config.seed, proper=True)
    worst = worst_part(subject)
    return Completeness(
        [
            _line(
                subject,
                "completeness.random",
                "Gap between circuit and model while a random half of the circuit is missing, "
                f"mean of {len(parts)}",
                parts,
            ),
            _line(
                subject,
                "completeness.worst",
                "Gap between circuit and model while the worst-found part is missing",
                [worst],
            ),
        ],
        worst=worst.names(),
    )


def worst_part(subject: Subject) -> NodeSet:
    """The part with the widest gap that a greedy search finds on validation pairs.

    It begins with the worst single node, and adds at each step the worst of a few nodes, drawn at
    random from the rest, as long as the gap widens.
    """
    random = Random(subject.config.seed)
    config = subject.model.config
    part, widest = NodeSet.none(config), -1.0
    candidates: list[Node] = list(subject.nodes)
    for _ in range(subject.config.greedy_steps):
        if not candidates:
            break
        parts = [part.with_nodes([node]) for node in candidates]
        circuit, model = _losses(subject, parts, validation=True)
        gaps = metrics.gap(circuit.double().mean(-1), model.double().mean(-1), CHANCE)
        if float(gaps.max()) <= widest:
            break
        part, widest = parts[int(gaps.argmax())], float(gaps.max())
        rest = list(subject.nodes - part)
        candidates = random.sample(rest, min(subject.config.greedy_candidates, len(rest)))
    return part


def _losses(subject: Subject, parts: list[NodeSet], *, validation: bool) -> tuple[Tensor, Tensor]:
    """Losses of circuit and model without each part, [parts, batch] each, nats."""
    fewer = [subject.without(part) for part in parts]
    ablating = [Intervention(part, subject.means) for part in parts]
    circuit = subject.alone_losses("completeness", fewer, validation=validation)
    model = subject.losses("completeness", ablating, validation=validation)
    return circuit, model


def _line(subject: Subject, id: str, title: str, parts: list[NodeSet]) -> ReportLine:
    circuit, model = _losses(subject, parts, validation=False)
    return line(
        id,
        title,
        "nats",
        _mean_gap(subject, circuit, model),
        beside={
            "circuit without it": float(circuit.mean()),
            "model without it": float(model.mean()),
            "gap with nothing missing": abs(subject.circuit.task_loss - subject.whole.task_loss),
            "nodes missing": sum(map(len, parts)) / len(parts),
            "nodes of the circuit": float(len(subject.nodes)),
        },
        criterion=criteria.complete(),
        limit=_LIMIT,
    )


def _mean_gap(subject: Subject, circuit: Tensor, model: Tensor) -> Estimate:
    """Mean over parts of the gap between mean losses; circuit and model are [parts, batch]."""

    def statistic(means: Tensor) -> Tensor:  # [resamples, 2 * parts]
        circuits, models = means.chunk(2, dim=-1)
        return metrics.gap(circuits, models, CHANCE).mean(-1)

    rows = torch.cat([circuit, model]).T  # [batch, 2 * parts]
    return cluster_bootstrap(rows, subject.test.template, statistic, seed=subject.config.seed)
