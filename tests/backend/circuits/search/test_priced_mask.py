"""A priced mask closes what a task does not need at once, and what is left meets the target."""

from __future__ import annotations

import numpy as np
import pytest

from backend.circuits.nodes import NodeSet
from backend.circuits.search import Progress, SearchCancelled, SearchConfig, priced_mask
from backend.circuits.search.config import Watcher
from backend.circuits.search.eliminate import Draft, Eliminator
from backend.circuits.search.methods import path
from backend.circuits.search.priced_mask import PricedMask
from backend.circuits.search.problem import Problem
from tests.backend.circuits.planted import CONFIG, TRUE_NODES
from tests.backend.circuits.search.problems import planted_problem


def learned(problem: Problem, start: NodeSet) -> tuple[Draft, Draft]:
    """A start, and what a mask leaves of it."""
    exact = Eliminator(problem)
    draft = exact.draft(start)
    return draft, PricedMask(problem, exact, draft).learn()


@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_left_meets_the_target_with_the_planted_nodes(seed: int) -> None:
    problem = planted_problem(SearchConfig(seed=seed))
    start, left = learned(problem, NodeSet.all(CONFIG))
    names = problem.alone.numbering.node_set(left.keep).names()
    assert set(TRUE_NODES) <= set(names)
    assert len(names) < start.size / 10
    assert left.loss <= problem.target
    assert left.loss == pytest.approx(problem.deciding.task_loss(left.keep, left.dropped))


def test_a_start_of_many_edges_has_a_lower_first_price(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = planted_problem()
    exact = Eliminator(problem)

    def cost_of(nodes: NodeSet) -> tuple[float, float]:
        start = exact.draft(nodes)
        price = PricedMask(problem, exact, start).first_price()
        return price, price * (start.size + priced_mask.EDGE_SHARE * exact.edges_of(start))

    few, many = NodeSet.of(CONFIG, TRUE_NODES), NodeSet.all(CONFIG)
    assert cost_of(few)[0] == cost_of(many)[0] == priced_mask.FIRST_PRICE
    monkeypatch.setattr(priced_mask, "FIRST_PRICE", 0.01)
    assert cost_of(few)[0] == priced_mask.FIRST_PRICE
    assert cost_of(many)[1] == pytest.approx(priced_mask.START_COST)


def test_its_start_is_not_changed_and_what_went_is_told() -> None:
    problem = planted_problem()
    start, left = learned(problem, NodeSet.all(CONFIG))
    assert start.keep.all()
    assert not start.gone
    assert sorted(left.gone) == (left.keep == 0).nonzero()[0].tolist()


def test_nodes_that_are_out_stay_out() -> None:
    problem = planted_problem()
    some = NodeSet.of(CONFIG, [*TRUE_NODES, *(f"0.mlp.post_act.{i}" for i in range(12))])
    start, left = learned(problem, some)
    assert (left.keep <= start.keep).all()
    assert left.size < start.size


def test_where_nothing_can_go_the_start_comes_back() -> None:
    problem = planted_problem()
    start, left = learned(problem, NodeSet.of(CONFIG, TRUE_NODES))
    assert (left.keep == start.keep).all()
    assert left.gone == []


def test_every_step_is_counted_forward_and_backward() -> None:
    problem = planted_problem()
    learned(problem, NodeSet.all(CONFIG))
    assert problem.passes.forward > problem.passes.backward > problem.config.importance_points


def test_learning_can_be_cancelled() -> None:
    heard: list[Progress] = []
    problem = planted_problem(watcher=Watcher(heard.append, lambda: len(heard) == 3))
    with pytest.raises(SearchCancelled, match="stage 'masks'"):
        learned(problem, NodeSet.all(CONFIG))
    assert len(heard) == 3


def test_path_learns_one_where_its_descents_leave_many_nodes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stages: list[str] = []
    watcher = Watcher(lambda progress: stages.append(progress.stage))
    monkeypatch.setattr(path, "DESCENT_PASSES", 0)
    found = path.METHOD.find(planted_problem(watcher=watcher))
    assert "masks" in stages
    assert found.nodes.names() == TRUE_NODES
    assert found.path is not None
    names = [node.name for node in found.path.ranking]
    assert sorted(names) == sorted(NodeSet.all(CONFIG).names())
    assert set(names[: len(TRUE_NODES)]) == set(TRUE_NODES)


def test_path_learns_none_where_its_descents_leave_few() -> None:
    stages: list[str] = []
    path.METHOD.find(planted_problem(watcher=Watcher(lambda heard: stages.append(heard.stage))))
    assert "descent" in stages
    assert "masks" not in stages


def test_the_same_seed_learns_the_same() -> None:
    lefts = [learned(planted_problem(), NodeSet.all(CONFIG))[1] for _ in range(2)]
    assert np.array_equal(lefts[0].keep, lefts[1].keep)
    assert lefts[0].gone == lefts[1].gone
