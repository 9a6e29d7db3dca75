"""OpenAI's circuits, `viz_data.pt` (github.com/openai/circuit_sparsity), read without running them.

    circuit_data[location]      indices kept there; may also hold "prune_config"
    importances                 loss, interv_loss; ch_interv_losses[location] by kept index;
                                layer_interv_losses["{i}.attn" | "{i}.mlp"]; beeg_model_config
    prune_config, num_total_nodes, all_loss, samples

Locations go by the names of our node sites; those that are none (`final_resid`) are told apart.
`loss`, `interv_loss` and `ch_interv_losses` are stored doubled, which their own viewer halves, too;
losses of layers are not. `pair_data` holds effects of ablations, no weights: edges are taken from
the checkpoint. Samples are not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from backend.errors import InvalidRequestError
from models.checkpoints.errors import CheckpointError
from models.checkpoints.pickles import read_pickle
from models.sites import Node, NodeSite

FORMAT = "openai viz_data"
PRUNE_CONFIG = "prune_config"
ELSEWHERE = frozenset({"final_resid"})
"""Locations that are no node sites."""
DOUBLED = 2.0


@dataclass(frozen=True)
class VizData:
    """What is taken from a file.

    Attributes:
        nodes: kept, in forward order.
        left_out: location -> number of indices kept where no node is.
        loss: of the whole model, nats.
        circuit_loss: of the circuit alone, nats.
        node_losses: of the circuit alone less a node, by its name, nats.
        block_losses: of the circuit alone less a block, nats.
        model_config: the checkpoint's `beeg_config.json`, as far as the file says it.
        prune_config: how the circuit was pruned, as far as it is text and numbers.
    """

    nodes: list[Node]
    left_out: dict[str, int]
    loss: float | None
    circuit_loss: float | None
    node_losses: dict[str, float]
    block_losses: dict[str, float]
    model_config: dict[str, Any]
    prune_config: dict[str, Any]


def read_viz_data(path: Path) -> VizData:
    """Reads a `viz_data.pt`.

    Raises:
        InvalidRequestError: it is damaged, holds more than tensors, texts and numbers, or is no
            circuit.
    """
    try:
        content = read_pickle(path)
    except CheckpointError as error:
        raise InvalidRequestError(
            f"The circuit cannot be read: {str(error).replace(str(path), path.name)}.",
            remedy="Give a viz_data.pt of tensors, texts and numbers only; objects in it, such as "
            "a configuration, have to be saved as dictionaries.",
        ) from None
    try:
        return _read(content)
    except (AttributeError, RuntimeError, TypeError, ValueError) as error:
        raise _unfit(str(error)) from error


def is_pickled(path: Path) -> bool:
    """Whether a file is one of `torch.save`, by its first bytes: no JSON starts like this."""
    with path.open("rb") as file:
        return file.read(4).startswith((b"PK\x03\x04", b"\x80"))


def _read(content: Mapping[str, Any]) -> VizData:
    kept = content.get("circuit_data")
    if not isinstance(kept, Mapping):
        raise _unfit(f"it has no 'circuit_data', but {_listed(content)}")
    importances = content.get("importances", {})
    nodes, left_out = _nodes(kept)
    return VizData(
        nodes=sorted(nodes),
        left_out=left_out,
        loss=_halved(importances.get("loss")),
        circuit_loss=_halved(importances.get("interv_loss")),
        node_losses=_node_losses(kept, importances.get("ch_interv_losses", {})),
        block_losses={
            str(name): float(loss)
            for name, loss in importances.get("layer_interv_losses", {}).items()
        },
        model_config=_plain(importances.get("beeg_model_config")),
        prune_config=_plain(content.get(PRUNE_CONFIG) or kept.get(PRUNE_CONFIG)),
    )


def _nodes(kept: Mapping[str, Any]) -> tuple[set[Node], dict[str, int]]:
    """The nodes, and how many indices are kept at each location that has none."""
    nodes: set[Node] = set()
    left_out = {}
    for location, indices in kept.items():
        if location == PRUNE_CONFIG:
            continue
        numbers = _indices(location, indices)
        if location in ELSEWHERE:
            left_out[location] = len(numbers)
        else:
            site = NodeSite.parse(location)
            nodes |= {Node(site, number) for number in numbers}
    return nodes, left_out


def _indices(location: str, indices: Any) -> list[int]:
    numbers = torch.as_tensor(indices).flatten().tolist()
    for number in numbers:
        if type(number) is not int or number < 0:
            raise _unfit(f"circuit_data[{location!r}] has the index {number!r}")
    return numbers


def _node_losses(kept: Mapping[str, Any], losses: Any) -> dict[str, float]:
    """By node name: each location's losses stand in the order of its kept indices."""
    found = {}
    for location, values in losses.items():
        if location not in kept:
            raise _unfit(f"it has losses of {location!r}, which circuit_data does not have")
        numbers = _indices(location, kept[location])
        if len(values) != len(numbers):
            raise _unfit(f"it has {len(values)} losses of {len(numbers)} indices at {location!r}")
        for number, value in zip(numbers, values, strict=True):
            found[f"{location}.{number}"] = float(value) / DOUBLED
    return found


def _halved(value: Any) -> float | None:
    return None if value is None else float(value) / DOUBLED


def _plain(value: Any) -> dict[str, Any]:
    """The entries of a dictionary that JSON has as well."""
    if not isinstance(value, Mapping):
        return {}
    return {
        str(name): each
        for name, each in value.items()
        if each is None or isinstance(each, bool | int | float | str)
    }


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names)) or "nothing"


def _unfit(reason: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"The file is no viz_data.pt: {reason}.",
        remedy="Give the viz_data.pt of a circuit, as viz/<model>/<task>/<sweep>/<k>/ has it.",
    )
