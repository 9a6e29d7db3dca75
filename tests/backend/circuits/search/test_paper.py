"""Trials are drawn as published, masks move as published, and the best trial wins."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest
import torch

from backend.circuits.alone import Alone
from backend.circuits.edges import count_edges
from backend.circuits.nodes import NodeSet
from backend.circuits.search import Progress, SearchCancelled, SearchConfig, SearchFailed
from backend.circuits.search.config import Watcher
from backend.circuits.search.masks import gate
from backend.circuits.search.methods import paper
from backend.circuits.search.methods.paper import RandomSearch
from backend.circuits.search.methods.trials import (
    Mask,
    PaperConfig,
    draw_trial,
    learning_rate_share,
)
from backend.circuits.search.problem import Problem
from models.sites import NodeSite, SiteKind, count_nodes
from tasks import Batch
from tests.backend.circuits.planted import (
    CONFIG,
    TRUE_NODES,
    planted_batch,
    planted_model,
    planted_values,
)

CENTRES = PaperConfig()
NODES = count_nodes(CONFIG)
SHORT = PaperConfig(steps=40, steps_range=(30, 40))
QUICK = SearchConfig(trials=1, batch_pairs=16)


def problem(search: SearchConfig = QUICK, watcher: Watcher | None = None) -> Problem:
    model, batch = planted_model(), planted_batch()
    values = planted_values(model)
    alone = Alone(model, values, batch)
    return Problem(model, values, batch, batch, search, watcher or Watcher(), alone)


def test_the_first_trial_has_the_published_centres() -> None:
    trial = draw_trial(CENTRES, seed=3, number=0, most_steps=600, nodes=CENTRES.published_nodes)
    assert (trial.k_coef, trial.learning_rate, trial.weight_decay) == (1e-4, 3e-3, 1e-3)
    assert (trial.beta2, trial.temperature, trial.init_noise) == (0.95, 1.0, 1e-2)


def test_the_penalty_costs_all_gates_together_what_it_did() -> None:
    def penalty(nodes: int) -> float:
        return draw_trial(CENTRES, seed=0, number=0, most_steps=600, nodes=nodes).k_coef

    assert penalty(CENTRES.published_nodes // 32) == pytest.approx(32e-4)
    assert penalty(10) == 5e-3
    assert penalty(10**9) == 1e-4


def test_trials_stay_in_their_ranges_and_let_parameters_cross_zero() -> None:
    for number in range(1, 200):
        trial = draw_trial(CENTRES, seed=0, number=number, most_steps=250, nodes=NODES)
        assert 100 <= trial.steps <= 250
        assert 1e-4 <= trial.k_coef <= 5e-3
        assert 0.8 <= trial.beta2 <= 0.99
        # A straight line to zero covers half of the learning rate times the steps.
        assert trial.learning_rate * trial.steps / 2 >= 0.3 - 1e-9
    assert draw_trial(CENTRES, 0, 1, 250, NODES) == draw_trial(CENTRES, 0, 1, 250, NODES)
    assert draw_trial(CENTRES, 0, 1, 250, NODES) != draw_trial(CENTRES, 1, 1, 250, NODES)


def test_a_trial_without_time_is_as_short_as_trials_are() -> None:
    assert draw_trial(CENTRES, seed=0, number=0, most_steps=3, nodes=NODES).steps == 100
    assert draw_trial(CENTRES, seed=0, number=5, most_steps=3, nodes=NODES).steps == 100


def test_the_learning_rate_warms_up_over_a_twentieth_then_falls_to_zero() -> None:
    shares = [learning_rate_share(step, 100, 0.05) for step in (0, 4, 5, 52, 99, 100)]
    assert shares == pytest.approx([1 / 5, 1, 1, 48 / 95, 1 / 95, 0])


def test_gates_that_the_loss_does_not_need_close() -> None:
    trial = draw_trial(CENTRES, seed=0, number=0, most_steps=100, nodes=NODES)
    mask = Mask(CONFIG, trial, CENTRES)
    assert mask.open_gates == len(NodeSet.all(CONFIG))
    needed = NodeSite(0, SiteKind.NEURON)
    for _ in range(trial.steps):
        gates = mask.gates()
        mask.step(-gates[needed][:5].sum(), gates)
    assert mask.open_gates == 5
    assert bool((mask.scores()[needed][:5] > 0).all())


def test_parameters_are_clamped_after_each_step() -> None:
    mask = Mask(CONFIG, draw_trial(CENTRES, seed=0, number=0, most_steps=100, nodes=NODES), CENTRES)
    with torch.no_grad():
        mask.parameters.copy_(torch.linspace(-3, 3, len(mask.parameters)))
    gates = mask.gates()
    mask.step(torch.zeros(()), gates)
    assert float(mask.parameters.detach().abs().max()) == 1


def test_the_gradient_of_a_gate_is_that_of_a_sigmoid_at_a_temperature() -> None:
    parameter = torch.tensor([0.0, 0.5, -1.0], requires_grad=True)
    gates = gate(parameter, 0.5)
    assert gates.tolist() == [0, 1, 0]
    gates.sum().backward()
    slope = torch.sigmoid(torch.tensor([0.0, 1.0, -2.0]))
    assert parameter.grad is not None
    assert parameter.grad.tolist() == pytest.approx((slope * (1 - slope) / 0.5).tolist())


@pytest.mark.parametrize("seed", [0, 1])
def test_paper_keeps_the_true_nodes(seed: int) -> None:
    given = problem(QUICK.model_copy(update={"seed": seed}))
    nodes = RandomSearch(given, SHORT).run()
    assert set(TRUE_NODES) <= set(nodes.names())
    assert given.loss_of(nodes) <= given.target
    assert len(nodes) < 60


def test_elimination_leaves_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "PaperConfig", lambda: SHORT)
    assert set(TRUE_NODES) <= set(paper.METHOD.find(problem()).nodes.names())
    assert paper.WITH_ELIMINATION.find(problem()).nodes.names() == TRUE_NODES


def test_the_trial_with_the_fewest_edges_wins_and_everything_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[Progress] = []
    given = problem(QUICK.model_copy(update={"trials": 3}), Watcher(heard.append))
    search = RandomSearch(given, SHORT)
    sizes: list[int] = []
    trial = search.trial

    def listen(number: int, most_steps: int) -> NodeSet:
        nodes = trial(number, most_steps)
        assert nodes is not None
        sizes.append(count_edges(given.model, nodes))
        return nodes

    monkeypatch.setattr(search, "trial", listen)
    nodes = search.run()
    assert count_edges(given.model, nodes) == min(sizes)
    steps = sum(draw_trial(SHORT, 0, number, 40, NODES).steps for number in range(3))
    assert given.passes.backward == len(heard) == steps
    assert given.passes.forward > steps
    assert {each.stage for each in heard} == {"masks"}
    assert [(heard[i].step, heard[i].steps) for i in (0, -1)] == [(1, 3), (3, 3)]


def test_one_trial_is_finished_however_little_time_there_is() -> None:
    heard: list[Progress] = []
    search = QUICK.model_copy(update={"trials": 256, "seconds": 1e-3})
    given = problem(search, Watcher(heard.append))
    nodes = RandomSearch(given, SHORT).run()
    assert given.loss_of(nodes) <= given.target
    assert {each.step for each in heard} == {1}
    assert len(heard) == 30


def test_trials_go_on_until_the_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    def one_second_a_step(search: RandomSearch, mask: Mask, batch: Batch) -> float:
        nonlocal now
        now += 1
        search.steps += 1
        return 0.5

    def always_the_same(search: RandomSearch, mask: Mask) -> NodeSet:
        return NodeSet.none(CONFIG)

    monkeypatch.setattr(paper.time, "perf_counter", lambda: now)
    monkeypatch.setattr(RandomSearch, "_one_step", one_second_a_step)
    monkeypatch.setattr(RandomSearch, "_discretise", always_the_same)
    heard: list[Progress] = []
    search = QUICK.model_copy(update={"trials": 256, "seconds": 300.0})
    given = problem(search, Watcher(heard.append))
    given = dataclasses.replace(given, begun=0.0)
    RandomSearch(given, PaperConfig(steps_range=(60, 600))).run()
    lengths = Counter(each.step for each in heard)
    assert lengths[1] == 100  # a third of the time, at a second a step
    assert all(60 <= length <= 100 for length in lengths.values())
    assert 300 - 60 < now <= 300


def test_a_search_can_be_cancelled_at_any_step() -> None:
    heard: list[Progress] = []
    watcher = Watcher(heard.append, lambda: len(heard) == 3)
    with pytest.raises(SearchCancelled, match="masks"):
        paper.METHOD.find(problem(watcher=watcher))
    assert len(heard) == 3


def test_a_target_out_of_reach_is_an_outcome() -> None:
    with pytest.raises(SearchFailed, match=r"needs 0\.0000"):
        RandomSearch(problem(QUICK.model_copy(update={"target_loss": 1e-30})), SHORT).run()
