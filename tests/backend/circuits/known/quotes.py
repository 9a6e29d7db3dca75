"""A model that closes quotes as Gao et al. 2025 describe (method: reference results).

A neuron of layer 0 detects either quote, another tells which it was; they write a channel each. A
head of layer 1 reads the first as key and the second as value and writes the channel that the
unembedding turns into the two closing quotes. For each token, about:

    token      detector neuron    type neuron    attention score    value
    '          3.4                5.7            7                  8.6
    "          3.4                0              8                  0.1
    other      0                  2              0                  3.6

The query is a bias: constant, so ablating it changes nothing, and it is not among the true nodes
(the paper draws it as its twelfth). Both quotes reach both neurons: each of the nine edges counts.
"""

from __future__ import annotations

from models.hooks import record
from models.sites import Node
from models.transformer import SparseTransformer
from tests.backend.circuits.known.bench import (
    Copy,
    Known,
    block,
    connect,
    distractors,
    hush,
    opened,
    random_tokens,
    word_task,
    word_tokenizer,
    words,
)

QUOTES = ("'", '"')
ANSWERS = ("')", '")')
STRAY = 0.02
"""Weight of the edges between true nodes that do not belong to the circuit."""
TASK = word_task(
    "planted_quotes",
    ANSWERS,
    "quote",
    QUOTES,
    [
        f"{words('abcdefghijk'[:before])} ( <quote> {words('lmnopqrstu'[:after])}"
        for before, after in [(1, 9), (3, 8), (2, 9), (4, 7), (1, 10), (2, 8), (5, 6), (3, 7)]
    ],
)


def quote_closer(topk: float | None = None, copies: int = 1) -> Known:
    """The model.

    Args:
        topk: AbsTopK's fraction at every node site; None for no AbsTopK.
        copies: of the circuit, each with channels, neurons and a head of its own.
    """
    tokenizer = word_tokenizer([*QUOTES, *ANSWERS, "("])
    model = distractors(tokenizer, seed=0, topk=topk)
    for answer in ANSWERS:
        model.unembedding.weight[tokenizer.single(answer)] *= 0.0
    planted = [
        _plant(model, [tokenizer.single(text) for text in (*QUOTES, *ANSWERS)], copy)
        for copy in range(copies)
    ]
    for each in planted:
        _balance(model, each)
    name = f"quotes-{copies}-{topk}"
    return Known(opened(name, model, tokenizer), TASK, tuple(planted))


def _plant(model: SparseTransformer, tokens: list[int], copy: int) -> Copy:
    single, double, detected, kind, closing = range(1 + 5 * copy, 6 + 5 * copy)
    detector, teller = 17 + 40 * copy, 30 + 40 * copy
    head = 1 + 2 * copy  # of four channels; the circuit uses the first of q and k, the third of v
    k, q, v = 4 * head, 4 * head, 4 * head + 2
    nodes = (
        *(f"0.mlp.act_in.{channel}" for channel in (single, double)),
        *(f"0.mlp.post_act.{neuron}" for neuron in (detector, teller)),
        *(f"0.mlp.resid_delta.{channel}" for channel in (detected, kind)),
        *(f"1.attn.act_in.{channel}" for channel in (detected, kind)),
        f"1.attn.k.{k}",
        f"1.attn.v.{v}",
        f"1.attn.resid_delta.{closing}",
    )
    hush(model, [f"0.mlp.resid_delta.{c}" for c in (single, double, detected, kind, closing)])
    hush(model, [*nodes[2:4], *nodes[8:10], f"1.attn.q.{q}"])
    embedding, unembedding = model.embedding.weight, model.unembedding.weight
    embedding[tokens[0], single] = embedding[tokens[1], double] = 4.0
    unembedding[tokens[2], closing], unembedding[tokens[3], closing] = 2.0, -2.0
    edges = connect(
        model,
        {
            f"0.mlp.act_in.{single}>0.mlp.post_act.{detector}": 4.0,
            f"0.mlp.act_in.{double}>0.mlp.post_act.{detector}": 4.0,
            f"0.mlp.act_in.{single}>0.mlp.post_act.{teller}": 2.8,
            f"0.mlp.act_in.{double}>0.mlp.post_act.{teller}": -2.4,
            f"0.mlp.post_act.{detector}>0.mlp.resid_delta.{detected}": 1.5,
            f"0.mlp.post_act.{teller}>0.mlp.resid_delta.{kind}": 2.0,
            f"1.attn.act_in.{detected}>1.attn.k.{k}": 4.0,
            f"1.attn.act_in.{kind}>1.attn.v.{v}": 3.0,
            f"1.attn.v.{v}>1.attn.resid_delta.{closing}": 1.0,
        },
    )
    connect(
        model,
        {
            f"0.mlp.post_act.{detector}>0.mlp.resid_delta.{kind}": STRAY,
            f"0.mlp.post_act.{teller}>0.mlp.resid_delta.{detected}": -STRAY,
            f"1.attn.act_in.{detected}>1.attn.v.{v}": STRAY,
            f"1.attn.act_in.{kind}>1.attn.k.{k}": -STRAY,
        },
    )
    neurons = block(model, 0).mlp.up
    neurons.bias[detector], neurons.bias[teller] = -2.0, 2.0
    block(model, 1).attn.qkv.bias[q] = 3.0
    return Copy(nodes, edges)


def _balance(model: SparseTransformer, copy: Copy) -> None:
    """Set the bias with which the circuit writes nothing on average, ablated or not."""
    closing = Node.parse(copy.nodes[-1])
    tokens = random_tokens(model.config)
    bias = block(model, closing.site.layer).attn.out.bias
    for _ in range(3):  # AbsTopK cuts where a little is written, so once is not enough
        with record(model, [closing.site.name]) as activations:
            model(tokens)
        bias[closing.index] -= activations[closing.site.name][..., closing.index].mean()
