"""What a task is: pairs of token sequences that differ only in what decides the next token.

Each pair has two candidate answers; the right one after the first sequence is the wrong one after
the second (Gao et al. 2025, Table 1 and section 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor
from torch.nn import functional as F

PADDING = 0


class TaskError(ValueError):
    """A task that does not exist, or that cannot give what was asked of it."""


class Split(StrEnum):
    """Who may look at the pairs."""

    TRAIN = "train"
    """For fitting node masks."""
    VALIDATION = "validation"
    """For choosing: sizes, hyperparameters, rescaled logits."""
    TEST = "test"
    """For reporting. Templates of this split do not occur in the training corpus."""


@dataclass(frozen=True)
class Pair:
    """Two token sequences with two answers.

    Attributes:
        first: end of text, then the prompt's tokens.
        second: likewise; differs from `first` only in what decides the answer.
        first_answer: token that is right after `first` and wrong after `second`.
        second_answer: token that is right after `second` and wrong after `first`.
        first_text: the first prompt.
        second_text: the second prompt.
        template: index into `task.templates(split)`.
    """

    first: tuple[int, ...]
    second: tuple[int, ...]
    first_answer: int
    second_answer: int
    first_text: str
    second_text: str
    template: int


@dataclass(frozen=True)
class Batch:
    """Pairs as tensors. Row i holds a first sequence, row i + pairs its second.

    Attributes:
        tokens: [batch, pos] int64, padded on the right with 0.
        last: [batch] int64, position of the last real token.
        right: [batch] int64, the token that is right there.
        wrong: [batch] int64, the other candidate.
        template: [batch] int64, index of the template.
    """

    tokens: Tensor
    last: Tensor
    right: Tensor
    wrong: Tensor
    template: Tensor

    @property
    def pairs(self) -> int:
        """Number of pairs: half the rows."""
        return self.tokens.shape[0] // 2

    @classmethod
    def from_pairs(cls, pairs: Sequence[Pair]) -> Batch:
        """Stack pairs: all first sequences, then all second ones.

        Raises:
            TaskError: no pairs.
        """
        if not pairs:
            raise TaskError("0 pairs given; a batch needs at least 1: ask the task for more")
        firsts = [pair.first_answer for pair in pairs]
        seconds = [pair.second_answer for pair in pairs]
        rows = [pair.first for pair in pairs] + [pair.second for pair in pairs]
        width = max(len(row) for row in rows)
        padded = [[*row, *[PADDING] * (width - len(row))] for row in rows]
        return cls(
            tokens=torch.tensor(padded, dtype=torch.int64),
            last=torch.tensor([len(row) - 1 for row in rows], dtype=torch.int64),
            right=torch.tensor(firsts + seconds, dtype=torch.int64),
            wrong=torch.tensor(seconds + firsts, dtype=torch.int64),
            template=torch.tensor([pair.template for pair in pairs] * 2, dtype=torch.int64),
        )

    def to(self, device: torch.device | str) -> Batch:
        """The batch on another device."""
        return Batch(
            tokens=self.tokens.to(device),
            last=self.last.to(device),
            right=self.right.to(device),
            wrong=self.wrong.to(device),
            template=self.template.to(device),
        )

    def joined(self, other: Batch) -> Batch:
        """The pairs of both batches, this one's first; templates keep their own indices."""
        width = max(self.tokens.shape[1], other.tokens.shape[1])

        def both(mine: Tensor, others: Tensor) -> Tensor:
            halves = (*mine.split(self.pairs), *others.split(other.pairs))
            return torch.cat([halves[i] for i in (0, 2, 1, 3)])

        padded = (
            F.pad(batch.tokens, (0, width - batch.tokens.shape[1]), value=PADDING)
            for batch in (self, other)
        )
        return Batch(
            tokens=both(*padded),
            last=both(self.last, other.last),
            right=both(self.right, other.right),
            wrong=both(self.wrong, other.wrong),
            template=both(self.template, other.template),
        )

    def spread(self, pairs: int) -> Batch:
        """So many of the pairs, evenly over all of them; all, if there are no more."""
        chosen = torch.linspace(0, self.pairs - 1, min(pairs, self.pairs)).round().long()
        return self.select(chosen)

    def select(self, pair_indices: Sequence[int] | Tensor) -> Batch:
        """The batch of some pairs, by their index, both sequences of each.

        Raises:
            TaskError: an index is not that of a pair.
        """
        chosen = torch.as_tensor(pair_indices, dtype=torch.int64, device=self.tokens.device)
        outside = chosen[(chosen < 0) | (chosen >= self.pairs)]
        if outside.numel():
            raise TaskError(
                f"pair index {int(outside[0])} is not in this batch: use 0 to {self.pairs - 1}"
            )
        rows = torch.cat([chosen, chosen + self.pairs])
        return Batch(
            tokens=self.tokens[rows],
            last=self.last[rows],
            right=self.right[rows],
            wrong=self.wrong[rows],
            template=self.template[rows],
        )
