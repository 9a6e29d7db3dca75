"""The report as a whole, on a tiny checkpoint."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from backend.circuits.circuit import Circuit
from backend.circuits.faithfulness import FaithfulnessReport, ReportConfig, verify
from backend.circuits.faithfulness.document import GROUPS
from backend.circuits.search import Progress, SearchCancelled, SearchConfig, SearchFailed
from backend.circuits.search.run import Searchable
from backend.errors import InvalidRequestError
from models.checkpoints import Checkpoint
from tasks import get_task
from tests.backend.conftest import TASK

QUICK = ReportConfig(
    pairs=6,
    random_sets=4,
    text_sets=2,
    subsets=2,
    greedy_steps=2,
    greedy_candidates=3,
    ascent_steps=2,
    stability=False,
    controls=False,
)
FEW = 12
"""Nodes of the circuit, so that each can be ablated in turn."""


@pytest.fixture(scope="module")
def whole(checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint with held-out text."""
    generator = torch.Generator().manual_seed(2)
    tokens = torch.randint(checkpoint.config.vocab_size, (4, 32), generator=generator)
    return replace(checkpoint, held_out=tokens)


@pytest.fixture(scope="module")
def small(circuit: Circuit) -> Circuit:
    """A circuit of a few nodes across all sites; its losses are another's, read by nobody."""
    names = circuit.nodes[:: max(1, len(circuit.nodes) // FEW)]
    kept = [edge for edge in circuit.edges if edge.source in names and edge.target in names]
    return circuit.model_copy(update={"nodes": names, "edges": kept})


def report(checkpoint: Checkpoint, circuit: Circuit, **changes: object) -> FaithfulnessReport:
    return verify(checkpoint, get_task(TASK), circuit, QUICK.model_copy(update=changes))


def test_every_group_in_order_and_back_from_json(whole: Checkpoint, small: Circuit) -> None:
    said: list[Progress] = []
    result = verify(whole, get_task(TASK), small, QUICK, on_progress=said.append)
    groups = [line.group for line in result.lines]
    assert groups == sorted(groups, key=GROUPS.index)
    left = {"stability", "controls", "curve"}
    assert set(groups) == set(GROUPS) - left
    assert set(result.settings["left_out"]) >= left
    stages = list(dict.fromkeys(progress.stage for progress in said))
    assert stages == [group for group in GROUPS if group not in left]
    assert all(progress.step <= progress.steps for progress in said)
    assert [node.node for node in result.nodes] == small.nodes
    assert len(result.edges) == small.kept_edges
    assert FaithfulnessReport.model_validate_json(result.model_dump_json()) == result
    assert not any("faithful" in sentence.lower() for sentence in result.summary)
    assert all(line.limit and "faithful" not in line.limit.lower() for line in result.lines)


def test_equal_arguments_give_equal_numbers(whole: Checkpoint, small: Circuit) -> None:
    first, second = report(whole, small), report(whole, small)
    assert first.lines == second.lines
    assert first.nodes == second.nodes
    assert report(whole, small, seed=1).lines != first.lines


def test_without_held_out_text_lines_are_left_out(checkpoint: Checkpoint, small: Circuit) -> None:
    assert checkpoint.held_out is None
    result = report(checkpoint, small)
    assert {"sufficiency.resample", "necessity.text"} <= set(result.settings["left_out"])
    assert not any("resample" in line.id for line in result.lines)


def test_cancelling_stops_between_steps(whole: Checkpoint, small: Circuit) -> None:
    said: list[Progress] = []
    with pytest.raises(SearchCancelled):
        verify(
            whole,
            get_task(TASK),
            small,
            QUICK,
            on_progress=said.append,
            cancelled=lambda: len(said) == 5,
        )
    assert len(said) == 5


def test_a_circuit_of_another_checkpoint_or_task_is_refused(
    whole: Checkpoint, small: Circuit
) -> None:
    with pytest.raises(InvalidRequestError, match="checkpoint"):
        report(replace(whole, digest="other"), small)
    with pytest.raises(InvalidRequestError, match="task"):
        verify(whole, get_task("for_while"), small, QUICK)
    with pytest.raises(InvalidRequestError, match="tokenizer"):
        report(replace(whole, tokenizer=None), small)


def test_one_pair_and_no_nodes(whole: Checkpoint, small: Circuit) -> None:
    provenance = small.provenance.model_copy(update={"pairs": {"validation": 1, "test": 1}})
    nothing = small.model_copy(update={"nodes": [], "edges": [], "provenance": provenance})
    result = report(whole, nothing)
    assert result.settings["test_pairs"] == 1
    assert result.nodes == []
    assert {"completeness", "agreement"} <= set(result.settings["left_out"])
    line = next(line for line in result.lines if line.id == "sufficiency.mean.loss")
    assert line.low == line.value == line.high, "one template has no interval"


def test_searching_again(
    whole: Checkpoint, small: Circuit, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = {"hyperparameters": {"swaps": 2}, "method": "path"}
    provenance = small.provenance.model_copy(update=changes)
    searched = small.model_copy(update={"provenance": provenance})
    asked: list[tuple[str, str, int]] = []

    def search(
        checkpoint: Checkpoint, task: Searchable, config: SearchConfig, *args: object
    ) -> Circuit:
        asked.append((checkpoint.digest, task.name, config.seed))
        if "swapped" in task.name:
            raise SearchFailed("Nothing meets the target.")
        return searched

    monkeypatch.setattr("backend.circuits.faithfulness.again.search", search)
    result = report(whole, searched, stability=True, controls=True, seeds=(0, 1, 2))
    assert asked[:2] == [(whole.digest, TASK, 1), (whole.digest, TASK, 2)], "0 is the circuit's own"
    assert asked[2] == (whole.digest, f"{TASK} (answers swapped)", 0)
    assert asked[3][0] != whole.digest
    assert asked[3][1:] == (TASK, 0)
    assert all(node.inclusion == 1.0 for node in result.nodes)
    lines = {line.id: line for line in result.lines}
    assert lines["stability.overlap"].value == 1.0
    assert lines["controls.shuffled"].value == 1.0
    assert lines["controls.shuffled"].met is False
    assert lines["controls.swapped"].met is True
    failures = result.settings["controls_without_circuit"]
    assert failures == {"controls.swapped": "Nothing meets the target."}
