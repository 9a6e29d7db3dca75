"""Values exchanged within classes, on a model small enough to know what must come of it."""

from __future__ import annotations

import pytest
import torch

from backend.circuits.ablation import Intervention, ZeroValues, evaluate
from backend.circuits.nodes import NodeSet
from backend.circuits.predicates.swap import dealt, swap
from backend.circuits.statistics import Estimate
from models.sites import Node, node_sites
from tasks.base import Batch
from tests.micro_model import micro_model, small_model

READS = [site.name for site in node_sites(small_model().config)]


def test_values_stay_in_their_class_and_padding_stays_put() -> None:
    values = torch.arange(12.0).view(3, 4)
    first = torch.zeros(3, 4, dtype=torch.bool)
    first[:, 0] = True
    second = torch.zeros(3, 4, dtype=torch.bool)
    second[:, 1:3] = True
    changed = dealt(values, (first, second), seed=1)
    assert not changed.equal(values)
    for members in (first, second):
        assert sorted(changed[members].tolist()) == sorted(values[members].tolist())
    assert changed[:, 3].equal(values[:, 3])
    assert dealt(values, (first, second), seed=1).equal(changed)


def batch_of_micro(pairs: int = 4) -> Batch:
    """Tokens 0, 1 and 1, 0: the last token decides, and neurons differ between them."""
    rows = [[0, 1]] * pairs + [[1, 0]] * pairs
    return Batch(
        tokens=torch.tensor(rows),
        last=torch.ones(2 * pairs, dtype=torch.int64),
        right=torch.tensor([0] * pairs + [1] * pairs),
        wrong=torch.tensor([1] * pairs + [0] * pairs),
        template=torch.zeros(2 * pairs, dtype=torch.int64),
    )


def test_a_predicate_that_says_all_keeps_the_loss_and_one_that_says_nothing_does_not() -> None:
    """Channel 1 as attention reads it is 1 at token 0 and -1 at token 1 wherever they stand."""
    model, batch = micro_model(), batch_of_micro()
    alone = Intervention(NodeSet.of(model.config, []), ZeroValues())
    node = Node.parse("0.attn.act_in.1", model.config)

    def at(holds: torch.Tensor) -> tuple[Estimate, Estimate, float | None]:
        found = swap(model, batch, node, alone, holds, mean=0.0)
        plain = evaluate(model, batch)
        assert found.intact.value == pytest.approx(plain.task_loss)
        assert (found.holds, found.holds + found.others) == (int(holds.sum()), batch.tokens.numel())
        return found.within_change, found.anywhere_change, found.explained

    within, anywhere, explained = at(batch.tokens == 1)
    assert (within.low, within.high) == pytest.approx((0, 0), abs=1e-6)
    assert anywhere.low > 0
    assert anywhere.value > 0.5
    assert explained == pytest.approx(1)
    nothing, same, undefined = at(torch.ones_like(batch.tokens, dtype=torch.bool))
    assert nothing == same == anywhere
    assert undefined is None


@pytest.mark.parametrize("site", READS)
def test_own_values_in_their_own_places_change_nothing(site: str) -> None:
    """At every site, the last block's too, which may run at the last tokens only."""
    model = small_model()
    generator = torch.Generator().manual_seed(3)
    tokens = torch.randint(23, (8, 6), generator=generator)
    batch = Batch(
        tokens=tokens,
        last=torch.tensor([5, 5, 3, 4] * 2),
        right=tokens[:, 0],
        wrong=tokens[:, 1],
        template=torch.zeros(8, dtype=torch.int64),
    )
    alone = Intervention(NodeSet.of(model.config, []), ZeroValues())
    node = Node.parse(f"{site}.1", model.config)
    each_its_own = torch.zeros(8, 6, dtype=torch.bool)
    each_its_own[0, 0] = True
    found = swap(model, batch, node, alone, each_its_own, mean=7.0, draws=2)
    assert found.intact.value == pytest.approx(evaluate(model, batch, alone).task_loss, abs=1e-6)
    out = Intervention(NodeSet.of(model.config, [node]), ZeroValues())
    zero = swap(model, batch, node, alone, each_its_own, mean=0.0, draws=1).mean
    assert zero.value == pytest.approx(evaluate(model, batch, out).task_loss, abs=1e-6)
