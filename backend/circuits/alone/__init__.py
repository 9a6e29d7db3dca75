"""Losses of circuits alone, thousands of them: everything outside at its mean.

`evaluate` answers the same question for any intervention; this is many times faster for the one
that searches ask most. Each distinct beginning of the batch's sequences is computed once, sites
without kept nodes cost nothing, and a variant of a circuit is computed from the first half block
that differs (`alone.kernel`). Architectures the kernel does not cover go through `evaluate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from backend.circuits.ablation import MeanValues, evaluate
from backend.circuits.edges import circuit_alone
from backend.circuits.nodes import NodeSet
from backend.circuits.numbering import Flags, Numbering, toggle
from models.sites import Edge
from models.transformer import SparseTransformer
from tasks import Batch

if TYPE_CHECKING:
    from backend.circuits.alone.kernel import Arrays

Flip = Sequence[int]
"""Numbers of nodes, and of edges plus `numbering.nodes`, that are toggled together."""


class Alone:
    """Losses of circuits alone on one batch.

    Args:
        model: frozen.
        values: node means.
        batch: pairs of a task.
        numbering: of the model, where it is known already.
        compiled: False to go through `evaluate` whatever the architecture.

    Attributes:
        numbering: of the model's nodes and edges.
    """

    def __init__(
        self,
        model: SparseTransformer,
        values: MeanValues,
        batch: Batch,
        *,
        numbering: Numbering | None = None,
        compiled: bool = True,
    ) -> None:
        self.model, self.values, self.batch = model, values, batch
        self.numbering = numbering or Numbering(model)
        self.compiled = compiled and _covers(model)

    @cached_property
    def _arrays(self) -> Arrays:
        from backend.circuits.alone.packed import pack

        return pack(self.model, self.values, self.batch, self.numbering)

    def loss(self, nodes: NodeSet, dropped: frozenset[Edge] = frozenset()) -> float:
        """Task loss of a circuit alone, nats.

        Args:
            nodes: kept.
            dropped: edges between them that are ablated.
        """
        return self.task_loss(self.numbering.keep(nodes), self.numbering.dropped(dropped))

    def task_loss(self, keep: Flags, dropped: Flags) -> float:
        """Task loss of a circuit given as `numbering` does, nats."""
        return float(F.softplus(-self.differences(keep, dropped)).double().mean())

    def differences(self, keep: Flags, dropped: Flags) -> Tensor:
        """[batch] logit(right) - logit(wrong) of a circuit given as `numbering` does."""
        if not self.compiled:
            return self._plain(keep, dropped)
        from backend.circuits.alone.kernel import run

        out = np.empty(len(self.batch.tokens), np.float32)
        run(self._arrays, keep, dropped, self._arrays.x0[None][:0], out)
        return torch.from_numpy(out)

    def variants(
        self, keep: Flags, dropped: Flags, flips: Sequence[Flip]
    ) -> npt.NDArray[np.float64]:
        """Task losses of variants of one circuit.

        Args:
            keep: [nodes] the circuit's nodes.
            dropped: [edges] its pruned edges.
            flips: what each variant toggles.

        Returns:
            [variants] nats.
        """
        if not flips:
            return np.empty(0)
        if not self.compiled or len(flips) == 1:  # one shares nothing with others
            return np.array([self._variant(keep, dropped, flip) for flip in flips])
        from backend.circuits.alone.kernel import run, run_variants

        a = self._arrays
        before = np.empty((2 * len(a.first), *a.x0.shape), np.float32)
        run(a, keep, dropped, before, np.empty(len(self.batch.tokens), np.float32))
        starts = np.concatenate([[0], np.cumsum([len(flip) for flip in flips])])
        flat = np.array([number for flip in flips for number in flip], np.int64)
        halves = np.array([self._first_half(flip) for flip in flips])
        out = np.empty((len(flips), len(self.batch.tokens)), np.float32)
        # Dealt out in turn by cost, the earliest first, so that threads end together.
        order = halves.argsort(kind="stable")
        workers = min(max(1, torch.get_num_threads()), len(flips))

        def work(worker: int) -> None:
            own = np.ascontiguousarray(order[worker::workers])  # one type: compiled once
            run_variants(a, keep, dropped, before, starts, flat, halves, own, out)

        if workers == 1:
            work(0)
        else:
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(work, range(workers)))
        losses = F.softplus(-torch.from_numpy(out)).double().mean(-1)
        return losses.numpy()

    @cached_property
    def _half_of(self) -> npt.NDArray[np.int64]:
        """[nodes + edges] the half block from which toggling a number makes a difference."""
        numbering = self.numbering
        halves = np.empty(numbering.nodes, np.int64)
        for site, first in numbering.first.items():
            half = 2 * site.layer + (site.kind.value.startswith("mlp"))
            halves[first : first + site.width(numbering.config)] = half
        return np.concatenate([halves, halves[numbering.targets]])

    def _first_half(self, flip: Flip) -> int:
        return int(self._half_of[list(flip)].min()) if flip else 2 * len(self._arrays.first)

    def _plain(self, keep: Flags, dropped: Flags) -> Tensor:
        numbering = self.numbering
        nodes, edges = numbering.node_set(keep), numbering.edge_set(dropped)
        intervention = circuit_alone(nodes, self.values, edges)
        return evaluate(self.model, self.batch, intervention).difference[0]

    def _variant(self, keep: Flags, dropped: Flags, flip: Flip) -> float:
        keep, dropped = keep.copy(), dropped.copy()
        toggle(keep, dropped, flip)
        return self.task_loss(keep, dropped)


def _covers(model: SparseTransformer) -> bool:
    try:
        from backend.circuits.alone.packed import fits
    except ImportError:  # no numba: `models.abs_topk` has warned
        return False
    on_cpu = model.unembedding.weight.device.type == "cpu"
    return on_cpu and model.unembedding.weight.dtype == torch.float32 and fits(model.config)
