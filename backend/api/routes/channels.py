"""Residual channels and tokens: which writes which, and which moves whose logit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from backend.api.deps import CheckpointPath, LibraryDep, ServicesDep
from backend.api.measured import measured
from backend.api.problems import responses
from backend.api.schemas.anatomy import (
    Channel,
    Channels,
    Token,
    TokenChannels,
    TokenMatches,
    WeightedChannel,
    WeightedToken,
)
from backend.circuits.needs import tokenizer_of
from backend.errors import NotFoundError
from models.anatomy import (
    StrongWeight,
    channel_counts,
    embedding_column,
    embedding_row,
    strongest,
    unembedding_column,
    unembedding_row,
)
from models.checkpoints import Checkpoint

LISTED = 20
"""Strongest weights, or matching tokens, that are listed."""

router = APIRouter(tags=["checkpoints"])


@router.get("/checkpoints/{name}/channels", responses=responses(404, 422))
def list_channels(name: CheckpointPath, services: ServicesDep) -> Channels:
    """How many tokens write each residual channel, and how many logits it moves."""
    return measured(services, name, _channels)


@router.get("/checkpoints/{name}/channels/{channel}", responses=responses(404, 422))
def get_channel(
    name: CheckpointPath,
    library: LibraryDep,
    channel: Annotated[int, Path(ge=0, description="number of a residual channel")],
) -> Channel:
    """The tokens that write a residual channel, and the logits that it moves."""
    return channel_tokens(library.open(name), channel)


def channel_tokens(checkpoint: Checkpoint, channel: int) -> Channel:
    """The tokens that write a residual channel, and the logits that it moves.

    Raises:
        NotFoundError: the model has no such channel.
    """
    _check(checkpoint, "channel", channel, checkpoint.config.d_model)
    embedding = embedding_column(checkpoint.model, channel)
    unembedding = unembedding_column(checkpoint.model, channel)
    return Channel(
        channel=channel,
        written=int(embedding.count_nonzero()),
        moved=int(unembedding.count_nonzero()),
        embedding=_tokens(checkpoint, strongest(embedding, LISTED)),
        unembedding=_tokens(checkpoint, strongest(unembedding, LISTED)),
    )


@router.get("/checkpoints/{name}/tokens", responses=responses(404, 422))
def search_tokens(
    name: CheckpointPath,
    services: ServicesDep,
    text: Annotated[str, Query(min_length=1, max_length=100, description="part of their text")],
) -> TokenMatches:
    """Tokens whose text holds another: the one that equals it first, then the shortest."""
    texts = measured(services, name, _texts)
    found = [(len(each), token, each) for token, each in enumerate(texts) if text in each]
    nearest = sorted(found)[:LISTED]
    return TokenMatches(
        matches=len(found), tokens=[Token(id=token, text=each) for _, token, each in nearest]
    )


@router.get("/checkpoints/{name}/tokens/{token}", responses=responses(404, 422))
def get_token(
    name: CheckpointPath,
    library: LibraryDep,
    token: Annotated[int, Path(ge=0, description="id of a token")],
) -> TokenChannels:
    """The residual channels that a token writes, and those that move its logit."""
    checkpoint = library.open(name)
    _check(checkpoint, "token", token, checkpoint.config.vocab_size)
    embedding = embedding_row(checkpoint.model, token)
    unembedding = unembedding_row(checkpoint.model, token)
    return TokenChannels(
        token=Token(id=token, text=_text(checkpoint, token)),
        written=int(embedding.count_nonzero()),
        moved_by=int(unembedding.count_nonzero()),
        embedding=_listed(strongest(embedding, LISTED)),
        unembedding=_listed(strongest(unembedding, LISTED)),
    )


def _check(checkpoint: Checkpoint, what: str, number: int, count: int) -> None:
    if number >= count:
        raise NotFoundError(
            f"Checkpoint {checkpoint.name!r} has no {what} {number}: it has 0 to {count - 1}.",
            remedy="Choose one of these.",
        )


def _channels(checkpoint: Checkpoint) -> Channels:
    counts = channel_counts(checkpoint.model)
    return Channels(written=counts.written.tolist(), moved=counts.moved.tolist())


def _texts(checkpoint: Checkpoint) -> list[str]:
    """The text of every token, by id."""
    tokenizer = tokenizer_of(checkpoint)
    return [tokenizer.token_text(token) for token in range(tokenizer.vocab_size)]


def _text(checkpoint: Checkpoint, token: int) -> str | None:
    tokenizer = checkpoint.tokenizer
    if tokenizer is None or token >= tokenizer.vocab_size:
        return None
    return tokenizer.token_text(token)


def _tokens(checkpoint: Checkpoint, weights: list[StrongWeight]) -> list[WeightedToken]:
    return [
        WeightedToken(id=each.index, text=_text(checkpoint, each.index), weight=each.weight)
        for each in weights
    ]


def _listed(weights: list[StrongWeight]) -> list[WeightedChannel]:
    return [WeightedChannel(channel=each.index, weight=each.weight) for each in weights]
