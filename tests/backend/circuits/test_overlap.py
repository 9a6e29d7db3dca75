"""What two circuits share."""

from __future__ import annotations

import pytest

from backend.circuits.circuit import Circuit
from backend.circuits.overlap import overlap
from models.checkpoints import Checkpoint
from tests.backend.conftest import checkpoint, circuit

__all__ = ["checkpoint", "circuit"]


def part(circuit: Circuit, nodes: list[str], digest: str | None = None) -> Circuit:
    """Some nodes of a circuit and the edges between them; another checkpoint's if it is named."""
    source = circuit.provenance
    changed = source if digest is None else source.model_copy(update={"checkpoint_digest": digest})
    edges = [edge for edge in circuit.edges if {edge.source, edge.target} <= set(nodes)]
    return circuit.model_copy(update={"nodes": nodes, "edges": edges, "provenance": changed})


def test_shared_nodes_and_edges_against_chance(checkpoint: Checkpoint, circuit: Circuit) -> None:
    edge = next(each for each in circuit.edges if each.kept)
    both = [edge.source, edge.target]
    others = [name for name in circuit.nodes if name not in both]
    left, right = part(circuit, [*both, *others[:2]]), part(circuit, [*both, *others[2:3]])
    found = overlap(left, right, checkpoint.config)
    assert found.shared is not None
    assert set(found.shared.nodes) == set(both)
    assert f"{edge.source}>{edge.target}" in found.shared.edges
    assert found.shared.node_overlap == pytest.approx(2 / 5)
    for site in found.sites:
        assert site.shared == sum(name.startswith(f"{site.site}.") for name in both)
    assert sum(site.left for site in found.sites) == 4
    assert sum(site.right for site in found.sites) == 3


def test_all_nodes_share_by_chance_what_they_are(checkpoint: Checkpoint, circuit: Circuit) -> None:
    site = "0.attn.act_in"
    width = checkpoint.config.d_model
    whole = part(circuit, [f"{site}.{index}" for index in range(width)])
    half = part(circuit, [f"{site}.{index}" for index in range(width // 2)])
    found = overlap(whole, half, checkpoint.config).shared
    assert found is not None
    assert found.nodes_by_chance == pytest.approx(width // 2)
    assert len(found.nodes) == width // 2


def test_names_of_another_checkpoint_mean_other_nodes(
    checkpoint: Checkpoint, circuit: Circuit
) -> None:
    found = overlap(circuit, part(circuit, circuit.nodes, "0" * 64), checkpoint.config)
    assert found.shared is None
    assert all(site.left == site.right and site.shared is None for site in found.sites)
