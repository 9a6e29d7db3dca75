"""Does the same search find the same nodes when only its seed changes.

Nodes that every seed finds are the search's answer; others are one of several that would do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.circuits.circuit import Circuit
from backend.circuits.faithfulness import criteria, metrics
from backend.circuits.faithfulness.again import is_result, same_search, search_again
from backend.circuits.faithfulness.lines import Part, line
from backend.circuits.faithfulness.subject import Subject
from models.checkpoints import Checkpoint
from tasks import Task

_LIMIT = (
    "Seeds change what the search does at random, not the pairs it searches on; and a search may "
    "find the same wrong circuit each time."
)


@dataclass(frozen=True)
class Stability(Part):
    """How often the circuit's nodes are found again.

    Attributes:
        inclusion: share of the seeds by node name.
    """

    inclusion: dict[str, float] = field(default_factory=dict)


def stability(subject: Subject, checkpoint: Checkpoint, task: Task, circuit: Circuit) -> Stability:
    """Search with every seed; the circuit itself stands for the seed it was found with."""
    seeds = subject.config.seeds
    sets: list[frozenset[str]] = []
    for step, seed in enumerate(seeds):
        if seed == circuit.provenance.seed and is_result(circuit):
            sets.append(frozenset(circuit.nodes))
            continue
        config = same_search(circuit, seed)
        found = search_again(subject, "stability", (step, len(seeds)), checkpoint, task, config)
        if isinstance(found, Circuit):
            sets.append(frozenset(found.nodes))
    return overlap(subject.nodes.names(), sets, len(seeds))


def overlap(nodes: Sequence[str], sets: Sequence[frozenset[str]], seeds: int) -> Stability:
    """The lines, from what the seeds found.

    Args:
        nodes: names of the circuit's.
        sets: node names of the circuits that were found.
        seeds: how many were tried.
    """
    beside = {
        "seeds": float(seeds),
        "seeds that found a circuit": float(len(sets)),
        "nodes found, mean": sum(map(len, sets)) / max(len(sets), 1),
        "nodes of the circuit": float(len(nodes)),
    }
    inclusion = {name: metrics.inclusion(name, sets) for name in nodes} if sets else {}
    lines, left_out = [], {}
    if len(sets) < 2:
        left_out["stability.overlap"] = f"{len(sets)} of {seeds} seeds found a circuit."
    else:
        lines.append(
            line(
                "stability.overlap",
                "Overlap of the circuits of different seeds (nodes in both over nodes in either)",
                "share",
                metrics.mean_overlap(sets),
                beside=beside | {"in every one of them": float(len(frozenset.intersection(*sets)))},
                criterion=criteria.overlapping(),
                limit=_LIMIT,
            )
        )
    if not inclusion:
        left_out["stability.inclusion"] = "There is no node, or no seed found a circuit."
    else:
        lines.append(
            line(
                "stability.inclusion",
                "How often the circuit's nodes are found by the seeds, mean of nodes",
                "share",
                sum(inclusion.values()) / len(inclusion),
                beside=beside | {"least often found": min(inclusion.values())},
                criterion=criteria.found_again(),
                limit=_LIMIT,
            )
        )
    return Stability(lines, left_out, inclusion)
