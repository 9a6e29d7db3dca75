"""The distinct beginnings of a batch's sequences.

What a causal model computes at a position depends on the tokens up to it alone. The sequences of a
task share long beginnings, so each distinct beginning is computed once: a row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks import Batch

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """A tree of beginnings.

    Attributes:
        tokens: [rows] the last token of each beginning.
        depth: [rows] its position, from 0.
        chain_starts: [rows + 1] where the chain of each row starts in `chains`.
        chains: the rows from the first token to each row itself.
        leaves: the rows that are whole sequences, each once.
        leaf: [batch] the row of each whole sequence.
    """

    tokens: Ints
    depth: Ints
    chain_starts: Ints
    chains: Ints
    leaves: Ints
    leaf: Ints


def distinct_rows(batch: Batch) -> Rows:
    """The tree of a batch's sequences, each up to its last real token."""
    known: dict[tuple[int, int], int] = {}
    chains: list[list[int]] = []
    tokens: list[int] = []
    leaf = []
    for sequence, last in zip(batch.tokens.tolist(), batch.last.tolist(), strict=True):
        row = -1
        for token in sequence[: last + 1]:
            parent = row
            row = known.setdefault((parent, token), len(tokens))
            if row == len(tokens):
                tokens.append(token)
                chains.append([*(chains[parent] if parent >= 0 else []), row])
        leaf.append(row)
    lengths = np.array([len(chain) for chain in chains], np.int64)
    return Rows(
        tokens=np.array(tokens, np.int64),
        depth=lengths - 1,
        chain_starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        chains=np.concatenate([np.array(chain, np.int64) for chain in chains]),
        leaves=np.unique(np.array(leaf, np.int64)),
        leaf=np.array(leaf, np.int64),
    )
