"""What each part of a circuit does by itself: the loss of the circuit alone without it, less with
it, on the pairs that the circuit's page shows.

The report's lines on minimality ask the same on the report's pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Literal

import numpy as np

from backend.circuits.ablation import MeanValues
from backend.circuits.alone import Alone, Flip
from backend.circuits.circuit import Circuit
from backend.circuits.edges import dropped_edges
from backend.circuits.evaluations import task_pairs
from backend.circuits.needs import means_of
from backend.circuits.nodes import NodeSet
from backend.circuits.numbering import Ids, Numbering
from backend.errors import InvalidRequestError
from models.checkpoints import Checkpoint
from models.sites import Edge, Node
from tasks import Batch, Split, Task

Part = Literal["nodes", "edges"]
Turn = AbstractContextManager[object]
MOST_PARTS = 5000
"""Parts whose effects are measured at most: more take minutes."""
AT_ONCE = 64
"""Parts measured in one turn."""


def single_effects(
    checkpoint: Checkpoint,
    task: Task,
    circuit: Circuit,
    part: Part,
    split: Split,
    seed: int,
    turn: Turn,
) -> dict[str, float]:
    """Nats that the loss of the circuit alone rises when one part alone is mean-ablated.

    Args:
        checkpoint: the circuit's, with tokenizer and node means.
        task: the circuit's.
        circuit: whose parts.
        part: its nodes, or its kept edges.
        split: of the pairs.
        seed: of the pairs.
        turn: a lock, taken for some parts at a time, so that other questions come in between.

    Returns:
        By the name of a node, or of an edge, `source>target`. The second time from memory.

    Raises:
        InvalidRequestError: more than `MOST_PARTS` parts; the checkpoint lacks tokenizer or means.
    """
    names = circuit.nodes if part == "nodes" else _kept(circuit)
    if len(names) > MOST_PARTS:
        raise InvalidRequestError(
            f"Circuit {circuit.slug!r} has {len(names)} {part}: effects are measured of at most "
            f"{MOST_PARTS}.",
            remedy="Open a smaller size of the circuit.",
        )
    known = _remembered(checkpoint, task, tuple(circuit.nodes), tuple(_kept(circuit)), split, seed)
    if any(name not in known for name in names):
        known |= _measure(checkpoint, task, circuit, names, split, seed, turn)
    return {name: known[name] for name in names}


def _kept(circuit: Circuit) -> list[str]:
    return [f"{edge.source}>{edge.target}" for edge in circuit.edges if edge.kept]


@lru_cache(maxsize=32)
def _remembered(*_: object) -> dict[str, float]:
    """What was measured of a circuit on some pairs: whoever asks first fills it."""
    return {}


def _measure(
    checkpoint: Checkpoint,
    task: Task,
    circuit: Circuit,
    names: Sequence[str],
    split: Split,
    seed: int,
    turn: Turn,
) -> dict[str, float]:
    with turn:
        batch = Batch.from_pairs(task_pairs(checkpoint, task, split, seed))
        alone = Alone(checkpoint.model, MeanValues(means_of(checkpoint)), batch)
        keep = alone.numbering.keep(NodeSet.of(checkpoint.config, circuit.nodes))
        dropped = alone.numbering.dropped(dropped_edges(circuit))
        base = alone.task_loss(keep, dropped)
        flips = _flips(alone.numbering, names)
    found: list[float] = []
    for start in range(0, len(flips), AT_ONCE):
        with turn:
            losses = alone.variants(keep, dropped, flips[start : start + AT_ONCE])
        found += (losses - base).tolist()
    return dict(zip(names, found, strict=True))


def _flips(numbering: Numbering, names: Sequence[str]) -> list[Flip]:
    """What ablating each part toggles."""
    edges = {name: Edge.parse(name) for name in names if ">" in name}
    ends = [(numbering.node(each.source), numbering.node(each.target)) for each in edges.values()]
    numbers = dict(zip(edges, _edge_numbers(numbering, ends).tolist(), strict=True))
    return [
        [numbering.nodes + numbers[name]] if name in numbers else [numbering.node(Node.parse(name))]
        for name in names
    ]


def _edge_numbers(numbering: Numbering, ends: Sequence[tuple[int, int]]) -> Ids:
    """Args: ends: numbers of source and target of edges that the model has."""
    keys = numbering.sources * numbering.nodes + numbering.targets
    order = keys.argsort(kind="stable")
    wanted = np.array([source * numbering.nodes + target for source, target in ends], np.int64)
    numbers: Ids = order[np.searchsorted(keys, wanted, sorter=order)]
    return numbers
