"""What a (partly ablated) model says next after any text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from backend.circuits.ablation import Intervention, Mode
from backend.circuits.needs import tokenizer_of
from backend.circuits.nodes import NodeSet
from backend.circuits.trace import Trace, trace
from backend.errors import InvalidRequestError
from models.checkpoints import Checkpoint
from models.tokenizer import Tokenizer
from models.transformer import SparseTransformer

SHOWN = 10
"""Most probable tokens that are listed."""


@dataclass(frozen=True)
class TokenText:
    """A token with the text it stands for."""

    id: int
    text: str


@dataclass(frozen=True)
class NextToken:
    """A token and its probability."""

    token: TokenText
    probability: float


@dataclass(frozen=True)
class Continuation:
    """The next token's distribution.

    Attributes:
        next: the most probable tokens, the first most.
        answers: the task's two answers; empty where they differ by pair.
    """

    next: list[NextToken]
    answers: list[NextToken]


@dataclass(frozen=True)
class PromptAnswer:
    """The prompt's tokens and what comes next, most probable first.

    Attributes:
        tokens: end of text, then the prompt's.
        now: under the intervention.
        untouched: in each mode, nothing changed by hand.
        trace: what the circuit's nodes and heads do on the way.
    """

    tokens: list[TokenText]
    now: Continuation
    untouched: dict[Mode, Continuation]
    trace: Trace


def show(tokenizer: Tokenizer, token: int) -> TokenText:
    """A token as text."""
    return TokenText(token, tokenizer.token_text(token))


def answer_prompt(
    checkpoint: Checkpoint,
    prompt: str,
    now: Intervention,
    untouched: Mapping[Mode, Intervention],
    answers: Sequence[int],
    nodes: NodeSet,
) -> PromptAnswer:
    """Next-token probabilities after a prompt.

    Args:
        checkpoint: with a tokenizer.
        prompt: any text; an end of text is put before it, as before a document.
        now: what is ablated.
        untouched: what is ablated in each mode.
        answers: tokens whose probability is told in any case.
        nodes: whose activations are told.

    Raises:
        InvalidRequestError: no tokenizer, or more tokens than the model's context holds.
    """
    tokenizer, model = tokenizer_of(checkpoint), checkpoint.model
    tokens = prompt_tokens(checkpoint, prompt)

    def continued(intervention: Intervention) -> Continuation:
        probabilities = next_token_probabilities(model, tokens, intervention)

        def listed(which: Sequence[int]) -> list[NextToken]:
            return [NextToken(show(tokenizer, i), float(probabilities[i])) for i in which]

        return Continuation(listed(probabilities.topk(SHOWN).indices.tolist()), listed(answers))

    return PromptAnswer(
        tokens=[show(tokenizer, token) for token in tokens],
        now=continued(now),
        untouched={mode: continued(each) for mode, each in untouched.items()},
        trace=trace(model, tokens, nodes, now),
    )


def prompt_tokens(checkpoint: Checkpoint, prompt: str) -> list[int]:
    """End of text, then the prompt's tokens.

    Raises:
        InvalidRequestError: no tokenizer, or more tokens than the model's context holds.
    """
    tokenizer = tokenizer_of(checkpoint)
    tokens = [tokenizer.end_of_text, *tokenizer.encode(prompt)]
    if len(tokens) > checkpoint.config.n_ctx:
        raise InvalidRequestError(
            f"The prompt is {len(tokens)} tokens long with the end of text before it; the model's "
            f"context holds {checkpoint.config.n_ctx}.",
            remedy="Shorten the prompt.",
        )
    return tokens


@torch.no_grad()
def next_token_probabilities(
    model: SparseTransformer, tokens: Sequence[int], intervention: Intervention | None
) -> Tensor:
    """Probabilities of what follows a sequence, mean over the intervention's draws.

    Returns:
        [vocab].
    """
    row = torch.tensor([list(tokens)])
    draws = 1 if intervention is None else intervention.values.draws
    total = torch.zeros(model.config.vocab_size)
    for draw in range(draws):
        with nullcontext() if intervention is None else intervention.applied(model, draw):
            total += model(row)[0, -1].softmax(-1)
    return total / draws
