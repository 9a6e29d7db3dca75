"""Nodes in the order of their worth, and the nested circuits that order gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import overload

import torch
from torch import Tensor

from backend.circuits.nodes import NodeSet
from models.config import ModelConfig
from models.sites import NodeSite


class Ranking(Sequence[NodeSet]):
    """All nodes of a model from the best to the worst; item k is the set of the k best.

    Args:
        config: of the model.
        scores: [width] by site; the higher, the better. Ties go to the node that comes first in
            the forward pass.
        sizes: the longest set there is; all nodes if None.
    """

    def __init__(
        self, config: ModelConfig, scores: dict[NodeSite, Tensor], sizes: int | None = None
    ) -> None:
        self.config, self.scores = config, scores
        flat = torch.cat([score.detach() for score in scores.values()])
        self._order = flat.argsort(descending=True, stable=True)
        self._largest = len(flat) if sizes is None else min(sizes, len(flat))

    def up_to(self, size: int) -> Ranking:
        """The sets of at most so many nodes."""
        return Ranking(self.config, self.scores, size)

    def until(self, meets: Callable[[NodeSet], bool], start: int, growth: float) -> Ranking:
        """The sets up to the first found that meets a target; all sets if none is found.

        Loss need not fall steadily with size: bisecting all sets at once may miss small ones that
        do, where those of middling size do not.

        Args:
            meets: a set meets the target.
            start: size tried first.
            growth: by how much of itself the size grows from one try to the next.
        """
        size = min(start, self._largest)
        while size < self._largest and not meets(self[size]):
            size = min(math.ceil((1 + growth) * size) + 1, self._largest)
        return self.up_to(size)

    def __len__(self) -> int:
        """One more than the largest set has nodes: the first is empty."""
        return self._largest + 1

    @overload
    def __getitem__(self, index: int) -> NodeSet: ...
    @overload
    def __getitem__(self, index: slice) -> list[NodeSet]: ...
    def __getitem__(self, index: int | slice) -> NodeSet | list[NodeSet]:
        """The set of the `index` best nodes."""
        if isinstance(index, slice):
            return [self[size] for size in range(len(self))[index]]
        chosen = torch.zeros(len(self._order), dtype=torch.bool)
        chosen[self._order[: range(len(self))[index]]] = True
        widths = [len(score) for score in self.scores.values()]
        return NodeSet(self.config, dict(zip(self.scores, chosen.split(widths), strict=True)))
