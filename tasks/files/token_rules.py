"""The rules of a task file that depend on a checkpoint: its tokenizer and its context.

Either answer is one token, cut off the prompt's end, and every sequence fits the context. The
sequences of a pair may differ in length.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

from models.tokenizer import Tokenizer
from tasks.base import Split
from tasks.files.findings import Finding
from tasks.files.task_file import TaskFile
from tasks.files.template_rules import MOST_TEMPLATES, PAIRS
from tasks.templates import Filling, fill, kind_of, slots_of

MOST_ANSWERS = 5000
"""Fillings of an answer that are looked at."""


def token_findings(file: TaskFile, tokenizer: Tokenizer, n_ctx: int) -> list[Finding]:
    """What a checkpoint cannot do with a task.

    Args:
        file: whose task is checked as far as its templates can be filled.
        tokenizer: the checkpoint's.
        n_ctx: its context in tokens, end of text included.
    """
    if file.task is None or sum(map(len, file.prompts.values())) > MOST_TEMPLATES:
        return []
    answers = list(_answers(file, tokenizer))
    return sorted({*answers, *_prompts(file, tokenizer, n_ctx)})


def _answers(file: TaskFile, tokenizer: Tokenizer) -> Iterator[Finding]:
    """Answers that are several tokens, at the word that makes them so if it is the file's own."""
    assert file.entry is not None
    words = file.entry.all_words
    for index, answer in enumerate(file.entry.answers):
        slots = slots_of(answer)
        if any(not words.get(kind_of(slot)) for slot in slots):
            continue
        lists = [words[kind_of(slot)] for slot in slots]
        for chosen in islice(product(*lists), MOST_ANSWERS):
            values = dict(zip(slots, chosen, strict=True))
            text = fill(answer, values)
            pieces = tokenizer.encode(text)
            if len(pieces) != 1:
                shown = [tokenizer.token_text(piece) for piece in pieces]
                yield Finding(
                    _answer_line(file, index, slots, chosen),
                    f"The answer {text!r} is {len(pieces)} tokens, {shown}.",
                    "An answer is one token of the checkpoint's tokenizer "
                    f"({tokenizer.vocab_size} tokens).",
                    "Use a shorter answer, or a checkpoint with a larger vocabulary.",
                )


def _answer_line(file: TaskFile, index: int, slots: list[str], chosen: tuple[str, ...]) -> int:
    assert file.entry is not None
    if len(slots) == 1:
        kind = kind_of(slots[0])
        if kind in file.entry.words:
            return file.lines.of("words", kind, file.entry.words[kind].index(chosen[0]))
    return file.lines.of("answers", index)


def _prompts(file: TaskFile, tokenizer: Tokenizer, n_ctx: int) -> Iterator[Finding]:
    """The first pair of each template whose prompt does not fit, of those a search would take."""
    assert file.task is not None
    for split, wanted in PAIRS.items():
        for index, fillings in _by_template(file, split, wanted).items():
            line = file.lines.of(*file.prompts[split][index].path)
            sides = [(text, one) for one in fillings for text in (one.first, one.second)]
            cut = (_cut(text, one, tokenizer, line) for text, one in sides)
            yield from islice(filter(None, cut), 1)
            longest = max((text for text, _ in sides), key=lambda text: len(tokenizer.encode(text)))
            length = 1 + len(tokenizer.encode(longest))
            if length > n_ctx:
                yield Finding(
                    line,
                    f"The prompt {longest!r} is {length} tokens, end of text included.",
                    f"The checkpoint's context is {n_ctx}.",
                    "Shorten the template, or use a checkpoint with a longer context.",
                )


def _by_template(file: TaskFile, split: Split, wanted: int) -> dict[int, list[Filling]]:
    assert file.task is not None
    found: dict[int, list[Filling]] = {}
    for filling, index in file.task.fillings(split, wanted):
        found.setdefault(index, []).append(filling)
    return found


def _cut(prompt: str, filling: Filling, tokenizer: Tokenizer, line: int) -> Finding | None:
    """Whether an answer of one token is one also after the prompt."""
    tokens = tokenizer.encode(prompt)
    for answer in (filling.first_answer, filling.second_answer):
        piece = tokenizer.encode(answer)
        together = tokenizer.encode(prompt + answer)
        if len(piece) == 1 and together != tokens + piece:
            shown = [tokenizer.token_text(token) for token in together[-3:]]
            return Finding(
                line,
                f"After {prompt!r} the answer {answer!r} is no token of its own: the text ends "
                f"{shown}.",
                "An answer is cut off the prompt as one token.",
                "Change the template, or the answer, so that a token ends where the answer begins.",
            )
    return None
