"""The published search's ledger goes on where it ended, and its tables are those of its trials."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backend.circuits.search import SearchConfig
from backend.circuits.search.methods import paper
from backend.circuits.search.methods.trials import PaperConfig
from benchmarks.published import (
    Ledger,
    Measured,
    Trial,
    Trials,
    eliminated,
    fill,
    growth_lines,
    in_processes,
    milestones,
)
from tests.backend.circuits.planted import TRUE_NODES
from tests.backend.circuits.search.problems import planted_problem

SHORT = PaperConfig(steps=40, steps_range=(30, 40))
CONFIG = SearchConfig(trials=3, batch_pairs=16)


def planted_trials() -> Trials:
    return Trials(planted_problem(CONFIG), SHORT, "d")


def content(trials: list[Trial]) -> list[dict[str, Any]]:
    return [each.model_dump(exclude={"seconds"}) for each in trials]


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


def test_nodes_are_written_down_of_the_smallest_so_far(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "a.jsonl", "d")
    fill(ledger, [trial(0, None), trial(1, 7), trial(2, 9), trial(3, 7), trial(4, 3)])
    assert [each.edges for each in ledger.trials] == [None, 7, 9, 7, 3]
    assert [each.nodes is not None for each in ledger.trials] == [False, True, False, False, True]


def test_a_run_goes_on_after_its_last_trial_and_finds_what_one_run_finds(tmp_path: Path) -> None:
    whole, halves = Ledger(tmp_path / "whole.jsonl", "d"), Ledger(tmp_path / "halves.jsonl", "d")
    fill(whole, map(planted_trials(), range(3)))
    fill(halves, map(planted_trials(), range(1)))
    fill(Ledger(halves.path, "d"), map(planted_trials(), range(1, 3)))
    assert content(whole.trials) == content(Ledger(halves.path, "d").trials)
    best = whole.best(3)
    assert best is not None
    search = paper.RandomSearch(planted_problem(CONFIG), SHORT)
    nodes = search.run()
    assert best.nodes == nodes.names()
    problem = planted_problem(CONFIG)
    outcome = Measured(problem, problem.validation).outcome(
        "paper+elimination", lambda each: eliminated(each, nodes), whole.trials
    )
    assert set(TRUE_NODES) == set(outcome.found.nodes.names())
    assert outcome.test.value <= CONFIG.target_loss
    assert outcome.backward == sum(each.backward for each in whole.trials)
    assert outcome.forward > sum(each.forward for each in whole.trials)


def test_processes_give_the_trials_of_one_in_their_order() -> None:
    alone = list(map(planted_trials(), range(3)))
    assert content(list(in_processes(planted_trials, range(3), 2))) == content(alone)
