"""`path` finds what was planted and nothing else, keeps every size, and ends in plain words."""

from __future__ import annotations

import pytest
import torch

from backend.circuits.ablation import evaluate
from backend.circuits.alone import Alone
from backend.circuits.edges import circuit_alone
from backend.circuits.nodes import NodeSet
from backend.circuits.search import Progress, SearchCancelled, SearchConfig, SearchFailed, eliminate
from backend.circuits.search.config import Watcher
from backend.circuits.search.eliminate import Eliminator
from backend.circuits.search.methods import path
from backend.circuits.search.methods.path import METHOD
from backend.circuits.search.slopes import slopes
from models.sites import count_nodes
from tasks import Batch
from tests.backend.circuits.planted import CONFIG, TRUE_NODES, planted_batch
from tests.backend.circuits.search.problems import planted_problem


def swapped(batch: Batch) -> Batch:
    """The same pairs with the wrong answers for right."""
    return Batch(batch.tokens, batch.last, batch.wrong, batch.right, batch.template)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_planted_circuit_comes_out_and_nothing_else(seed: int) -> None:
    found = METHOD.find(planted_problem(SearchConfig(swaps=3, seed=seed)))
    assert found.nodes.names() == TRUE_NODES
    assert not found.dropped


def test_the_same_seed_finds_the_same() -> None:
    found = [METHOD.find(planted_problem()) for _ in range(2)]
    assert found[0].path == found[1].path
    assert found[0].nodes == found[1].nodes


def test_the_path_goes_from_the_circuit_to_the_whole_model() -> None:
    nested = METHOD.find(planted_problem()).path
    assert nested is not None
    names = [node.name for node in nested.ranking]
    assert sorted(names[: len(TRUE_NODES)]) == sorted(TRUE_NODES)
    assert sorted(names) == sorted(NodeSet.all(CONFIG).names())
    assert nested.sizes == sorted(set(nested.sizes))
    assert nested.sizes[:3] == [1, 2, 3]
    assert nested.sizes[-1] == count_nodes(CONFIG)


def test_what_is_left_meets_the_target_and_no_single_node_can_go() -> None:
    problem = planted_problem(SearchConfig(target_loss=0.4, swaps=0))
    eliminator = Eliminator(problem)
    left = eliminator.nodes(eliminator.draft(NodeSet.all(CONFIG)))
    assert left.loss <= problem.target
    without = eliminator.toggled(left, [[int(node)] for node in left.kept()])
    assert (without > problem.target).all()


def test_what_is_left_hastily_meets_the_target_too() -> None:
    problem = planted_problem(SearchConfig(target_loss=0.4, swaps=0))
    eliminator = Eliminator(problem)
    whole = eliminator.draft(NodeSet.all(CONFIG))
    left = eliminator.nodes(whole, thorough=False)
    assert left.loss <= problem.target
    assert sorted(left.gone) == sorted(set(whole.kept()) - set(left.kept()))


def test_half_of_the_deciding_pairs_are_training_pairs() -> None:
    problem = planted_problem()
    batch, half = problem.deciding.batch, (problem.validation.pairs + 1) // 2
    assert batch.pairs == 2 * half
    first, second = batch.tokens[:half], batch.tokens[half : 2 * half]
    assert torch.equal(first, problem.validation.spread(half).tokens[:half])
    assert torch.equal(second, problem.train.spread(half).tokens[:half])


def test_edges_go_where_the_target_allows() -> None:
    problem = planted_problem(SearchConfig(swaps=0))
    eliminator = Eliminator(problem)
    spare = NodeSet.of(CONFIG, [*TRUE_NODES, "0.mlp.act_in.5", "0.mlp.act_in.6", "1.attn.v.2"])
    spare |= NodeSet.of(CONFIG, [f"0.mlp.post_act.{i}" for i in range(16)])
    draft = eliminator.draft(spare)
    pruned = eliminator.edges(draft)
    numbering = problem.alone.numbering
    dropped = numbering.edge_set(pruned.dropped)
    assert pruned.loss <= problem.target
    assert (pruned.keep == draft.keep).all()
    kept = len(numbering.induced(pruned.keep)) - len(dropped)
    assert kept == 2
    plain = evaluate(
        problem.model, problem.validation, circuit_alone(spare, problem.values, dropped)
    )
    assert pruned.loss == pytest.approx(plain.task_loss, abs=1e-5)


def test_many_edges_go_in_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = planted_problem()
    eliminator = Eliminator(problem)
    draft = eliminator.draft(NodeSet.all(CONFIG))
    monkeypatch.setattr(eliminate, "MANY", 10_000)
    slow, before = eliminator.edges(draft), problem.passes.forward
    monkeypatch.setattr(eliminate, "MANY", 8)
    quick = eliminator.edges(draft, few=problem.alone)
    assert quick.loss == pytest.approx(eliminator.measured(quick.keep, quick.dropped).loss)
    assert quick.loss <= problem.target
    assert quick.dropped.sum() > 0.5 * slow.dropped.sum()
    assert problem.passes.forward - before < before / 2


def test_edges_go_though_the_few_pairs_that_order_them_miss_the_target(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = planted_problem()
    eliminator = Eliminator(problem)
    spare = NodeSet.of(CONFIG, [*TRUE_NODES, *(f"0.mlp.act_in.{i}" for i in range(1, 16))])
    spare |= NodeSet.of(CONFIG, [f"0.mlp.post_act.{i}" for i in range(16)])
    draft = eliminator.draft(spare)
    monkeypatch.setattr(eliminate, "MANY", 8)
    hopeless = Alone(problem.model, problem.values, swapped(planted_batch()))
    assert hopeless.task_loss(draft.keep, draft.dropped) > problem.target
    pruned = eliminator.edges(draft, few=hopeless)
    assert pruned.dropped.any()
    assert pruned.loss <= problem.target


def test_a_large_circuit_is_measured_at_some_sizes_up_to_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(path, "OWN_POINTS", 2)
    nested = METHOD.find(planted_problem()).path
    assert nested is not None
    assert nested.sizes[:2] == [1, len(TRUE_NODES)]


def test_slopes_say_what_ablating_a_little_of_a_node_costs() -> None:
    problem = planted_problem()
    numbering = problem.alone.numbering
    keep = numbering.keep(NodeSet.all(CONFIG))
    found = slopes(problem, keep, problem.train)
    steepest = sorted(range(numbering.nodes), key=lambda node: -abs(found[node]))[:3]
    assert sorted(numbering.all_nodes[node].name for node in steepest) == sorted(TRUE_NODES)
    assert problem.passes.backward == 1


def test_a_task_the_model_cannot_do_is_an_outcome_that_names_both_losses() -> None:
    with pytest.raises(SearchFailed, match=r"needs 0\.1350.*whole model's own is \d"):
        METHOD.find(planted_problem(batch=swapped(planted_batch())))


def test_a_search_can_be_cancelled_at_any_step() -> None:
    heard: list[Progress] = []
    watcher = Watcher(heard.append, lambda: len(heard) == 2)
    with pytest.raises(SearchCancelled):
        METHOD.find(planted_problem(watcher=watcher))
    assert len(heard) == 2


def test_a_task_that_needs_no_circuit_has_an_empty_one() -> None:
    found = METHOD.find(planted_problem(SearchConfig(target_loss=20.0, swaps=2)))
    assert len(found.nodes) == 0


def test_swaps_stop_when_the_time_is_up() -> None:
    problem = planted_problem(SearchConfig(seconds=1e-6))
    assert METHOD.find(problem).nodes.names() == TRUE_NODES
    assert problem.out_of_time()
