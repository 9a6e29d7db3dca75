"""Test pairs of a task, shifted in one way that should not matter to the answer.

A circuit was fitted on short prompts with a few dozen names. On pairs that differ from the test
pairs in one way, and in nothing that decides the answer, its loss beside the whole model's tells
what of the behaviour it generalises to. Three shifts, each the same for both sequences of a pair:

- longer context: whole statements of ordinary code stand before the prompt, as many as fit the
  model's context. They come from the corpus's generator, with a seed that no corpus has.
- other names: every identifier of the prompt (not keywords, builtins, `self`, attributes, or text
  in strings) becomes another, which none of the task's word lists holds; equal ones stay equal.
  Where the answers are names (class_init, var_swap, one of else_elif), they are renamed along.
- distractor: a whole example of the same task, from a training template, stands before the
  prompt, with the pair's own two answers as candidates. Its right answer is the first answer in
  half the pairs of each template and the second in the other half. Both sequences see the same
  example, so it speaks for the right answer of one and for the wrong answer of the other: a
  model that repeats what it saw last gets every pair half wrong.

Pair i for a seed is test pair i of the task for that seed, shifted; it does not depend on how many
are asked for.
"""

from __future__ import annotations

import builtins
import keyword
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from random import Random
from typing import Any

from models.corpus import generated_documents
from models.tokenizer import Tokenizer
from tasks.base import Pair, Split, TaskError
from tasks.template_task import Task
from tasks.templates import SLOT, Filling

CODE_SEED = -1
"""Of the generated code before prompts. Corpora have seeds from 0 on."""
CODE_DOCUMENTS = 400
TRIES = 200
"""Choices looked at before a pair is given up."""
ENOUGH = 8
"""Names to choose from."""
FEW = 8
"""Fillings of a template among which one has different words where they must differ."""

_WORD = re.compile(
    r"""[bfru]{0,2}(?P<quote>['"])[^\n]*?(?:(?P=quote)|$)|\b(?P<name>[^\W\d]\w*)""", re.MULTILINE
)
"""A string, closed or not, or a name outside strings."""
_STATEMENT = re.compile(r"(?m)^(?!\s|elif\b|else\b)")
"""Where a statement of the outermost level begins."""
_KEPT = frozenset({*dir(builtins), *keyword.kwlist, "self", "cls"})
_OPENS_BLOCK = frozenset({"for", "while", "if", "elif", "else", "def", "class", "with"})
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class Shift(StrEnum):
    """In which way pairs differ from a task's test pairs."""

    LONGER = "longer context"
    """Ordinary code before the prompt."""
    NAMES = "other names"
    """Identifiers that the task's word lists do not hold."""
    DISTRACTOR = "distractor"
    """An example before the prompt, whose answer is right for one sequence of the pair only."""


_Pool = tuple[list[str], list[str]]
"""Names for those that are answers, and for the others."""
_Shifter = Callable[[Pair, int], Pair]
"""Shifts a test pair; the number is the pair's index."""


def shifted_pairs(
    task: Task, tokenizer: Tokenizer, shift: Shift, count: int, seed: int, n_ctx: int
) -> list[Pair]:
    """The first `count` test pairs of a task, shifted; the same ones for the same arguments.

    Args:
        task: whose pairs.
        tokenizer: of the model that will read them.
        shift: in which way.
        count: of pairs.
        seed: of the test pairs, and of the shift.
        n_ctx: the model's context, in tokens, end of text included.

    Raises:
        TaskError: the task cannot give `count` test pairs; one of them has no name to rename, or
            no other name or example fits the tokenizer; or a prompt leaves no room in the context.
    """
    shifters = {
        Shift.LONGER: _longer,
        Shift.NAMES: _other_names,
        Shift.DISTRACTOR: _distractor,
    }
    shifted = shifters[Shift(shift)](task, tokenizer, seed, n_ctx)
    pairs = task.pairs(tokenizer, Split.TEST, count, seed)
    return [shifted(pair, index) for index, pair in enumerate(pairs)]


def _longer(task: Task, tokenizer: Tokenizer, seed: int, n_ctx: int) -> _Shifter:
    statements, lengths = _statements(tokenizer)

    def shift(pair: Pair, index: int) -> Pair:
        start = Random(f"{task.name} {Shift.LONGER} {seed} {index}").randrange(len(statements))
        room = n_ctx - max(len(pair.first), len(pair.second))
        chosen: list[str] = []
        for number in range(start, start + TRIES):
            place = number % len(statements)
            if lengths[place] <= room:
                chosen.append(statements[place])
                room -= lengths[place]
        result = _after("".join(chosen), pair, tokenizer, n_ctx) if chosen else None
        if result is None:
            raise TaskError(
                f"task {task.name!r}: no line of code fits before the prompt {pair.first_text!r} "
                f"in a context of {n_ctx} tokens; use a model with a longer context, or leave "
                f"{Shift.LONGER.value!r} out"
            )
        return result

    return shift


def _other_names(task: Task, tokenizer: Tokenizer, seed: int, n_ctx: int) -> _Shifter:
    pools = {kind: _pool(task, tokenizer, kind) for kind in _data()["other_names"]}
    seen: set[tuple[str, str]] = set()

    def shift(pair: Pair, index: int) -> Pair:
        random = Random(f"{task.name} {Shift.NAMES} {seed} {index}")
        answers = [tokenizer.token_text(a) for a in (pair.first_answer, pair.second_answer)]
        names = _renameable(pair, answers)
        for _ in range(TRIES if any(names) else 0):
            mapping = _mapping(*names, pools, random)
            result = mapping and _renamed_pair(pair, answers, mapping, tokenizer, n_ctx)
            if result and (result.first_text, result.second_text) not in seen:
                seen.add((result.first_text, result.second_text))
                return result
        cause = (
            f"none of {TRIES} choices of other names gives new prompts that are cut as answers ask"
            if any(names)
            else "there is no name to rename"
        )
        raise TaskError(
            f"task {task.name!r}: in the prompt {pair.first_text!r} {cause}; leave "
            f"{Shift.NAMES.value!r} out, or add names to tasks/data/shifts.toml that this "
            "tokenizer has as one token after a space"
        )

    return shift


def _distractor(task: Task, tokenizer: Tokenizer, seed: int, n_ctx: int) -> _Shifter:
    completions = task.completions
    if completions is None:
        raise TaskError(
            f"task {task.name!r} does not say what follows its answers, so that no whole example "
            f"can stand before a prompt; give it completions, or leave {Shift.DISTRACTOR.value!r} "
            "out"
        )
    turns = len(task.split_templates[Split.TEST])

    def shift(pair: Pair, index: int) -> Pair:
        random = Random(f"{task.name} {Shift.DISTRACTOR} {seed} {index}")
        answers = [tokenizer.token_text(a) for a in (pair.first_answer, pair.second_answer)]
        side = (index // turns + pair.template) % 2  # templates come in turns
        for _ in range(TRIES):
            example = _example(task, answers, side, random)
            if example is not None:
                text = complete(example + completions[side])
                result = _after(text, pair, tokenizer, n_ctx)
                if result is not None:
                    return result
        raise TaskError(
            f"task {task.name!r}: none of {TRIES} examples with the answers {answers} fits before "
            f"the prompt {pair.first_text!r} in a context of {n_ctx} tokens; use a model with a "
            f"longer context, or leave {Shift.DISTRACTOR.value!r} out"
        )

    return shift


def _after(text: str, pair: Pair, tokenizer: Tokenizer, n_ctx: int) -> Pair | None:
    """The pair with a text before both prompts; None if that is too long or changes their cut."""
    before = tuple(tokenizer.encode(text))
    result = _pair(pair, text + pair.first_text, text + pair.second_text, tokenizer, n_ctx)
    if result is None or any(
        new != (tokenizer.end_of_text, *before, *old[1:])
        for new, old in ((result.first, pair.first), (result.second, pair.second))
    ):
        return None
    return result


def _pair(pair: Pair, first: str, second: str, tokenizer: Tokenizer, n_ctx: int) -> Pair | None:
    """The pair with other prompts; None if one is too long or an answer would not be cut off it."""
    rows = []
    for text in (first, second):
        tokens = tokenizer.encode(text)
        for answer in (pair.first_answer, pair.second_answer):
            if tokenizer.encode(text + tokenizer.token_text(answer)) != [*tokens, answer]:
                return None
        rows.append((tokenizer.end_of_text, *tokens))
    if max(map(len, rows)) > n_ctx:
        return None
    return replace(pair, first=rows[0], second=rows[1], first_text=first, second_text=second)


# --- longer context ----------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _statements(tokenizer: Tokenizer) -> tuple[list[str], list[int]]:
    """Statements of the outermost level of generated code, in order, and their tokens each."""
    documents = generated_documents(CODE_SEED, CODE_DOCUMENTS)
    statements = [part for document in documents for part in _STATEMENT.split(document) if part]
    return statements, [len(tokens) for tokens in tokenizer.encode_batch(statements)]


# --- other names -------------------------------------------------------------------------------


def names_of(text: str) -> set[str]:
    """Names in program text outside strings, attributes after a dot left out."""
    return {
        match["name"]
        for match in _WORD.finditer(text)
        if match["name"] and text[match.start() - 1 : match.start()] != "."
    }


def renamed(text: str, mapping: Mapping[str, str]) -> str:
    """Program text with names changed, attributes of those names too, strings left alone."""
    return _WORD.sub(lambda match: mapping.get(match["name"] or "", match[0]), text)


def _renameable(pair: Pair, answers: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names of both prompts that are the program's own: those that are answers, and the others."""
    alone = {answer.strip() for answer in answers if answer.strip().isidentifier()}
    inside = {
        name for answer in answers if answer.strip() not in alone for name in names_of(answer)
    }
    found = names_of(pair.first_text) | names_of(pair.second_text)
    own = {name for name in found - inside - _KEPT if not name.startswith("__")}
    return sorted(own & alone), sorted(own - alone)


def _pool(task: Task, tokenizer: Tokenizer, kind: str) -> _Pool:
    """Other names that the task's words do not hold: for names that are answers, and for all.

    Names of one token where the old ones are leave the prompts' lengths alone; others come in only
    where those are too few to choose from.
    """
    words = _words(task)
    fresh = [name for name in _data()["other_names"][kind] if name not in words]
    spaced = [name for name in fresh if len(tokenizer.encode(f" {name}")) == 1]
    everywhere = [
        name
        for name in spaced
        if len(tokenizer.encode(name)) == len(tokenizer.encode(f"({name}")) == 1
    ]
    single = everywhere if len(everywhere) >= ENOUGH else spaced
    return single, single if len(single) >= ENOUGH else fresh


def _words(task: Task) -> set[str]:
    """All words that the slots of a task's templates may be."""
    words: set[str] = set()
    for templates in task.split_templates.values():
        for template in templates:
            text = "".join([*template.sides(), *template.answers])
            for kind in {match[1] for match in SLOT.finditer(text)}:
                words.update(part for word in template.words[kind] for part in word.split("."))
    return words


def _mapping(
    answers: Sequence[str], others: Sequence[str], pools: Mapping[str, _Pool], random: Random
) -> dict[str, str]:
    """A new name for each name, all different, none an old one; empty if names run out."""
    mapping: dict[str, str] = {}
    for name in [*answers, *others]:
        pool = pools["classes" if name[0].isupper() else "variables"][name not in answers]
        taken = {*answers, *others, *mapping.values()}
        free = [other for other in pool if other not in taken]
        if not free:
            return {}
        mapping[name] = random.choice(free)
    return mapping


def _renamed_pair(
    pair: Pair, answers: Sequence[str], mapping: Mapping[str, str], tokenizer: Tokenizer, n_ctx: int
) -> Pair | None:
    """The pair and its answers under other names; None if they do not fit the tokenizer."""
    tokens = [tokenizer.encode(renamed(answer, mapping)) for answer in answers]
    if any(len(pieces) != 1 for pieces in tokens):
        return None
    first, second = renamed(pair.first_text, mapping), renamed(pair.second_text, mapping)
    other = replace(pair, first_answer=tokens[0][0], second_answer=tokens[1][0])
    return _pair(other, first, second, tokenizer, n_ctx)


# --- distractor --------------------------------------------------------------------------------


def _example(task: Task, answers: Sequence[str], side: int, random: Random) -> str | None:
    """One side of a training pair with its right answer, the answers renamed to those given.

    None if the pair drawn has other answers, which are no names.
    """
    template = random.choice(task.split_templates[Split.TRAIN])
    filling: Filling | None = next(template.fillings(random, FEW), None)
    if filling is None:
        return None
    own = (filling.first_answer, filling.second_answer)
    mapping = {
        mine.strip(): theirs.strip()
        for mine, theirs in zip(own, answers, strict=True)
        if mine.strip().isidentifier() and theirs.strip().isidentifier()
    }
    if [renamed(answer, mapping) for answer in own] != list(answers):
        return None
    return renamed((filling.first, filling.second)[side] + own[side], mapping)


def complete(text: str) -> str:
    """Program text made whole: strings, brackets and the line closed, a block given a body."""
    quote, brackets = _open_at_end(text)
    text += quote + "".join(_CLOSING[bracket] for bracket in reversed(brackets))
    line = text.rstrip("\n").rsplit("\n", 1)[-1]
    if _OPENS_BLOCK.intersection(line.split()[:1]) and not text.endswith("\n"):
        text, line = text + ":", line + ":"
    text = text.removesuffix("\n") + "\n"
    if line.endswith(":"):
        text += " " * (len(line) - len(line.lstrip()) + 4) + "print(x)\n"
    return text


def _open_at_end(text: str) -> tuple[str, list[str]]:
    """The quote and the brackets that are still open at the end of a text."""
    quote = ""
    brackets: list[str] = []
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in _CLOSING:
            brackets.append(character)
        elif brackets and character == _CLOSING[brackets[-1]]:
            brackets.pop()
    return quote, brackets


@cache
def _data() -> Mapping[str, Any]:
    text = (files("tasks") / "data" / "shifts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
