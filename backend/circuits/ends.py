"""Where a circuit meets text: the tokens that write the channels it reads first, and the logits
that the channels it writes last move.

A token's embedding reaches every read of a channel through the residual stream, so tokens stand at
the first of them; every write of a channel reaches the logits, which stand at the last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from backend.circuits.answer import fixed_answers
from models.anatomy import embedding_column, strongest, unembedding_column
from models.checkpoints import Checkpoint
from models.sites import Node
from tasks import TaskError, get_task

LISTED = 3
"""Tokens of largest weight at an end, beside the task's answers."""

Answer = Literal["first", "second"]


@dataclass(frozen=True)
class EndToken:
    """A token at an end; `answer` says which of the task's two answers it is, if one."""

    id: int
    text: str | None
    weight: float
    answer: Answer | None


@dataclass(frozen=True)
class TextEnd:
    """A residual channel where it meets text.

    Attributes:
        node: its first read, or its last write.
        channel: its number.
        total: tokens that have a nonzero weight with it.
        tokens: of logits the task's answers among these; then those of largest magnitude.
    """

    node: str
    channel: int
    total: int
    tokens: list[EndToken]


@dataclass(frozen=True)
class TextEnds:
    """Both ends of a circuit: embedding tokens of its first reads, logits of its last writes.

    Weights are E[t, c], and U[t, c] with the final norm's weight multiplied in.
    """

    tokens: list[TextEnd]
    logits: list[TextEnd]


def named_answers(checkpoint: Checkpoint, task: str) -> tuple[int, ...]:
    """The first and second answer of a task; none where they differ from pair to pair, or where
    the checkpoint has no text or the task is not here.
    """
    if checkpoint.tokenizer is None:
        return ()
    try:
        return fixed_answers(checkpoint, get_task(task))
    except TaskError:
        return ()


@lru_cache(maxsize=16)
def text_ends(checkpoint: Checkpoint, nodes: tuple[str, ...], answers: tuple[int, ...]) -> TextEnds:
    """The ends of a set of nodes; channels that no token writes, or that move none, have none.

    Args:
        checkpoint: whose embedding and unembedding; without a tokenizer, tokens have no text.
        nodes: names in forward order.
        answers: from `named_answers`.
    """
    config = checkpoint.config
    parsed = [Node.parse(name, config) for name in nodes]
    reads = [node for node in parsed if node.site.kind.is_read and node.index < config.d_model]
    writes = [node for node in parsed if node.site.kind.is_write]
    return TextEnds(
        tokens=_ends(checkpoint, reversed(reads), (), written=True),
        logits=_ends(checkpoint, writes, answers, written=False),
    )


def _ends(
    checkpoint: Checkpoint, nodes: Iterable[Node], answers: tuple[int, ...], *, written: bool
) -> list[TextEnd]:
    """Args: nodes: of those of one channel the last one counts."""
    ends = []
    for channel, node in sorted({node.index: node for node in nodes}.items()):
        column = (embedding_column if written else unembedding_column)(checkpoint.model, channel)
        total = int(column.count_nonzero())
        weights = {each.index: each.weight for each in strongest(column, LISTED)}
        named = {token: float(column[token]) for token in answers if column[token] != 0}
        tokens = [_token(checkpoint, *each, answers) for each in (named | weights).items()]
        if total:
            ends.append(TextEnd(node.name, channel, total, tokens))
    return ends


def _token(checkpoint: Checkpoint, token: int, weight: float, answers: tuple[int, ...]) -> EndToken:
    tokenizer = checkpoint.tokenizer
    known = tokenizer is not None and token < tokenizer.vocab_size
    text = tokenizer.token_text(token) if tokenizer is not None and known else None
    names: dict[int, Answer] = dict(zip(answers, ("first", "second"), strict=False))
    return EndToken(token, text, weight, names.get(token))
