"""The default search: from the whole model down to the smallest circuit found, in one run.

1. Where the whole model misses the target, groups of nodes that make the loss worse go first.
   Descent. Nodes are taken out of the whole model in groups, those of smallest slope first (the
   derivative of the task loss by the node's gate at the circuit so far), and a group stays out only
   where the measured loss allows. The loss allowed rises in levels up to the target, so that every
   stage starts from a circuit that does the task better than is asked. Where groups are too coarse,
   so that hundreds of nodes stay, a mask is learned instead (`search.priced_mask`).
2. Elimination of single nodes, measured exactly (`search.eliminate`); of a large circuit on a few
   pairs first.
3. Swaps. Nodes outside with the steepest slopes are added, now and then a node is taken out, and
   elimination runs again in varied order; what comes out is kept where it has fewer induced edges
   or, for as many, fewer nodes.
4. Single edges are dropped, as far as the target allows.
5. The order in which nodes went is the path: a circuit of every size.

Differences to Gao et al. 2025 (A.5) are in `METHOD`.
"""

from __future__ import annotations

import itertools

import numpy as np

from backend.circuits.alone import Alone
from backend.circuits.search.config import SearchFailed
from backend.circuits.search.eliminate import MANY, SMALL, Draft, Eliminator
from backend.circuits.search.methods.spec import MethodSpec
from backend.circuits.search.priced_mask import PricedMask
from backend.circuits.search.problem import Found, Nested, Problem
from backend.circuits.search.slopes import slopes
from tasks import Batch

LEVELS = (0.1, 0.3, 1.0)
"""Shares of the target that the loss may reach, one descent after the other."""
FEW_PAIRS = 32
"""Deciding pairs that are looked at while a circuit is large; all of them decide in the end."""
SLOPE_PAIRS = 32
"""Training pairs that a slope is taken on."""
FEW_MARGIN = 0.85
"""Share of a level's loss that the few pairs must meet, for the sake of all of them."""
GROUPS = 8
"""Groups that the nodes are dealt into at the start of a descent."""
FINEST = 64
"""Groups at most; a descent ends where not even one of so many can go."""
DESCENT_PASSES = 100.0
"""Passes of the whole model, by the nodes in each, after which descents go no further."""
MENDED = 0.05
"""Share of the loss that a round must take away while a model is mended."""
MENDING_ROUNDS, MENDING_GROUPS = 24, 4
"""Rounds in which a model is mended at most, and groups tried in each."""
ADDED = (6, 48)
"""Nodes added before a swap's elimination, at least and at most."""
PATH_POINTS = 24
"""Sizes above the circuit's own that the path is measured at."""
OWN_POINTS = 64
"""Sizes up to the circuit's own that it is measured at, at most."""


class PathSearch:
    """One search. The state is the draft: the whole model less what has gone so far, in order.

    Args:
        problem: to solve.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.rng = np.random.default_rng(problem.config.seed)
        numbering = problem.alone.numbering
        self.exact = Eliminator(problem)
        self.none = np.zeros(numbering.edges, np.uint8)
        self.draft = self.exact.measured(np.ones(numbering.nodes, np.uint8), self.none)
        self.few = self._few()
        self.descended = 0.0
        """Passes of the descents, each by its share of the nodes."""

    def run(self) -> Found:
        """The circuit, with its path.

        Raises:
            SearchFailed: no set of nodes that was tried meets the target.
            SearchCancelled: the watcher says so.
        """
        self._mend()
        mended = self.draft.copy()
        for share in LEVELS:
            self._descend(share * self.problem.target)
        self._mask(mended)
        self._thin()
        eliminated = self.exact.nodes(self.draft)
        best = self._swap(eliminated)
        if best is not eliminated:  # swaps of large circuits are less thorough
            best = self.exact.nodes(best)
        pruned = self.exact.edges(best, self.few)
        numbering = self.problem.alone.numbering
        return Found(
            numbering.node_set(pruned.keep),
            numbering.edge_set(pruned.dropped),
            self._nested(best),
        )

    def _few(self) -> Alone:
        """The evaluator of some of the deciding pairs, of all templates alike."""
        deciding = self.problem.deciding
        batch = deciding.batch.spread(FEW_PAIRS)
        return Alone(self.problem.model, self.problem.values, batch, numbering=deciding.numbering)

    def _slope_pairs(self) -> Batch:
        pairs = self.problem.train.pairs
        size = min(SLOPE_PAIRS, pairs)
        return self.problem.train.select(self.rng.choice(pairs, size, replace=False).tolist())

    def _mend(self) -> None:
        """Where the whole model misses the target, take out what makes its loss worst.

        Raises:
            SearchFailed: that does not bring it down to the target.
        """
        whole, target = self.draft.loss, self.problem.target
        size = max(1, self.draft.size // GROUPS)
        for step in range(MENDING_ROUNDS):
            if self.draft.loss <= target:
                return
            better = Eliminator(self.problem, (1 - MENDED) * self.draft.loss)
            slope = slopes(self.problem, self.draft.keep, self._slope_pairs())
            kept = self.draft.kept()
            order = kept[np.argsort(-slope[kept], kind="stable")][: MENDING_GROUPS * size]
            went = better.groups(self.draft, order.tolist(), size)
            if not went:
                size = max(1, size // 2)
            better.tell("mending", self.draft, step + 1, MENDING_ROUNDS)
        if self.draft.loss > target:
            config = self.problem.config
            raise SearchFailed(
                f"The lowest validation loss reached is {self.draft.loss:.4f} nats; the search "
                f"needs {target:.4f}, {config.margin:g} of the target {config.target_loss:g}. The "
                f"whole model's own is {whole:.4f}: it does not do this task well enough."
            )

    def _descend(self, level: float) -> None:
        """Take out groups of nodes while the loss is at most `level`."""
        if self.draft.loss > level:
            return
        quick = Eliminator(self.problem, FEW_MARGIN * level, self.few)
        draft = quick.measured(self.draft.keep.copy(), self.none)
        size = max(1, draft.size // GROUPS)
        while draft.size > SMALL // 2 and self.descended < DESCENT_PASSES:
            begun, share = self.problem.passes.forward, draft.size / len(draft.keep)
            slope = slopes(self.problem, draft.keep, self._slope_pairs())
            kept = draft.kept()
            order = kept[np.argsort(np.abs(slope[kept]), kind="stable")].tolist()
            went = quick.groups(draft, order, size)
            self.descended += share * (self.problem.passes.forward - begun)
            if len(went) <= size:
                size //= 2
                if size * FINEST < draft.size:
                    break
            quick.tell("descent", draft, len(draft.keep) - draft.size, len(draft.keep))
        self._go(draft.gone, level)

    def _mask(self, mended: Draft) -> None:
        """Where the descents left many nodes, learn a mask from where they began.

        Args:
            mended: the model before the descents.
        """
        if self.draft.size > MANY:
            masked = PricedMask(self.problem, self.exact, mended).learn()
            self.draft = min(masked, self.draft, key=self._size)

    def _thin(self) -> None:
        """Take single nodes out of a large circuit as far as the few pairs allow."""
        if self.draft.size <= SMALL:
            return
        quick = Eliminator(self.problem, FEW_MARGIN * self.problem.target, self.few)
        draft = quick.measured(self.draft.keep.copy(), self.none)
        thin = quick.nodes(draft, thorough=False)
        self._go(thin.gone, self.problem.target)

    def _go(self, flip: list[int], level: float) -> None:
        """Let go what a descent took out, as much from its start as all pairs allow."""
        low, high = 0, len(flip)
        middle = high
        while middle > low:
            loss = float(self.exact.toggled(self.draft, [flip[:middle]])[0])
            if loss <= level:
                low, reached = middle, loss
            else:
                high = middle - 1
            middle = (low + high + 1) // 2
        if low:
            self.draft.toggle(flip[:low], reached)

    def _swap(self, best: Draft) -> Draft:
        """Add nodes, eliminate again, keep what is smaller; until rounds, passes or time are up."""
        config = self.problem.config
        unlimited = config.seconds is not None
        spent = 0.0
        slope = slopes(self.problem, best.keep, self._slope_pairs())
        size = self._size(best)
        for step in itertools.count():
            done = spent >= config.swap_passes or step >= config.swaps
            if not best.size or self.problem.out_of_time() or (done and not unlimited):
                break
            begun, weight = self.problem.passes.forward, max(1.0, best.size / SMALL) ** 2
            draft = self._shaken(best, slope)
            if draft.loss <= self.exact.target:
                draft = self.exact.nodes(draft, self.rng, thorough=best.size <= SMALL)
                if self._size(draft) < size:
                    slope = slopes(self.problem, draft.keep, self._slope_pairs())
                if self._size(draft) <= size:
                    best, size = draft, self._size(draft)
            spent += weight * (self.problem.passes.forward - begun)
            self.exact.tell("swaps", best, step + 1, config.swaps)
        return best

    def _size(self, draft: Draft) -> tuple[int, int]:
        """What is made small: induced edges, then nodes."""
        return self.exact.edges_of(draft), draft.size

    def _shaken(self, draft: Draft, slope: np.ndarray) -> Draft:
        """The draft with nodes added that promise to lower the loss, and perhaps one taken out."""
        keep = draft.keep.copy()
        outside = (keep == 0).nonzero()[0]
        count = min(int(self.rng.integers(*ADDED)), len(outside))
        best = outside[np.argsort(slope[outside], kind="stable")][: 3 * count + 20]
        keep[self.rng.choice(best, count, replace=False)] = 1
        if self.rng.random() < 0.5:
            keep[self.rng.choice(draft.kept())] = 0
        return self.exact.measured(keep, self.none.copy())

    def _nested(self, best: Draft) -> Nested:
        """The path through the circuit: its nodes, then those that went, the last first."""
        within = self._order_within(best)
        inside = set(within)
        names = self.problem.alone.numbering.all_nodes
        earlier = [node for node in reversed(self.draft.gone) if node not in inside]
        elsewhere = inside.union(earlier)
        rest = [node for node in range(len(names)) if node not in elsewhere]
        ranking = within + rest + earlier
        above = np.geomspace(max(1, len(within)), len(ranking), PATH_POINTS).round().astype(int)
        own = np.linspace(1, len(within), min(len(within), OWN_POINTS)).round().astype(int)
        sizes = sorted({*own.tolist(), *above.tolist()})
        return Nested([names[node] for node in ranking], sizes)

    def _order_within(self, best: Draft) -> list[int]:
        """The nodes of a circuit, the first the last to go: each time the least needed goes.

        While many are left the few pairs tell which.
        """
        exact, rough = (Eliminator(self.problem, float("inf"), alone) for alone in (None, self.few))
        draft, gone = best.copy(), []
        while draft.size:
            free = exact if draft.size <= SMALL else rough
            kept = draft.kept().tolist()
            losses = free.toggled(draft, [[node] for node in kept])
            share = max(1, draft.size // 16)
            for place in np.argsort(losses, kind="stable")[:share].tolist():
                gone.append(kept[place])
                draft.toggle([kept[place]], float(losses[place]))
            free.tell("path", draft, len(gone), best.size)
        return gone[::-1]


def find(problem: Problem) -> Found:
    """`path`: see the module.

    Raises:
        SearchFailed: no set of nodes that was tried meets the target.
        SearchCancelled: the watcher says so.
    """
    return PathSearch(problem).run()


METHOD = MethodSpec(
    name="path",
    title="Exact descent, elimination and swaps; nodes and edges",
    source=(
        'Gao et al. 2025, "Weight-sparse transformers have interpretable circuits", A.5, for what '
        "is minimised; slopes: Nanda 2023, attribution patching"
    ),
    deviations=(
        "Slopes order the nodes, and the measured loss decides. A mask is learned only where "
        "groups leave hundreds of nodes; its price follows the loss and counts edges too.",
        "Nodes that can go singly are always taken out; then swaps with nodes outside are tried.",
        "Single edges are pruned after the nodes.",
        "All sizes from the whole model down are kept.",
    ),
    find=find,
)
