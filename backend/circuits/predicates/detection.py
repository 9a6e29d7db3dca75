"""How well a predicate says where a node is active, on plain tensors.

With m(x) how far a value x is on the active side of the threshold t (above: x - t; below: t - x;
beyond: |x| - t), a node is active where m(x) > 0. Of the tokens where the predicate holds the
share with an active node is the precision, of those with an active node the share where it holds
the recall, F1 their harmonic mean. The base rate, the share of all tokens with an active node, is
the precision of a predicate that says nothing.

Tokens of one window hang together, so intervals come of resampling windows. Where all windows agree
that says nothing (3 of 3 would be sure), so none is narrower than Wilson's (1927) for as many tries
as windows have such tokens.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from backend.circuits.statistics import Estimate, cluster_bootstrap, wilson
from backend.circuits.words.document import Active, Predicate
from models.anatomy import Place

USUAL = 0.9
"""Quantile that is the threshold of a node that is hardly ever zero."""


@dataclass(frozen=True)
class Detection:
    """How well a predicate says where a node is active.

    Attributes:
        windows: pieces of text; intervals come of resampling them.
        places: tokens.
        holds: tokens where the predicate holds.
        active: tokens where the node is active.
        both: tokens of both kinds.
        precision: None where the predicate holds nowhere.
        recall: None where the node is active nowhere.
        f1: None where both are nowhere.
    """

    windows: int
    places: int
    holds: int
    active: int
    both: int
    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate | None

    @property
    def base_rate(self) -> float:
        """Share of the tokens at which the node is active."""
        return self.active / self.places


def threshold_of(predicate: Predicate, values: Tensor) -> float:
    """The predicate's threshold, or the usual one of such values.

    The usual threshold is 0 if the node is zero at half of the tokens or more, as AbsTopK leaves
    it; else it lets the tenth of the tokens through that is furthest on the active side.

    Args:
        predicate: may name a threshold.
        values: of the node, any shape.
    """
    if predicate.threshold is not None:
        return predicate.threshold
    flat = values.double().flatten()
    if 2 * int((flat == 0).sum()) >= len(flat):
        return 0.0
    match predicate.active:
        case Active.ABOVE:
            return float(flat.quantile(USUAL))
        case Active.BELOW:
            return float(flat.quantile(1 - USUAL))
        case Active.BEYOND:
            return float(flat.abs().quantile(USUAL))


def margin(active: Active, threshold: float, values: Tensor) -> Tensor:
    """How far values are on the active side of a threshold; active where positive."""
    values = values.double()
    match active:
        case Active.ABOVE:
            return values - threshold
        case Active.BELOW:
            return threshold - values
        case Active.BEYOND:
            return values.abs() - threshold


def detection(holds: Tensor, active: Tensor) -> Detection:
    """Counts, precision, recall and F1, with 95% intervals of resampled windows.

    Args:
        holds: [windows, pos] bool, where the predicate holds.
        active: [windows, pos] bool, where the node is active.
    """
    both = holds & active
    rows = torch.stack([each.sum(-1) for each in (both, holds, active)], dim=-1)  # [windows, 3]
    windows = torch.arange(len(rows))

    def ratio(over: list[float]) -> Estimate | None:
        weights = torch.tensor(over, dtype=torch.float64)
        tries = int((rows.double() @ weights > 0).sum())
        if not tries:
            return None
        of = cluster_bootstrap(rows, windows, lambda means: means[:, 0] / (means @ weights))
        low, high = wilson(of.value, tries)
        return Estimate(of.value, min(of.low, low), max(of.high, high))

    return Detection(
        windows=len(rows),
        places=holds.numel(),
        holds=int(holds.sum()),
        active=int(active.sum()),
        both=int(both.sum()),
        precision=ratio([0, 1, 0]),
        recall=ratio([0, 0, 1]),
        f1=ratio([0, 0.5, 0.5]),
    )


def furthest(margins: Tensor, among: Tensor, count: int) -> list[Place]:
    """Places of a kind, those furthest from the threshold first, at most one a window.

    Args:
        margins: [windows, pos] from `margin`.
        among: [windows, pos] bool, the places of the kind.
        count: at most so many.
    """
    distance = torch.where(among, margins.abs(), -math.inf)
    most, positions = distance.max(dim=1)
    order = most.argsort(descending=True, stable=True)[:count].tolist()
    return [Place(i, int(positions[i])) for i in order if bool(most[i] >= 0)]
