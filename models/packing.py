"""Documents packed into one long row of tokens, and the windows of it that training sees."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.tokenizer import Tokenizer

Tokens = np.ndarray[tuple[int], np.dtype[np.uint16]]
LargeTokens = np.ndarray[tuple[int], np.dtype[np.uint32]]
"""Of a tokenizer with more tokens than training takes."""
_CHUNK = 4096


def pack(documents: Iterable[str], tokenizer: Tokenizer) -> Tokens:
    """Token ids of all documents in a row, an end of text before each.

    Args:
        documents: texts.
        tokenizer: of at most 65,536 tokens.

    Returns:
        [tokens] unsigned 16-bit integers.
    """
    rows: list[Tokens] = []
    documents = iter(documents)
    while chunk := list(itertools.islice(documents, _CHUNK)):
        for ids in tokenizer.encode_batch(chunk):
            rows.append(np.array([tokenizer.end_of_text, *ids], dtype=np.uint16))
    return np.concatenate(rows)


def packed_file(path: Path, documents: Iterable[str], tokenizer: Tokenizer) -> Tokens:
    """`pack`, kept in a file: made if absent, else mapped from it."""
    if not path.exists():
        partial = path.with_suffix(".partial.npy")
        np.save(partial, pack(documents, tokenizer))
        partial.replace(path)
    tokens: Tokens = np.load(path, mmap_mode="r")
    return tokens


def windows(tokens: Tokens, length: int, count: int, seed: int, step: int) -> Tensor:
    """Random windows of a row of tokens; the same seed and step give the same windows.

    Args:
        tokens: [tokens].
        length: tokens a window.
        count: windows.
        seed: of the run.
        step: of the run; each step draws anew, so a resumed run goes on as if never stopped.

    Returns:
        [count, length] int64.

    Raises:
        ValueError: the row is shorter than a window.
    """
    if len(tokens) < length:
        raise ValueError(
            f"a corpus of {len(tokens)} tokens has no window of {length}; use more documents"
        )
    starts = np.random.default_rng([seed, step]).integers(0, len(tokens) - length + 1, count)
    rows = np.stack([tokens[start : start + length] for start in starts])
    return torch.from_numpy(rows.astype(np.int64))


def consecutive_windows(tokens: Tokens | LargeTokens, length: int, batch: int) -> Iterator[Tensor]:
    """The row cut into windows from its start, without overlap, in batches.

    Yields:
        [at most batch, length] int64. A rest shorter than a window is left out.
    """
    rows = tokens[: len(tokens) // length * length].reshape(-1, length)
    for start in range(0, len(rows), batch):
        yield torch.from_numpy(rows[start : start + batch].astype(np.int64))


def bigram_logits(tokens: Tokens, vocab_size: int, smoothing: float = 0.1) -> Tensor:
    """A bigram table from counts: log(1 + count / smoothing), so that unseen pairs are zero.

    A row differs from the log-probabilities of the smoothed counts by a constant, which a softmax
    does not see.

    Args:
        tokens: [tokens].
        vocab_size: rows and columns of the table.
        smoothing: count added to every pair.

    Returns:
        [vocab (current token), vocab (next token)] float32.
    """
    pairs = tokens[:-1].astype(np.int64) * vocab_size + tokens[1:]
    counts = np.bincount(pairs, minlength=vocab_size**2).reshape(vocab_size, vocab_size)
    return torch.from_numpy(np.log1p(counts / smoothing).astype(np.float32))


def tokens_digest(tokens: Tokens | LargeTokens) -> str:
    """SHA-256 (hex) of a row of tokens."""
    return hashlib.sha256(np.ascontiguousarray(tokens).tobytes()).hexdigest()
