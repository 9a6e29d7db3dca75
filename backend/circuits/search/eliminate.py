"""Exact elimination: take out of a circuit what it does not need, nodes and then single edges.

Every step measures the circuit without something on fixed pairs, so what is left meets the target,
and at the end no single node can go without the loss passing it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from backend.circuits.alone import Alone
from backend.circuits.nodes import NodeSet
from backend.circuits.numbering import Flags, Ids, toggle
from backend.circuits.search.config import Progress
from backend.circuits.search.problem import Problem
from models.sites import Edge

SMALL = 64
"""Nodes above which they are taken out in runs first."""
FRESH = 6
"""Numbers measured anew before each single removal; the others' last measures are kept."""
NEAR = 1.1
"""Multiple of the target up to which a refused node is soon measured again, others at the end."""
MANY = 256
"""Nodes or edges that can go above which they are taken out in runs."""
LEAST = 0.2
"""Share of those that can go singly that runs must take out to be tried once more."""
TELL_EVERY = 1.0
"""Seconds between reports of progress while single nodes or edges go."""
FREE_LOSS = 0.02
"""Nats that count as nothing when what a node costs is set against the edges that go with it."""


@dataclass
class Draft:
    """A circuit in the making, in the numbers of `Numbering`.

    Attributes:
        keep: [nodes].
        dropped: [edges].
        loss: of the circuit alone, nats.
        gone: what was toggled since it was made, in order.
    """

    keep: Flags
    dropped: Flags
    loss: float
    gone: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Nodes."""
        return int(self.keep.sum())

    def kept(self) -> Ids:
        """Numbers of its nodes."""
        return self.keep.nonzero()[0]

    def copy(self) -> Draft:
        """One that can be changed without changing this."""
        return Draft(self.keep.copy(), self.dropped.copy(), self.loss, self.gone.copy())

    def toggle(self, numbers: Sequence[int], loss: float) -> None:
        """Toggle nodes, and edges by their number plus that of all nodes."""
        toggle(self.keep, self.dropped, numbers)
        self.gone += numbers
        self.loss = loss


class Eliminator:
    """Takes nodes and edges out of drafts.

    Args:
        problem: whose watcher is told and whose passes are counted.
        target: loss to stay at or below, nats; the problem's if None.
        alone: what measures; the problem's deciding pairs if None.
    """

    def __init__(
        self, problem: Problem, target: float | None = None, alone: Alone | None = None
    ) -> None:
        self.problem = problem
        self.target = problem.target if target is None else target
        self.alone = problem.deciding if alone is None else alone
        self.numbering = self.alone.numbering

    def draft(self, nodes: NodeSet, dropped: frozenset[Edge] = frozenset()) -> Draft:
        """A circuit as a draft."""
        return self.measured(self.numbering.keep(nodes), self.numbering.dropped(dropped))

    def measured(self, keep: Flags, dropped: Flags) -> Draft:
        """The draft of some nodes and dropped edges, with its loss."""
        draft = Draft(keep, dropped, 0.0)
        draft.loss = float(self.toggled(draft, [[]])[0])
        return draft

    def toggled(self, draft: Draft, flips: Sequence[Sequence[int]]) -> npt.NDArray[np.float64]:
        """Losses of a draft with each of the given lists of numbers toggled, nats."""
        self.problem.passes.count(forward=len(flips))
        return self.alone.variants(draft.keep, draft.dropped, flips)

    def edges_of(self, draft: Draft) -> int:
        """Induced edges of a draft."""
        return len(self.numbering.induced(draft.keep))

    def nodes(
        self, draft: Draft, noise: np.random.Generator | None = None, *, thorough: bool = True
    ) -> Draft:
        """Take out nodes until no single one can go.

        Those whose absence costs the least loss for each edge that goes with them go first.

        Args:
            draft: is not changed.
            noise: varies the order, and so what is left.
            thorough: measure all that is left once more before the end; without it a few may be
                left that could go.

        Raises:
            SearchCancelled: the watcher says so.
        """
        draft, begun = draft.copy(), draft.size
        losses = self._unknown()
        near = kept = draft.kept()

        def report() -> None:
            self.tell("elimination", draft, begun - draft.size, begun)

        while len(kept):
            free = self._free(draft, near, losses, self)
            if len(free):
                cost = self._cost(draft, free, losses[free], noise)
                order = free[np.argsort(cost, kind="stable")].tolist()
                if len(order) > MANY:
                    many = self._sweep(draft, order) >= LEAST * len(order)
                    order = [] if many else [node for node in order if draft.keep[node]]
                elif draft.size > SMALL:
                    order = self._in_runs(draft, order)
                self._one_by_one(draft, order, losses, report)
                report()
                kept = draft.kept()
                near = kept[losses[kept] <= NEAR * self.target]
            elif thorough and len(near) < len(kept):
                near = kept
            else:
                break
        return draft

    def edges(self, draft: Draft, few: Alone | None = None) -> Draft:
        """Drop single edges between the nodes until none can go, the least needed first.

        Where more than `MANY` can go they go in runs, until runs no longer do.

        Args:
            draft: is not changed.
            few: what orders many edges: the evaluator of fewer pairs; this one's if None.

        Raises:
            SearchCancelled: the watcher says so.
        """
        draft, losses = draft.copy(), self._unknown()
        by_few = Eliminator(self.problem, self.target, few)
        induced = self.numbering.induced(draft.keep)

        def report() -> None:
            self.tell("edges", draft, int(draft.dropped[induced].sum()), len(induced))

        while True:
            candidates = induced[draft.dropped[induced] == 0] + self.numbering.nodes
            free = self._free(draft, candidates, losses, by_few if len(candidates) > MANY else self)
            if len(candidates) > MANY >= len(free):
                best = candidates[np.argsort(losses[candidates], kind="stable")[:MANY]]
                free = self._free(draft, best, losses, self)
            if not len(free):
                return draft
            order = free[np.argsort(losses[free], kind="stable")].tolist()
            if len(order) <= MANY:
                self._one_by_one(draft, order, losses, report)
            elif self._sweep(draft, order) < LEAST * len(order):
                return draft
            report()

    def groups(self, draft: Draft, order: Sequence[int], size: int) -> list[int]:
        """Take out runs of so many nodes, as many as go together.

        Args:
            draft: is changed.
            order: nodes, those to go first in front.
            size: of a run.

        Returns:
            The nodes taken out, the first to go in front.
        """
        runs = [list(order[start : start + size]) for start in range(0, len(order), size)]
        losses = self.toggled(draft, runs)
        best = np.argsort(losses, kind="stable")
        free = [runs[i] for i in best if losses[i] <= self.target]
        return self._together(draft, free) if free else []

    def _free(
        self, draft: Draft, numbers: Ids, losses: npt.NDArray[np.float64], judge: Eliminator
    ) -> Ids:
        """Those numbers that can go, each by itself, as a judge measures into `losses`."""
        losses[numbers] = judge.toggled(draft, [[number] for number in numbers.tolist()])
        return numbers[losses[numbers] <= self.target]

    def _cost(
        self,
        draft: Draft,
        nodes: Ids,
        losses: npt.NDArray[np.float64],
        noise: np.random.Generator | None = None,
    ) -> npt.NDArray[np.float64]:
        """What taking out each node costs: loss added for each edge saved."""
        induced = self.numbering.induced(draft.keep)
        ends = np.concatenate([self.numbering.sources[induced], self.numbering.targets[induced]])
        degree = np.bincount(ends, minlength=self.numbering.nodes)[nodes]
        added = np.maximum(losses - draft.loss, -FREE_LOSS) + FREE_LOSS
        cost = added / (degree + 1.0)
        if noise is not None:
            cost = cost * np.exp(noise.normal(0, 0.5, len(cost)))
        return np.asarray(cost)

    def _together(self, draft: Draft, runs: list[list[int]]) -> list[int]:
        """Take out as many of the first runs as go together; each could go by itself."""
        while True:
            flip = [number for run in runs for number in run]
            loss = float(self.toggled(draft, [flip])[0])
            if loss <= self.target or len(runs) == 1:
                draft.toggle(flip, loss)
                return flip
            runs = runs[: len(runs) // 2]

    def _in_runs(self, draft: Draft, queue: list[int]) -> list[int]:
        """Take out runs from the head of the queue, shorter ones where one cannot go together.

        Returns:
            What is left of the queue when runs are as short as the numbers measured anew for one.
        """
        size = len(queue) // 4
        while queue and size > FRESH:
            head = queue[:size]
            loss = float(self.toggled(draft, [head])[0])
            if loss <= self.target:
                draft.toggle(head, loss)
                queue = queue[size:]
            else:
                size //= 2
        return queue

    def _sweep(self, draft: Draft, queue: list[int]) -> int:
        """Take out runs all along the queue: longer after one that can go, shorter after another.

        Returns:
            How many numbers went.
        """
        place, went, size = 0, 0, len(queue) // 4
        while place < len(queue):
            run = queue[place : place + size]
            loss = float(self.toggled(draft, [run])[0])
            if loss <= self.target:
                draft.toggle(run, loss)
                went += len(run)
            if loss <= self.target or size <= FRESH:
                place += len(run)
            size = 2 * size if loss <= self.target else max(FRESH, size // 2)
        return went

    def _one_by_one(
        self,
        draft: Draft,
        queue: list[int],
        losses: npt.NDArray[np.float64],
        report: Callable[[], None],
    ) -> None:
        """Take out single numbers in the order of the queue, its head measured anew each time.

        Args:
            draft: is changed.
            queue: numbers that could go, each by itself.
            losses: [nodes + edges] of the draft without each; what is measured goes into it.
            report: called now and then.
        """
        measured, reported = True, time.monotonic()
        while queue:
            if time.monotonic() - reported > TELL_EVERY:
                report()
                reported = time.monotonic()
            head = queue[:FRESH]
            if not measured:
                losses[head] = self.toggled(draft, [[number] for number in head])
            measured = False
            fits = [number for number in head if losses[number] <= self.target]
            queue = fits + queue[FRESH:]
            if fits:
                best = min(fits, key=lambda number: losses[number])
                if best < self.numbering.nodes:
                    best = fits[int(np.argmin(self._cost(draft, np.array(fits), losses[fits])))]
                draft.toggle([best], float(losses[best]))
                queue.remove(best)

    def _unknown(self) -> npt.NDArray[np.float64]:
        """[nodes + edges] losses before anything was measured."""
        return np.full(self.numbering.nodes + self.numbering.edges, np.inf)

    def tell(self, stage: str, draft: Draft, step: int, steps: int) -> None:
        """Report progress.

        Raises:
            SearchCancelled: the watcher says so.
        """
        edges = self.edges_of(draft)
        progress = Progress(stage, step, max(step, steps), draft.loss, draft.size, edges)
        self.problem.watcher.tell(progress)
