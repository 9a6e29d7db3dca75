"""A task made of templates: filled, tokenized and checked against the tokenizer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from models.tokenizer import Tokenizer
from tasks.base import Batch, Pair, Split, TaskError
from tasks.templates import Filling, PairTemplate

# Fillings looked at per template: enough that templates with fewer are listed in full.
_SPARE_FILLINGS = 4096


@dataclass(frozen=True, eq=False)
class Task:
    """A binary choice of the next token, and the means to make pairs for it.

    Attributes:
        name: identifier, as in Gao et al. 2025, Table 1.
        title: short name in words.
        summary: one sentence: what the model must do.
        decides: what decides the answer, in words.
        answers: the two answers for display.
        symmetric: first and second are arbitrary (names copied), so that no answer is "the first".
        split_templates: the templates of each split.
        completions: what follows the first and the second right answer, so that an example is
            whole code; None if nobody said.
        digest: of the file it was read from; empty for a task that comes with the program.
    """

    name: str
    title: str
    summary: str
    decides: str
    answers: tuple[str, str]
    symmetric: bool
    split_templates: Mapping[Split, tuple[PairTemplate, ...]]
    completions: tuple[str, str] | None = None
    digest: str = ""

    def templates(self, split: Split) -> list[str]:
        """The prompts of a split with their slots open."""
        return [template.prompt for template in self.split_templates[_split(split)]]

    def pairs(self, tokenizer: Tokenizer, split: Split, count: int, seed: int = 0) -> list[Pair]:
        """`count` distinct pairs, templates in turn; the same ones for the same arguments.

        Raises:
            TaskError: an answer is not one token of this tokenizer, or changes how the prompt is
                cut; fewer than `count` distinct pairs exist; `count` is not positive.
        """
        split = _split(split)
        if count < 1:
            raise TaskError(f"task {self.name!r}: asked for {count} pairs; ask for at least 1")
        found = self.fillings(split, count, seed)
        if len(found) < count:
            raise TaskError(
                f"task {self.name!r}: asked for {count} distinct {split} pairs, but only "
                f"{len(found)} exist; ask for at most {len(found)}"
            )
        return [self._pair(tokenizer, filling, index) for filling, index in found]

    def fillings(self, split: Split, count: int, seed: int = 0) -> list[tuple[Filling, int]]:
        """The texts of `count` distinct pairs, or of all there are, each with its template's index.

        Raises:
            TaskError: a slot has no words.
        """
        limit = 16 * count + _SPARE_FILLINGS
        templates = self.split_templates[split]
        streams: dict[int, Iterator[Filling]] = {
            index: template.fillings(Random(f"{self.name} {split} {index} {seed}"), limit)
            for index, template in enumerate(templates)
        }
        found: list[tuple[Filling, int]] = []
        seen: set[frozenset[str]] = set()
        while streams and len(found) < count:
            for index in list(streams):
                filling = _next_new(streams[index], seen)
                if filling is None:
                    del streams[index]
                    continue
                found.append((filling, index))
                if len(found) == count:
                    break
        return found

    def batch(self, tokenizer: Tokenizer, split: Split, count: int, seed: int = 0) -> Batch:
        """The tensors of `pairs` with the same arguments; raises the same errors."""
        return Batch.from_pairs(self.pairs(tokenizer, split, count, seed))

    def _pair(self, tokenizer: Tokenizer, filling: Filling, template: int) -> Pair:
        first = self._tokens(tokenizer, filling.first, filling)
        second = self._tokens(tokenizer, filling.second, filling)
        return Pair(
            first=(tokenizer.end_of_text, *first),
            second=(tokenizer.end_of_text, *second),
            first_answer=tokenizer.single(filling.first_answer),
            second_answer=tokenizer.single(filling.second_answer),
            first_text=filling.first,
            second_text=filling.second,
            template=template,
        )

    def _tokens(self, tokenizer: Tokenizer, prompt: str, filling: Filling) -> list[int]:
        """The prompt's tokens, checked: either answer after it adds exactly one token."""
        tokens = tokenizer.encode(prompt)
        for answer in (filling.first_answer, filling.second_answer):
            pieces = tokenizer.encode(answer)
            if len(pieces) != 1:
                texts = [tokenizer.token_text(piece) for piece in pieces]
                raise TaskError(
                    f"task {self.name!r}: its answer {answer!r} is not one token of this "
                    f"tokenizer ({tokenizer.vocab_size} tokens) but {len(pieces)}, {texts}; use a "
                    "tokenizer trained on the generated programs with a larger vocabulary, or "
                    "leave this task out"
                )
            if tokenizer.encode(prompt + answer) != tokens + pieces:
                raise TaskError(
                    f"task {self.name!r}: after the prompt {prompt!r} the answer {answer!r} is "
                    "not cut as one token of its own; change the template so that a token ends "
                    "where the answer begins"
                )
        return tokens


def _next_new(stream: Iterator[Filling], seen: set[frozenset[str]]) -> Filling | None:
    """The next filling whose two prompts were not yet a pair, in either order."""
    for filling in stream:
        key = frozenset((filling.first, filling.second))
        if key not in seen:
            seen.add(key)
            return filling
    return None


def _split(split: Split | str) -> Split:
    try:
        return Split(split)
    except ValueError:
        known = ", ".join(Split)
        raise TaskError(f"unknown split {split!r}: use one of {known}") from None
