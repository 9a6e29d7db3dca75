"""The corpus teaches every task's rule, and never with a test template."""

import re
import tomllib
from functools import cache
from importlib.resources import files

import pytest

from models.corpus.grammar import Slot, Template, compile_template
from tasks import Split, Task, all_tasks
from tasks.templates import SLOT, PairTemplate

RULE_DOCUMENTS = 3000
TASKS = pytest.mark.parametrize("task", all_tasks(), ids=lambda task: task.name)


class Derivable:
    """Whether a text with wildcards can be part of any line that the corpus's grammar derives.

    The text is an automaton: in state i its first i characters and wildcards are matched. Each line
    of the grammar is read with the set of states, a bit mask, that are reached so far; a slot leads
    to wherever one of its alternatives does. Equal labels may differ here, so that more is
    derivable than the generator writes, never less.
    """

    def __init__(self, text: str) -> None:
        parts = SLOT.split(text)[:: SLOT.groups + 1]
        self._wanted: list[str | None] = list(parts[0])
        for part in parts[1:]:
            self._wanted += [None, *part]
        self._after_slot: dict[tuple[str, int], int] = {}

    def anywhere(self) -> bool:
        """In one of all lines."""
        return any(self._read(line, 1) >> len(self._wanted) & 1 for line in grammar_lines())

    def _read(self, template: Template, states: int) -> int:
        for part in template:
            if isinstance(part, Slot):
                states = self._slot(part.kind, states)
            else:
                for character in part:
                    states = self._character(character, states)
        return states

    def _slot(self, kind: str, states: int) -> int:
        if (kind, states) not in self._after_slot:
            after = 0
            for template in grammar_kinds()[kind]:
                after |= self._read(template, states)
            self._after_slot[kind, states] = after
        return self._after_slot[kind, states]

    def _character(self, character: str, states: int) -> int:
        end = len(self._wanted)
        after = states & (1 | 1 << end)  # anything may stand before and after
        for state in range(end + 1):
            if states >> state & 1:
                if character != "\n" and state and self._wanted[state - 1] is None:
                    after |= 1 << state  # the wildcard just begun goes on
                if state < end and self._matches(state, character):
                    after |= 1 << state + 1
        return after

    def _matches(self, state: int, character: str) -> bool:
        wanted = self._wanted[state]
        return character != "\n" if wanted is None else character == wanted


@cache
def grammar_kinds() -> dict[str, list[Template]]:
    """What each slot of the grammar may become; `q` is a quote."""
    words = tomllib.loads((files("models.corpus") / "data" / "words.toml").read_text("utf-8"))
    kinds = {**words, "q": ["'", '"']}
    assert not any("\n" in text for texts in kinds.values() for text in texts)
    return {kind: [compile_template(text) for text in texts] for kind, texts in kinds.items()}


@cache
def grammar_lines() -> tuple[Template, ...]:
    """Every line of every idiom, and that of a function around idioms, not indented."""
    lines = {"<header>\n"}
    for entry in (files("models.corpus") / "data").iterdir():
        if entry.name.startswith("idioms_"):
            for idiom in tomllib.loads(entry.read_text("utf-8"))["idiom"]:
                lines |= {line for text in idiom["templates"] for line in text.splitlines(True)}
    return tuple(compile_template(line) for line in sorted(lines))


@cache
def derivable(line: str) -> bool:
    return Derivable(line).anywhere()


@TASKS
def test_the_corpus_cannot_hold_a_test_template(task: Task) -> None:
    """Each has a line that no program of the generator has, its slots taken as wildcards."""
    for template in task.split_templates[Split.TEST]:
        for side in template.sides():
            lines = side.splitlines(keepends=True)
            assert not all(map(derivable, lines)), f"the corpus may hold {template.prompt!r}"


def test_what_the_generator_writes_is_derivable(documents: list[str]) -> None:
    lines = sorted({line.lstrip() for text in documents[:12] for line in text.splitlines(True)})
    assert len(lines) > 40
    assert all(map(derivable, lines))
    assert derivable("for <x> in range(len(<y>)):\n")
    assert derivable("print(<x>")
    for impossible in ("widths", "score(<x>)\n", "print(\n)", "for <x> on <y>:\n"):
        assert not derivable(impossible)


def words_pattern(template: PairTemplate, side: str) -> re.Pattern[str]:
    """The fillings of one side at the beginning of a line, slots as named groups."""
    parts, end, seen = [r"(?m:^) *"], 0, set()
    for match in SLOT.finditer(side):
        parts.append(re.escape(side[end : match.start()]))
        group = f"{match[1]}_{match[2] or ''}"
        words = "|".join(re.escape(word) for word in template.words[match[1]])
        parts.append(f"(?P={group})" if group in seen else f"(?P<{group}>{words})")
        seen.add(group)
        end = match.end()
    return re.compile("".join([*parts, re.escape(side[end:])]))


def followed_by(template: PairTemplate, match: re.Match[str]) -> int | None:
    """Which of the two answers the text after a match is; the longer one is tried first."""
    groups = match.groupdict()

    def word(slot: re.Match[str]) -> str:
        return groups.get(f"{slot[1]}_{slot[2] or ''}") or slot[0]

    texts = [SLOT.sub(word, answer) for answer in template.answers]
    for index in sorted((0, 1), key=lambda index: -len(texts[index])):
        if match.string.startswith(texts[index], match.end()):
            return index
    return None


@TASKS
def test_the_corpus_follows_the_rule_of_the_task(task: Task, documents: list[str]) -> None:
    """Wherever a prompt occurs and one of its two answers follows, it is the right one."""
    corpus = "".join(documents[:RULE_DOCUMENTS])
    right, wrong = [0, 0], [0, 0]
    for template in task.split_templates[Split.TRAIN]:
        for side_index, side in enumerate(template.sides()):
            for match in words_pattern(template, side).finditer(corpus):
                follows = followed_by(template, match)
                if follows is not None:
                    (right if follows == side_index else wrong)[side_index] += 1
    assert min(right) >= 20, f"the corpus hardly shows {task.name}: {right} examples"
    assert sum(wrong) == 0, f"the corpus contradicts {task.name}: {wrong} against {right}"
