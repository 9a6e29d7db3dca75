"""What every search method is given, and what it gives back."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property

from backend.circuits.ablation import MeanValues
from backend.circuits.alone import Alone
from backend.circuits.nodes import NodeSet
from backend.circuits.search.config import SearchConfig, Watcher
from models.sites import Edge, Node
from models.transformer import SparseTransformer
from tasks import Batch


@dataclass
class Passes:
    """Passes of a batch through the model: what a search costs on any machine.

    A variant of a circuit counts as one, however little of it had to be computed anew.
    """

    forward: int = 0
    backward: int = 0

    def count(self, *, forward: int = 0, backward: int = 0) -> None:
        """Add some."""
        self.forward += forward
        self.backward += backward


@dataclass(frozen=True)
class Problem:
    """One search: the model, the pairs and the target.

    Attributes:
        model: frozen.
        values: node means.
        train: pairs that masks are fitted on.
        validation: fixed pairs that select.
        config: hyperparameters, target and budget.
        watcher: told of progress, asked whether to stop.
        alone: losses of circuits alone on the validation pairs.
        begun: `time.perf_counter()` when the search began.
        passes: counted by the methods and by the losses below.
    """

    model: SparseTransformer
    values: MeanValues
    train: Batch
    validation: Batch
    config: SearchConfig
    watcher: Watcher
    alone: Alone
    begun: float = field(default_factory=time.perf_counter)
    passes: Passes = field(default_factory=Passes)

    @property
    def target(self) -> float:
        """The validation loss to meet, nats: the target less the margin for the test's sake."""
        return self.config.margin * self.config.target_loss

    @cached_property
    def deciding(self) -> Alone:
        """Losses of circuits alone on the pairs that decide what single nodes and edges may go.

        As many as there are validation pairs, half of them training pairs: a circuit that is
        pruned to the last node on the templates of one split alone fits those too closely.
        """
        half = (self.validation.pairs + 1) // 2
        batch = self.validation.spread(half).joined(self.train.spread(half))
        return Alone(self.model, self.values, batch, numbering=self.alone.numbering)

    def loss_of(self, nodes: NodeSet, dropped: frozenset[Edge] = frozenset()) -> float:
        """Task loss of a circuit alone on the validation pairs, nats."""
        self.passes.count(forward=1)
        return self.alone.loss(nodes, dropped)

    def out_of_time(self) -> bool:
        """The wall-clock budget, if there is one, is used up."""
        budget = self.config.seconds
        return budget is not None and time.perf_counter() - self.begun >= budget


@dataclass(frozen=True)
class Nested:
    """Circuits of many sizes, each within the next.

    Attributes:
        ranking: nodes; the first is the last to go.
        sizes: of the circuits worth measuring, ascending; one of size n has the first n nodes.
    """

    ranking: list[Node]
    sizes: list[int]


@dataclass(frozen=True)
class Found:
    """A circuit whose validation loss meets the target.

    Attributes:
        nodes: kept.
        dropped: edges between them that are pruned.
        path: circuits of other sizes; None where the method has none.
    """

    nodes: NodeSet
    dropped: frozenset[Edge] = frozenset()
    path: Nested | None = None
