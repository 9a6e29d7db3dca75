"""Sets of nodes, as one boolean mask a site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import torch
from torch import Tensor

from backend.errors import InvalidRequestError
from models.config import ModelConfig
from models.sites import Node, NodeSite, node_sites


def by_site(config: ModelConfig, flat: Tensor) -> dict[NodeSite, Tensor]:
    """What stands for each node, node by node in forward order, as parts of it by site.

    Args:
        config: of the model the nodes belong to.
        flat: [nodes].

    Returns:
        [width] by site, views of `flat` that gradients pass.
    """
    sites = node_sites(config)
    parts = flat.split([site.width(config) for site in sites])
    return dict(zip(sites, parts, strict=True))


class NodeSet:
    """An immutable set of nodes of one architecture.

    Args:
        config: of the model the nodes belong to.
        masks: [width] booleans by site; sites left out have no node in the set.
    """

    def __init__(self, config: ModelConfig, masks: Mapping[NodeSite, Tensor]) -> None:
        self.config = config
        self._masks = {
            site: masks[site].bool()
            if site in masks
            else torch.zeros(site.width(config), dtype=torch.bool)
            for site in node_sites(config)
        }

    @classmethod
    def none(cls, config: ModelConfig) -> NodeSet:
        """No node."""
        return cls(config, {})

    @classmethod
    def all(cls, config: ModelConfig) -> NodeSet:
        """Every node of the model."""
        return ~cls.none(config)

    @classmethod
    def of(cls, config: ModelConfig, nodes: Iterable[Node | str]) -> NodeSet:
        """The given nodes.

        Raises:
            InvalidRequestError: a name is no node's, or the model has no such node.
        """
        result = cls.none(config)
        for item in nodes:
            try:
                node = Node.parse(str(item), config)
            except ValueError as error:
                raise InvalidRequestError(
                    str(error), remedy="Name nodes of this checkpoint, as its circuits do."
                ) from None
            result._masks[node.site][node.index] = True
        return result

    def mask(self, site: NodeSite) -> Tensor:
        """[width] booleans: which nodes of a site are in the set. Not to be written to."""
        return self._masks[site]

    def sites(self) -> list[NodeSite]:
        """The sites with at least one node, in forward order."""
        return [site for site, mask in self._masks.items() if bool(mask.any())]

    def names(self) -> list[str]:
        """Names of the nodes in forward order."""
        return [node.name for node in self]

    def with_nodes(self, nodes: Iterable[Node]) -> NodeSet:
        """This set and some more nodes."""
        return self | NodeSet.of(self.config, nodes)

    def without(self, nodes: Iterable[Node]) -> NodeSet:
        """This set less some nodes."""
        return self - NodeSet.of(self.config, nodes)

    def _combine(self, other: NodeSet, how: Callable[[Tensor, Tensor], Tensor]) -> NodeSet:
        return NodeSet(
            self.config,
            {site: how(mask, other._masks[site]) for site, mask in self._masks.items()},
        )

    def __or__(self, other: NodeSet) -> NodeSet:
        return self._combine(other, torch.logical_or)

    def __and__(self, other: NodeSet) -> NodeSet:
        return self._combine(other, torch.logical_and)

    def __sub__(self, other: NodeSet) -> NodeSet:
        return self._combine(other, lambda a, b: a & ~b)

    def __invert__(self) -> NodeSet:
        return NodeSet(self.config, {site: ~mask for site, mask in self._masks.items()})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NodeSet):
            return NotImplemented
        return self.config == other.config and all(
            torch.equal(mask, other._masks[site]) for site, mask in self._masks.items()
        )

    def __hash__(self) -> int:
        return hash(torch.cat(list(self._masks.values())).numpy().tobytes())

    def __contains__(self, node: Node) -> bool:
        return bool(self._masks[node.site][node.index])

    def __iter__(self) -> Iterator[Node]:
        for site, mask in self._masks.items():
            for index in mask.nonzero().flatten().tolist():
                yield Node(site, index)

    def __len__(self) -> int:
        return sum(int(mask.sum()) for mask in self._masks.values())

    def __repr__(self) -> str:
        return f"NodeSet({len(self)} nodes)"
