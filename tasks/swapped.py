"""A task with its right and wrong answers exchanged: a control for searches.

A model was never taught to prefer the wrong answer. If a search finds a circuit for it all the
same, and as small a one, then it finds circuits that the model does not use
(compare the controls of Shi et al. 2024, "Hypothesis testing the circuit hypothesis in LLMs").
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.tokenizer import Tokenizer
from tasks.base import Batch, Pair, Split
from tasks.template_task import Task


@dataclass(frozen=True)
class SwappedAnswers:
    """A task whose right answers are the wrong ones of another, in every pair.

    Attributes:
        task: the task whose pairs these are; only their answers change places.
    """

    task: Task

    @property
    def name(self) -> str:
        """The task's name, marked."""
        return f"{self.task.name} (answers swapped)"

    @property
    def symmetric(self) -> bool:
        """As in the task: exchanged answers are as arbitrary as they were."""
        return self.task.symmetric

    def templates(self, split: Split) -> list[str]:
        """The task's prompts of a split with their slots open."""
        return self.task.templates(split)

    def pairs(self, tokenizer: Tokenizer, split: Split, count: int, seed: int = 0) -> list[Pair]:
        """The task's pairs with both answers exchanged; raises what the task raises."""
        return [
            replace(pair, first_answer=pair.second_answer, second_answer=pair.first_answer)
            for pair in self.task.pairs(tokenizer, split, count, seed)
        ]

    def batch(self, tokenizer: Tokenizer, split: Split, count: int, seed: int = 0) -> Batch:
        """The tensors of `pairs` with the same arguments; raises the same errors."""
        return Batch.from_pairs(self.pairs(tokenizer, split, count, seed))
