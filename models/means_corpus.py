"""Text to take node means over: generated programs, or Python sources of the user's choice."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np
from torch import Tensor

from models.config import ModelConfig
from models.corpus import generated_documents, python_files
from models.corpus.sources import SourceError, top_level_pieces
from models.packing import LargeTokens, consecutive_windows
from models.tokenizer import Tokenizer

SEED = 0
"""Of the generator, and of the order of sources."""
BATCH_TOKENS = 2**14
BATCH_ENTRIES = 2**26
"""Of logits and of attention that one forward pass may hold."""
_CHUNK = 1024


def means_documents(tokens: int, folders: Sequence[str | Path] = ()) -> Iterator[str]:
    """Generated documents of so many tokens and more, or all pieces of some sources.

    Args:
        tokens: wanted.
        folders: of Python sources, mixed piece by piece; none means generated programs.

    Raises:
        SourceError: there is no such folder, or it holds no Python.
    """
    if not folders:
        return generated_documents(SEED, count=tokens)  # none is empty
    check_folders(folders)
    pieces = [piece for _, text in python_files(folders) for piece in top_level_pieces(text)]
    Random(f"order of sources {SEED}").shuffle(pieces)
    return iter(pieces)


def check_folders(folders: Sequence[str | Path]) -> None:
    """Checks that each folder has Python in it.

    Raises:
        SourceError: names the one that has not.
    """
    for folder in folders:
        if next(python_files([folder]), None) is None:
            raise SourceError(
                f"{str(folder)!r} holds no Python file to take node means over (tests and "
                "installed packages are left out): give a folder of sources"
            )


def corpus_tokens(
    documents: Iterable[str],
    tokenizer: Tokenizer,
    tokens: int,
    on_progress: Callable[[int], None] | None = None,
) -> LargeTokens:
    """The first tokens of documents in a row, an end of text before each.

    Args:
        documents: texts.
        tokenizer: of any size.
        tokens: at most so many; fewer where the documents end before.
        on_progress: told how many there are, now and then.

    Returns:
        [tokens] unsigned 32-bit integers.
    """
    rows: list[LargeTokens] = []
    count = 0
    documents = iter(documents)
    while count < tokens and (chunk := list(itertools.islice(documents, _CHUNK))):
        ids = [[tokenizer.end_of_text, *each] for each in tokenizer.encode_batch(chunk)]
        rows.append(np.fromiter(itertools.chain.from_iterable(ids), np.uint32))
        count += len(rows[-1])
        if on_progress is not None:
            on_progress(min(count, tokens))
    return np.concatenate(rows)[:tokens]


def means_batches(row: LargeTokens, config: ModelConfig) -> Iterator[Tensor]:
    """A row of tokens as windows of the model's context, as many at once as memory allows.

    Yields:
        [batch, pos] int64. A rest shorter than a window is left out.
    """
    length = min(config.n_ctx, len(row))
    sizes = (
        BATCH_TOKENS // length,
        BATCH_ENTRIES // (config.vocab_size * length),
        BATCH_ENTRIES // (config.n_head * length**2),
    )
    return consecutive_windows(row, length, max(1, min(sizes)))
