"""The published search's ledger goes on where it ended, and its tables are those of its trials."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.circuits.search import SearchConfig
from backend.circuits.search.methods import paper
from backend.circuits.search.methods.trials import PaperConfig
from benchmarks import published
from benchmarks.published import Ledger, Measured, Trial, eliminated, fill, growth_lines, milestones
from tests.backend.circuits.planted import TRUE_NODES
from tests.backend.circuits.search.problems import planted_problem

SHORT = PaperConfig(steps=40, steps_range=(30, 40))


def trial(number: int, edges: int | None, digest: str = "d") -> Trial:
    nodes = None if edges is None else ["0.attn.act_in.0"]
    size = None if edges is None else edges + 1
    return Trial(
        digest=digest, number=number, seconds=2, forward=10, backward=9, edges=edges, size=size,
        nodes=nodes,
    )  # fmt: skip


def test_the_best_of_the_first_trials_is_told_at_each_milestone(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "a.jsonl", "d")
    for number, edges in enumerate([None, 7, 9, 0, 3]):
        ledger.add(trial(number, edges))
    assert milestones(5) == [1, 2, 4, 5]
    assert milestones(4) == [1, 2, 4]
    assert growth_lines(ledger, 5) == [
        ["1", "-", "-", "2"],
        ["2", "7", "8", "4"],
        ["4", "0", "1", "8"],
        ["5", "0", "1", "10"],
    ]
    assert Ledger(ledger.path, "d").trials == ledger.trials
    with pytest.raises(ValueError, match="another checkpoint"):
        Ledger(ledger.path, "other")


def test_a_run_goes_on_after_its_last_trial_and_finds_what_one_run_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "PaperConfig", lambda: SHORT)
    config = SearchConfig(trials=3, batch_pairs=16)
    whole, halves = Ledger(tmp_path / "whole.jsonl", "d"), Ledger(tmp_path / "halves.jsonl", "d")
    fill(whole, planted_problem(config), "d", 3)
    fill(halves, planted_problem(config), "d", 1)
    fill(Ledger(halves.path, "d"), planted_problem(config), "d", 3)
    found = [
        [(each.number, each.edges, each.size, each.nodes, each.backward) for each in ledger.trials]
        for ledger in (whole, Ledger(halves.path, "d"))
    ]
    assert found[0] == found[1]
    best = whole.best(3)
    assert best is not None
    search = paper.RandomSearch(planted_problem(config), SHORT)
    nodes = search.run()
    assert best.nodes == nodes.names()
    problem = planted_problem(config)
    outcome = Measured(problem, problem.validation).outcome(
        "paper+elimination", lambda each: eliminated(each, nodes), whole.trials
    )
    assert set(TRUE_NODES) == set(outcome.found.nodes.names())
    assert outcome.test.value <= config.target_loss
    assert outcome.backward == sum(each.backward for each in whole.trials)
    assert outcome.forward > sum(each.forward for each in whole.trials)
