"""A model that counts open brackets as Gao et al. 2025 describe (method: reference results).

The embedding writes what opens and what closes a bracket; a head of layer 0 with constant query
and keys averages opened minus closed over the text so far: the depth, diluted by the length. A
head of layer 1 with constant keys and a constant value reads the depth as query; its sink takes
all attention at depth 1 and none at depth 2, which the unembedding turns into `]` and `]]`. At
the last of 12 tokens, about:

    depth    average times 12    read as    score of the keys    score of the sink
    1        5.2                 1.7        21                   30, less log 11
    2        10.7                3.1        38                   30, less log 11

What is constant comes from biases and is not among the true nodes.
"""

from __future__ import annotations

from math import log

from tests.backend.circuits.known.bench import (
    Copy,
    Known,
    block,
    connect,
    distractors,
    hush,
    opened,
    word_task,
    word_tokenizer,
)

OPEN, CLOSE, DEPTH, ANSWER = 1, 2, 3, 4
"""Residual channels."""
AVERAGE, THRESHOLD = 2, 1
"""Heads of layer 0 and of layer 1, of four channels each."""
V, Q = 4 * AVERAGE + 1, 4 * THRESHOLD
SYMBOLS = ("[", "]", "]]", "=", ",")
_PROMPTS = [
    "= [ <word.a> <more> <word.b> , <word.c> , <word.d> , <word.e>",
    "= [ [ <word.a> ] , <word.b> <more> <word.c> , <word.d>",
    "<word.f> = [ <word.a> <more> <word.b> [ <word.c> ] <word.d>",
    "<word.f> = [ [ <word.a> ] <more> [ <word.b> ] <word.c>",
    "= [ <word.a> , <word.b> <more> <word.c> , [ <word.d> ]",
    "<word.f> = [ <word.a> , <word.b> , <word.c> <more> <word.d> <word.e>",
]
TASK = word_task(
    "planted_brackets",
    ("]", "]]"),
    "more",
    (",", "["),
    _PROMPTS,
)


def bracket_counter(topk: float | None = None) -> Known:
    """The model; `topk` is AbsTopK's fraction at every node site."""
    tokenizer = word_tokenizer(SYMBOLS)
    model = distractors(tokenizer, seed=1, topk=topk, sink=True)
    nodes = (
        f"0.attn.act_in.{OPEN}",
        f"0.attn.act_in.{CLOSE}",
        f"0.attn.v.{V}",
        f"0.attn.resid_delta.{DEPTH}",
        f"1.attn.act_in.{DEPTH}",
        f"1.attn.q.{Q}",
        f"1.attn.resid_delta.{ANSWER}",
    )
    hush(model, [f"0.attn.resid_delta.{channel}" for channel in (OPEN, CLOSE, DEPTH, ANSWER)])
    hush(model, [f"0.attn.{kind}.{4 * AVERAGE + c}" for kind in "qk" for c in range(4)])
    hush(model, [f"0.attn.v.{V}", f"1.attn.q.{Q}", f"1.attn.k.{Q}", f"1.attn.v.{Q}"])
    embedding, unembedding = model.embedding.weight, model.unembedding.weight
    one, two = tokenizer.single("]"), tokenizer.single("]]")
    embedding[tokenizer.single("["), OPEN] = embedding[one, CLOSE] = 4.0
    unembedding[[one, two]] = 0.0
    unembedding[one, ANSWER], unembedding[two, ANSWER] = -2.5, 2.5
    edges = connect(
        model,
        {
            f"0.attn.act_in.{OPEN}>0.attn.v.{V}": 4.0,
            f"0.attn.act_in.{CLOSE}>0.attn.v.{V}": -4.0,
            f"0.attn.v.{V}>0.attn.resid_delta.{DEPTH}": 12.0,
            f"1.attn.act_in.{DEPTH}>1.attn.q.{Q}": 6.0,
        },
    )
    connect(model, {f"1.attn.v.{Q}>1.attn.resid_delta.{ANSWER}": 4.0})
    average, threshold = block(model, 0).attn, block(model, 1).attn
    width = model.config.d_attn
    assert average.sink is not None
    assert threshold.sink is not None
    average.sink[AVERAGE] = -20.0
    threshold.qkv.bias[width + Q] = 4.0
    threshold.qkv.bias[2 * width + Q] = 3.0
    threshold.sink[THRESHOLD] = 12 * 2.5 + log(11)
    threshold.out.bias[ANSWER] = -6.0
    return Known(opened("brackets", model, tokenizer), TASK, (Copy(nodes, edges),))
