"""Questions about a circuit, and its graph."""

from __future__ import annotations

import dataclasses
from typing import Any

import networkx as nx
import pytest
import torch

from backend.circuits import AblationValue, Circuit, Mode, NodeSet
from backend.circuits.answer import Answer, answer
from backend.circuits.graph import circuit_graph, graph_document, to_graphml
from backend.circuits.question import Question
from backend.errors import InvalidRequestError
from models.checkpoints import Checkpoint
from models.hooks import record
from models.sites import Node, count_nodes
from tasks import get_task
from tests.backend.conftest import TASK, make_circuit, pruned


def ask(checkpoint: Checkpoint, circuit: Circuit, **question: Any) -> Answer:
    return answer(checkpoint, get_task(TASK), circuit, Question(**question))


def test_the_untouched_circuit_is_its_own_reference(
    checkpoint: Checkpoint, circuit: Circuit
) -> None:
    untouched = ask(checkpoint, circuit)
    assert untouched.numbers == untouched.circuit
    assert untouched.n == 100
    assert untouched.kept_nodes == len(circuit.nodes)
    assert untouched.kept_nodes + untouched.ablated_nodes == count_nodes(checkpoint.config)
    losses = [pair.loss for pair in untouched.pairs]
    assert losses == sorted(losses, reverse=True)
    assert sum(losses) / 100 == pytest.approx(untouched.numbers.task_loss.value, rel=1e-5)
    assert untouched.numbers.task_loss.low < untouched.numbers.task_loss.value


def test_modes_and_toggles_meet(checkpoint: Checkpoint, circuit: Circuit) -> None:
    """The whole model less the circuit is the circuit ablated; all ablated is all ablated."""
    ablated = ask(checkpoint, circuit, mode=Mode.CIRCUIT_ABLATED)
    by_hand = ask(checkpoint, circuit, mode=Mode.MODEL, ablated=circuit.nodes)
    assert by_hand.numbers == ablated.numbers
    assert ablated.numbers != ablated.whole_model
    nothing_left = ask(checkpoint, circuit, ablated=circuit.nodes)
    assert nothing_left.numbers == nothing_left.everything_ablated
    restored = ask(checkpoint, circuit, mode=Mode.CIRCUIT_ABLATED, restored=circuit.nodes)
    assert restored.numbers == restored.whole_model


def test_references_can_be_left_out(checkpoint: Checkpoint, circuit: Circuit) -> None:
    bare = ask(checkpoint, circuit, ablated=circuit.nodes[:1], references=False)
    full = ask(checkpoint, circuit, ablated=circuit.nodes[:1])
    assert bare.numbers == full.numbers
    assert bare.whole_model is None
    assert full.whole_model is not None


def test_values_differ(checkpoint: Checkpoint, circuit: Circuit) -> None:
    losses = {
        value: ask(checkpoint, circuit, value=value).numbers.task_loss.value
        for value in AblationValue
        if value is not AblationValue.RESAMPLE or checkpoint.held_out is not None
    }
    assert len(set(losses.values())) == len(losses) >= 2


def test_a_node_cannot_be_ablated_and_restored(checkpoint: Checkpoint, circuit: Circuit) -> None:
    name = circuit.nodes[0]
    with pytest.raises(InvalidRequestError, match=name):
        ask(checkpoint, circuit, ablated=[name], restored=[name])


def test_the_circuit_alone_lacks_its_pruned_edges(checkpoint: Checkpoint, circuit: Circuit) -> None:
    written = {
        index: f"{edge.source}>{edge.target}"
        for index, edge in enumerate(circuit.edges)
        if edge.target.startswith("0.mlp.resid_delta")
    }
    names = list(written.values())
    less = pruned(circuit, *written)
    alone = ask(checkpoint, less)
    assert (alone.ablated_edges, alone.kept_nodes) == (len(names), len(circuit.nodes))
    by_hand = ask(checkpoint, circuit, ablated_edges=names)
    assert alone.numbers == alone.circuit == by_hand.numbers
    assert alone.numbers != ask(checkpoint, circuit).numbers
    back = ask(checkpoint, less, restored_edges=names)
    assert (back.ablated_edges, back.numbers) == (0, ask(checkpoint, circuit).numbers)
    for mode in (Mode.MODEL, Mode.CIRCUIT_ABLATED):
        assert (
            ask(checkpoint, less, mode=mode).numbers == ask(checkpoint, circuit, mode=mode).numbers
        )


def test_edges_of_ablated_nodes_make_no_other_question(
    checkpoint: Checkpoint, circuit: Circuit
) -> None:
    edge = circuit.edges[0]
    gone = ask(checkpoint, circuit, ablated=[edge.source])
    both = ask(
        checkpoint, circuit, ablated=[edge.source], ablated_edges=[f"{edge.source}>{edge.target}"]
    )
    assert both == gone


def test_an_edge_cannot_be_ablated_and_restored(checkpoint: Checkpoint, circuit: Circuit) -> None:
    edge = f"{circuit.edges[0].source}>{circuit.edges[0].target}"
    with pytest.raises(InvalidRequestError, match=edge):
        ask(checkpoint, circuit, ablated_edges=[edge], restored_edges=[edge])
    with pytest.raises(InvalidRequestError, match="is no edge"):
        ask(checkpoint, circuit, ablated_edges=[circuit.nodes[0]])


def test_an_edge_is_ablated_from_a_prompt_too(checkpoint: Checkpoint, circuit: Circuit) -> None:
    names = [f"{edge.source}>{edge.target}" for edge in circuit.edges]
    whole, less = (
        ask(checkpoint, circuit, mode=Mode.MODEL, prompt="print('hello", ablated_edges=edges).prompt
        for edges in ([], names)
    )
    assert whole.now == whole.untouched[Mode.MODEL] == less.untouched[Mode.MODEL] != less.now


def test_a_prompt_gets_next_tokens(checkpoint: Checkpoint, circuit: Circuit) -> None:
    shown = ask(checkpoint, circuit, prompt="print('hello").prompt
    assert shown.tokens[0].id == checkpoint.tokenizer.end_of_text
    assert set(shown.untouched) == set(Mode)
    for continued in (shown.now, *shown.untouched.values()):
        probabilities = [each.probability for each in continued.next]
        assert probabilities == sorted(probabilities, reverse=True)
        assert 0 < sum(probabilities) <= 1
        assert len(continued.answers) == 2
    assert shown.now == shown.untouched[Mode.CIRCUIT]
    assert len({continued.next[0].probability for continued in shown.untouched.values()}) == 3
    with pytest.raises(InvalidRequestError, match="context"):
        ask(checkpoint, circuit, prompt="x = 1\n" * 200)


def test_a_prompt_is_traced_through_the_circuit(checkpoint: Checkpoint, circuit: Circuit) -> None:
    names = [*circuit.nodes, "0.attn.q.3"]
    circuit = make_circuit(checkpoint, NodeSet.of(checkpoint.config, names))
    shown = ask(checkpoint, circuit, prompt="print('hello").prompt
    found = shown.trace
    assert [each.name for each in found.nodes] == circuit.nodes
    for each in (*found.nodes, *found.heads):
        assert len(each.now) == len(each.model) == len(shown.tokens)
    tokens = torch.tensor([[token.id for token in shown.tokens]])
    with record(checkpoint.model) as whole:
        checkpoint.model(tokens)
    for each in found.nodes:
        node = Node.parse(each.name, checkpoint.config)
        assert each.model == pytest.approx(whole[node.site.name][0, :, node.index].tolist())
    heads = {Node.parse(name, checkpoint.config).head(checkpoint.config) for name in circuit.nodes}
    assert len(found.heads) >= 1
    assert {int(each.name.rpartition(".")[2]) for each in found.heads} <= heads
    assert all(0 <= sum(each.model) <= 1 + 1e-5 for each in found.heads)
    ablated = ask(checkpoint, circuit, prompt="print('hello", constants={circuit.nodes[0]: 2.0})
    assert set(ablated.prompt.trace.nodes[0].now) == {2.0}
    assert ablated.prompt.trace.nodes[0].model == found.nodes[0].model


def test_probabilities_of_both_answers_add_up(checkpoint: Checkpoint, circuit: Circuit) -> None:
    """With all nodes ablated all sequences get the same logits: right and wrong are as likely."""
    numbers = ask(checkpoint, circuit).everything_ablated
    right, wrong = numbers.right_probability.value, numbers.wrong_probability.value
    assert right == pytest.approx(wrong, rel=1e-4)
    whole = ask(checkpoint, circuit).whole_model
    assert whole.right_probability.value > 0
    assert whole.right_probability.value + whole.wrong_probability.value <= 1


def test_a_node_set_to_its_mean_is_ablated_by_mean(
    checkpoint: Checkpoint, circuit: Circuit
) -> None:
    node = Node.parse(circuit.nodes[-1], checkpoint.config)
    mean = float(checkpoint.node_means.values[node.site.name][node.index])
    ablated = ask(checkpoint, circuit, ablated=[node.name])
    given = ask(checkpoint, circuit, constants={node.name: mean})
    assert given.numbers == ablated.numbers
    assert given.kept_nodes == ablated.kept_nodes + 1


def test_a_node_rescaled_by_zero_is_set_to_zero(checkpoint: Checkpoint, circuit: Circuit) -> None:
    name = circuit.nodes[0]
    numbers = [
        ask(checkpoint, circuit, **change).numbers
        for change in ({"factors": {name: 0.0}}, {"constants": {name: 0.0}}, {})
    ]
    assert numbers[0] == numbers[1] != numbers[2]
    assert ask(checkpoint, circuit, factors={name: 1.0}).numbers == numbers[2]


def test_a_node_outside_is_brought_in_with_a_constant(
    checkpoint: Checkpoint, circuit: Circuit
) -> None:
    outside = next(iter(~NodeSet.of(checkpoint.config, circuit.nodes))).name
    given = ask(checkpoint, circuit, constants={outside: 3.0})
    assert given.kept_nodes == len(circuit.nodes) + 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"constants": {"0.mlp.post_act.1": float("nan")}}, "nan"),
        ({"factors": {"0.mlp.post_act.1": 1e9}}, "1e.09"),
        ({"factors": {"0.mlp.post_act.99999999": 1.0}}, "99999999"),
        ({"factors": {"0.mlp.post_act.1": 1}, "constants": {"0.mlp.post_act.1": 1}}, "one value"),
        ({"factors": {"0.mlp.post_act.1": 1}, "ablated": ["0.mlp.post_act.1"]}, "set or rescaled"),
        ({"value": AblationValue.PAIRED, "prompt": "x = 1"}, "prompt has none"),
    ],
)
def test_bad_values_are_named(
    checkpoint: Checkpoint, circuit: Circuit, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        ask(checkpoint, circuit, **change)


def test_the_graph_has_edges_joins_and_products(checkpoint: Checkpoint, circuit: Circuit) -> None:
    names = [*circuit.nodes, "0.attn.q.3", "0.attn.k.3"]
    circuit = make_circuit(checkpoint, NodeSet.of(checkpoint.config, names))
    graph = circuit_graph(circuit, checkpoint)
    kinds = [data["kind"] for *_, data in graph.edges(data=True)]
    assert kinds.count("weight") == circuit.induced_edges > 0
    for source, target, data in graph.edges(data=True):
        here, there = graph.nodes[source], graph.nodes[target]
        if data["kind"] == "join":
            assert here["index"] == there["index"]
            assert here["row"] < there["row"]
            assert (here["kind"], there["kind"]) == ("write", "read")
        elif data["kind"] == "qk":
            assert (here["layer"], here["index"]) == (there["layer"], there["index"])
            assert (here["kind"], there["kind"]) == ("q", "k")
        else:
            assert data["weight"] != 0
    assert {"join", "qk"} <= set(kinds)
    degrees = sum(data["degree_in"] for _, data in graph.nodes(data=True))
    assert degrees == circuit.induced_edges


def test_graphml_reads_back(checkpoint: Checkpoint, circuit: Circuit) -> None:
    graph = nx.parse_graphml(to_graphml(circuit, checkpoint))
    assert set(graph.nodes) == set(circuit.nodes)
    document = graph_document(circuit, checkpoint)
    assert graph.number_of_edges() == len(document["edges"])
    assert {node["id"] for node in document["nodes"]} == set(circuit.nodes)


def test_answers_are_plain_data(checkpoint: Checkpoint, circuit: Circuit) -> None:
    document = dataclasses.asdict(ask(checkpoint, circuit))
    assert document["numbers"]["task_loss"]["low"] <= document["numbers"]["task_loss"]["high"]
