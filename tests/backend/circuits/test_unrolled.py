"""A circuit at every token of a text: values, attention, and what its edges carry."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

import pytest
import torch
from torch import Tensor

import backend.circuits.unrolled as module
from backend.circuits import Circuit, Mode, NodeSet
from backend.circuits.ablation import AblationValue, Intervention
from backend.circuits.edges import circuit_alone, dropped_edges
from backend.circuits.evaluations import ablation_values, task_pairs
from backend.circuits.inspector.attention import Example
from backend.circuits.paired import PairedValues
from backend.circuits.question import Question
from backend.circuits.unrolled import Unrolled, unrolled
from backend.errors import InvalidRequestError, NotFoundError
from models.anatomy import node_parameters
from models.checkpoints import Checkpoint
from models.hooks import record
from models.sites import EDGE_KINDS, Node, NodeSite, SiteKind
from tasks import Batch, Split, get_task
from tests.backend.conftest import TASK, pruned

PAIR = Example(pair=2, second=True)


def unroll(
    checkpoint: Checkpoint, circuit: Circuit, example: Example = PAIR, **question: Any
) -> Unrolled:
    return unrolled(checkpoint, get_task(TASK), circuit, Question(**question), example)


def recorded(
    checkpoint: Checkpoint, tokens: tuple[int, ...], change: Intervention | None
) -> dict[str, Tensor]:
    """[pos, width] at each hook point."""
    model = checkpoint.model
    row = torch.tensor([tokens])
    if change is None:
        with record(model) as seen:
            model(row)
    else:
        with change.applied(model), record(model) as seen:
            model(row)
    return {name: value[0] for name, value in seen.items()}


def alone(checkpoint: Checkpoint, circuit: Circuit) -> Intervention:
    return circuit_alone(
        NodeSet.of(checkpoint.config, circuit.nodes),
        ablation_values(checkpoint, AblationValue.MEAN, 0),
        dropped_edges(circuit),
    )


def test_values_are_those_that_a_plain_recording_sees(
    checkpoint: Checkpoint, circuit: Circuit
) -> None:
    found = unroll(checkpoint, circuit)
    pair = task_pairs(checkpoint, get_task(TASK), Split.TEST, 0)[2]
    assert found.tokens == pair.second
    assert [node.name for node in found.nodes] == circuit.nodes
    assert [each.token for each in found.answers] == [pair.second_answer, pair.first_answer]
    now = recorded(checkpoint, found.tokens, alone(checkpoint, circuit))
    whole = recorded(checkpoint, found.tokens, None)
    for told in found.nodes:
        node = Node.parse(told.name)
        for values, seen in ((told.now, now), (told.model, whole)):
            expected = seen[node.site.name][:, node.index].tolist()
            assert values == pytest.approx(expected, abs=1e-5), told.name


def test_channels_and_answers_are_those_of_the_model(
    checkpoint: Checkpoint, circuit: Circuit
) -> None:
    found = unroll(checkpoint, circuit, prompt='x = "a')
    model = checkpoint.model
    row = torch.tensor([found.tokens])
    embedded = model.embed(row)[0][0]
    reads = {Node.parse(name).index for name in circuit.nodes if ".act_in." in name}
    assert [each.channel for each in found.channels] == sorted(reads)
    for each in found.channels:
        assert each.embedding == pytest.approx(embedded[:, each.channel].tolist())
    logits = model(row)[0].log_softmax(-1)
    assert len(found.answers) == 2
    for answer in found.answers:
        assert answer.model == pytest.approx(logits[:, answer.token].tolist(), abs=1e-5)


def inside(values: list[list[float]]) -> Tensor:
    """Triangle as a square with zeros."""
    square = torch.zeros(len(values), len(values))
    for i, row in enumerate(values):
        square[i, : i + 1] = torch.tensor(row)
    return square


def carried(found: Unrolled, side: str, checkpoint: Checkpoint) -> dict[str, Tensor]:
    """By target: [pos] what all its edges of the circuit carry, by the formula of the module."""
    nodes = {node.name: node for node in found.nodes}
    heads = {head.name: inside(getattr(head, side)) for head in found.heads}
    sums: dict[str, Tensor] = {}
    for edge in found.edges:
        source = nodes[edge.source]
        dropped = side == "now" and edge.ablated
        value = torch.tensor(source.instead if dropped else getattr(source, side))
        node = Node.parse(edge.source)
        head = node.head(checkpoint.config)
        if node.site.kind is SiteKind.V:
            value = heads[f"{node.site.layer}.attn.head.{head}"] @ value
        sums[edge.target] = sums.get(edge.target, torch.zeros(())) + edge.weight * value
    return sums


def outside(
    checkpoint: Checkpoint, circuit: Circuit, target: Node, seen: dict[str, Tensor]
) -> Tensor:
    """[pos] what nodes that are not the circuit's bring to a target, from weights and values."""
    total = torch.zeros(())
    for source_kind, kind in EDGE_KINDS:
        if kind is not target.site.kind:
            continue
        site = NodeSite(target.site.layer, source_kind)
        weight = checkpoint.model.edge_weight(site, target.site)[target.index].clone()
        weight[NodeSet.of(checkpoint.config, circuit.nodes).mask(site)] = 0
        values = seen[site.name]
        if source_kind is SiteKind.V:
            block: Any = checkpoint.model.blocks[site.layer]
            q, k = (seen[f"{site.layer}.attn.{name}"][None] for name in "qk")
            values = block.attn.mix(q, k, values[None])[0]
        total = total + values @ weight
    return total


CASES: list[dict[str, Any]] = [
    {},
    {"mode": Mode.CIRCUIT_ABLATED},
    {"value": AblationValue.ZERO, "prompt": "print('a' + \"b"},
]


@pytest.mark.parametrize("question", CASES)
def test_what_flows_in_is_the_bias_the_edges_and_what_is_outside(
    checkpoint: Checkpoint, circuit: Circuit, question: dict[str, Any]
) -> None:
    """The identity of the module's docstring, exact but for rounding, on both sides."""
    fewer = pruned(circuit, *range(0, len(circuit.edges), 3))
    found = unroll(checkpoint, fewer, **question)
    change = change_of(checkpoint, fewer, Question(**question))
    seen = {"now": recorded(checkpoint, found.tokens, change)}
    seen["model"] = recorded(checkpoint, found.tokens, None)
    if not question:
        assert any(edge.ablated and ".attn.v." in edge.source for edge in found.edges)
    checked = 0
    for side in ("now", "model"):
        sums = carried(found, side, checkpoint)
        for told in found.nodes:
            node = Node.parse(told.name)
            if told.inflow is None:
                assert node.site.kind.is_read
                continue
            assert told.inflow.bias == (node_parameters(checkpoint.model, node).bias or 0)
            total = told.inflow.bias + sums.get(told.name, torch.zeros(()))
            total = total + outside(checkpoint, fewer, node, seen[side])
            assert getattr(told.inflow, side) == pytest.approx(total.tolist(), abs=2e-4), told.name
            checked += 1
    assert checked > 2 * len(found.heads)


def change_of(checkpoint: Checkpoint, circuit: Circuit, question: Question) -> Intervention:
    values = ablation_values(checkpoint, question.value, question.seed)
    nodes = NodeSet.of(checkpoint.config, circuit.nodes)
    if question.mode is Mode.CIRCUIT_ABLATED:
        return Intervention(nodes, values)
    return Intervention(~nodes, values, dropped_edges(circuit))


def test_attention_is_that_of_the_heads_of_kept_channels(
    checkpoint: Checkpoint, circuit: Circuit
) -> None:
    found = unroll(checkpoint, circuit)
    channels = [Node.parse(name) for name in circuit.nodes]
    owners = {(node.site.layer, node.head(checkpoint.config)) for node in channels}
    expected = [
        f"{layer}.attn.head.{head}" for layer, head in sorted(owners, key=str) if head is not None
    ]
    assert sorted(head.name for head in found.heads) == sorted(expected)
    for head in found.heads:
        assert [len(row) for row in head.now] == list(range(1, len(found.tokens) + 1))
        assert all(sum(row) == pytest.approx(1, abs=1e-5) for row in head.model)


def test_the_whole_model_is_the_same_on_both_sides(
    checkpoint: Checkpoint, circuit: Circuit
) -> None:
    found = unroll(checkpoint, circuit, mode=Mode.MODEL)
    assert all(node.now == node.model for node in found.nodes)
    changed = unroll(checkpoint, circuit, mode=Mode.MODEL, constants={circuit.nodes[0]: 3.5})
    assert set(changed.nodes[0].now) == {3.5}
    assert changed.nodes[0].model == found.nodes[0].model


def test_paired_values_are_those_of_the_other_sequence(
    checkpoint: Checkpoint, circuit: Circuit
) -> None:
    found = unroll(checkpoint, circuit, value=AblationValue.PAIRED)
    pair = task_pairs(checkpoint, get_task(TASK), Split.TEST, 0)[2]
    batch = Batch.from_pairs([pair])
    values = PairedValues.of(checkpoint.model, batch)
    change = Intervention(~NodeSet.of(checkpoint.config, circuit.nodes), values)
    with change.applied(checkpoint.model), record(checkpoint.model) as seen:
        checkpoint.model(batch.tokens)
    for told in found.nodes[::5]:
        node = Node.parse(told.name)
        expected = seen[node.site.name][1, : len(pair.second), node.index].tolist()
        assert told.now == pytest.approx(expected, abs=1e-5)
    with pytest.raises(InvalidRequestError, match="paired"):
        unroll(checkpoint, circuit, value=AblationValue.PAIRED, prompt="x = 1")


def test_a_size_on_the_path_has_its_own_nodes(
    checkpoint: Checkpoint, circuit_with_path: Circuit
) -> None:
    found = unroll(checkpoint, circuit_with_path, size=2)
    assert len(found.nodes) == 2


def test_what_cannot_be_shown_is_said(
    checkpoint: Checkpoint, circuit: Circuit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFoundError, match="no pair 100"):
        unroll(checkpoint, circuit, Example(pair=100))
    with pytest.raises(InvalidRequestError, match="context holds"):
        unroll(checkpoint, circuit, prompt="x = 1\n" * 100)


def numbers_in(told: Any) -> int:
    """How many numbers a document holds, but for tokens and what they are counted by."""
    if isinstance(told, dict):
        return sum(numbers_in(value) for key, value in told.items() if key not in COUNTED_BY)
    if isinstance(told, list | tuple):
        return sum(numbers_in(value) for value in told)
    return isinstance(told, float)


COUNTED_BY = {"tokens", "pairs", "token", "channel", "bias"}


def test_all_that_is_told_is_counted_before_it_is_computed(
    checkpoint: Checkpoint, circuit: Circuit, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = pruned(circuit, 0, 1)
    found = unroll(checkpoint, fewer)
    told = numbers_in(dataclasses.asdict(found))
    monkeypatch.setattr(module, "MOST_NUMBERS", told)
    assert unroll(checkpoint, fewer) == found
    monkeypatch.setattr(module, "MOST_NUMBERS", told - 1)
    monkeypatch.setattr(module, "_run", lambda *_: pytest.fail("computed"))
    with pytest.raises(InvalidRequestError, match=f"{told} numbers; {told - 1} can be") as refused:
        unroll(checkpoint, fewer)
    assert "shorter text" in refused.value.remedy


def test_the_turn_is_held_while_the_model_runs_only(
    checkpoint: Checkpoint, circuit: Circuit, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = threading.Lock()
    held: dict[str, set[bool]] = {}

    def watch(name: str) -> None:
        plain = getattr(module, name)

        def watched(*given: Any) -> Any:
            held.setdefault(name, set()).add(turn.locked())
            return plain(*given)

        monkeypatch.setattr(module, name, watched)

    for name in ("_run", "_node", "_attention"):
        watch(name)
    unrolled(checkpoint, get_task(TASK), circuit, Question(), PAIR, turn)
    assert held == {"_run": {True}, "_node": {False}, "_attention": {False}}
    assert not turn.locked()
