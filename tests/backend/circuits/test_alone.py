"""The compiled evaluator of circuits alone against the plain one, on every kind of model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from backend.circuits.ablation import MeanValues, evaluate
from backend.circuits.alone import Alone
from backend.circuits.alone.rows import distinct_rows
from backend.circuits.edges import circuit_alone
from backend.circuits.nodes import NodeSet
from models.config import Activation, ModelConfig, Norm, Positions, TopKSite
from models.means import compute_node_means
from models.transformer import SparseTransformer
from tasks import Batch, Pair

SIZES: dict[str, Any] = {
    "vocab_size": 11, "n_ctx": 9, "n_layer": 2, "d_model": 16, "n_head": 2, "d_head": 4,
    "d_mlp": 24,
}  # fmt: skip
KINDS: dict[str, dict[str, Any]] = {
    "plain": {"attention_sink": False, "bigram_table": False},
    "sparse activations": {"abs_topk_fraction": 0.25},
    "sink and bigrams": {"attention_sink": True, "bigram_table": True, "abs_topk_fraction": 0.5},
    "relu without bias": {"activation": Activation.RELU, "bias": False, "norm_eps": 1e-3},
    "added positions": {"positions": Positions.ADD, "abs_topk_fraction": 0.25},
    "read-only positions": {
        "positions": Positions.CONCATENATE, "d_position": 4, "abs_topk_fraction": 0.25,
    },
    "dense": {"nonzero": 1.0},
    "dense, sparse activations": {"nonzero": 1.0, "abs_topk_fraction": 0.25},
    "three layers": {"n_layer": 3, "abs_topk_fraction": 0.25, "attention_sink": True},
}  # fmt: skip


def random_model(nonzero: float = 0.4, **choices: Any) -> SparseTransformer:
    model = SparseTransformer(ModelConfig(**{**SIZES, **choices}))
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            keep = torch.rand(parameter.shape, generator=generator) < nonzero
            parameter.copy_(torch.where(keep, noise, 0.1 * noise if parameter.ndim == 1 else 0))
    return model.eval().requires_grad_(False)


def random_values(model: SparseTransformer) -> MeanValues:
    tokens = torch.randint(11, (20, 9), generator=torch.Generator().manual_seed(4))
    return MeanValues(compute_node_means(model, [tokens], "random tokens"))


def random_batch() -> Batch:
    generator = np.random.default_rng(5)
    pairs = []
    for length in (3, 5, 5, 8, 9):
        first = generator.integers(0, 11, length)
        second = first.copy()
        second[-2] = (second[-2] + 1) % 11
        pairs.append(Pair(tuple(first.tolist()), tuple(second.tolist()), 3, 4, "", "", 0))
    return Batch.from_pairs(pairs)


def some(numbering: Any, rng: np.random.Generator, share: float) -> tuple[Any, Any]:
    keep = (rng.random(numbering.nodes) < share).astype(np.uint8)
    dropped = np.zeros(numbering.edges, np.uint8)
    induced = numbering.induced(keep)
    dropped[induced[rng.random(len(induced)) < 0.2]] = 1
    return keep, dropped


@pytest.mark.parametrize("kind", KINDS)
def test_it_answers_as_the_plain_evaluator_does(kind: str) -> None:
    model, batch = random_model(**KINDS[kind]), random_batch()
    values = random_values(model)
    alone = Alone(model, values, batch)
    assert alone.compiled
    rng = np.random.default_rng(0)
    moved = set()
    for share in (0, 0.05, 0.2, 0.5, 1):
        keep, dropped = some(alone.numbering, rng, share)
        nodes, edges = alone.numbering.node_set(keep), alone.numbering.edge_set(dropped)
        plain = evaluate(model, batch, circuit_alone(nodes, values, edges))
        torch.testing.assert_close(
            alone.differences(keep, dropped), plain.difference[0], atol=2e-4, rtol=1e-4
        )
        assert alone.loss(nodes, edges) == pytest.approx(plain.task_loss, abs=1e-4)
        moved.add(round(plain.task_loss, 4))
    assert len(moved) > 3


@pytest.mark.parametrize("kind", KINDS)
def test_variants_are_the_circuits_they_stand_for(kind: str) -> None:
    model, batch = random_model(**KINDS[kind]), random_batch()
    alone = Alone(model, random_values(model), batch)
    plain = Alone(model, alone.values, batch, compiled=False)
    numbering, rng = alone.numbering, np.random.default_rng(1)
    keep, dropped = some(numbering, rng, 0.4)
    edges = (numbering.induced(keep) + numbering.nodes).tolist()
    flips = [[], [0], [numbering.nodes - 1], edges[:1], edges[-2:], [3, *edges[:2]]]
    flips += [[int(node)] for node in rng.choice(numbering.nodes, 80)]
    expected = plain.variants(keep, dropped, flips)
    np.testing.assert_allclose(alone.variants(keep, dropped, flips), expected, atol=2e-4)
    assert len(set(expected.round(4))) > 5
    before = keep.copy()
    alone.variants(keep, dropped, [[int(node)] for node in keep.nonzero()[0]])
    assert (keep == before).all()


@pytest.mark.parametrize(
    "choices",
    [{"norm": Norm.LAYER}, {"abs_topk_fraction": 0.5, "abs_topk_sites": (TopKSite.RESID_MID,)}],
    ids=["layer norm", "AbsTopK between blocks"],
)
def test_what_the_kernel_does_not_cover_goes_through_the_plain_evaluator(
    choices: dict[str, Any],
) -> None:
    model, batch = random_model(**choices), random_batch()
    values = random_values(model)
    alone = Alone(model, values, batch)
    assert not alone.compiled
    nodes = NodeSet.of(model.config, ["0.mlp.act_in.1", "0.mlp.post_act.3", "1.attn.q.2"])
    plain = evaluate(model, batch, circuit_alone(nodes, values))
    assert alone.loss(nodes) == pytest.approx(plain.task_loss)


def test_each_beginning_is_a_row_once() -> None:
    pairs = [
        Pair((7, 1, 2), (7, 1, 3), 3, 4, "", "", 0),
        Pair((7, 1), (7, 5), 3, 4, "", "", 0),
    ]
    rows = distinct_rows(Batch.from_pairs(pairs))
    assert rows.tokens.tolist() == [7, 1, 2, 3, 5]
    assert rows.depth.tolist() == [0, 1, 2, 2, 1]
    chains = [
        rows.chains[start:end].tolist()
        for start, end in zip(rows.chain_starts, rows.chain_starts[1:], strict=False)
    ]
    assert chains == [[0], [0, 1], [0, 1, 2], [0, 1, 3], [0, 4]]
    assert rows.leaf.tolist() == [2, 1, 3, 4]
    assert rows.leaves.tolist() == [1, 2, 3, 4]
