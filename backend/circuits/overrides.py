"""Nodes that get a value of the user's choice: a constant, or a multiple of their own.

Beside ablation this is the other half of "what if": not whether a node matters, but whether a value
in its place does what its reading says it does.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from backend.errors import InvalidRequestError
from models.config import ModelConfig
from models.sites import Node, NodeSite

LARGEST = 1e6
"""Magnitude that a constant or a factor may have."""


@dataclass(frozen=True)
class Override:
    """A node's value becomes `factor * value + constant` at every position.

    Attributes:
        node: of the model.
        factor: 0 for a constant in the value's place.
        constant: 0 for a multiple of the value.
    """

    node: Node
    factor: float
    constant: float


Overrides = tuple[Override, ...]


def parse_overrides(
    config: ModelConfig, constants: Mapping[str, float], factors: Mapping[str, float]
) -> Overrides:
    """What is set and what is rescaled, in the order of the nodes' names.

    Args:
        config: of the model.
        constants: values by node name.
        factors: multiples by node name.

    Raises:
        InvalidRequestError: a name is no node's or in both, or a number is too large or none.
    """
    for name in constants.keys() & factors.keys():
        raise InvalidRequestError(
            f"{name!r} is set to {constants[name]:g} and rescaled by {factors[name]:g}; a node has "
            "one value.",
            remedy="Leave it out of one of the two.",
        )
    given = [(name, 0.0, value) for name, value in constants.items()]
    given += [(name, factor, 0.0) for name, factor in factors.items()]
    return tuple(_override(config, *each) for each in sorted(given))


def _override(config: ModelConfig, name: str, factor: float, constant: float) -> Override:
    for number in (factor, constant):
        if not math.isfinite(number) or abs(number) > LARGEST:
            raise InvalidRequestError(
                f"{name!r} was given {number:g}; a constant or factor is a number from "
                f"{-LARGEST:g} to {LARGEST:g}.",
                remedy="Give a smaller one.",
            )
    try:
        return Override(Node.parse(name, config), factor, constant)
    except ValueError as error:
        raise InvalidRequestError(
            str(error), remedy="Name nodes of this checkpoint, as its circuits do."
        ) from None


def overriding_sites(
    overrides: Iterable[Override],
) -> dict[NodeSite, Callable[[Tensor], Tensor]]:
    """What to do with the values [..., width] of each site: the same with its nodes' new ones."""
    by_site: defaultdict[NodeSite, list[Override]] = defaultdict(list)
    for override in overrides:
        by_site[override.node.site].append(override)
    return {site: _at(members) for site, members in by_site.items()}


def _at(members: list[Override]) -> Callable[[Tensor], Tensor]:
    index = torch.tensor([each.node.index for each in members])
    factor = torch.tensor([each.factor for each in members])
    constant = torch.tensor([each.constant for each in members])

    def change(value: Tensor) -> Tensor:
        return value.index_copy(-1, index, value[..., index] * factor + constant)

    return change
