"""Shifted pairs: shifted in the one way that was asked for, and in nothing that decides."""

import ast
import keyword
import re
from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache

import pytest

from models.corpus import generated_documents
from models.tokenizer import Tokenizer
from tasks import Pair, Split, Task, TaskError, all_tasks, get_task
from tasks.shifted import Shift, complete, names_of, renamed, shifted_pairs
from tasks.templates import PairTemplate

N_CTX = 64
COUNT = 100
TASKS = pytest.mark.parametrize("task", all_tasks(), ids=lambda task: task.name)
FIXED = {"print", "open", "set", "self", "__init__", "append", "write", "info"}
"""Names in test prompts that are Python's or a method's."""
BEFORE = (Shift.LONGER, Shift.DISTRACTOR)


def both(
    task: Task, tokenizer: Tokenizer, shift: Shift, count: int = COUNT
) -> list[tuple[Pair, Pair]]:
    """Test pairs, each beside its shifted self."""
    return _both(task.name, tokenizer, shift, count)


@cache
def _both(name: str, tokenizer: Tokenizer, shift: Shift, count: int) -> list[tuple[Pair, Pair]]:
    task = get_task(name)
    shifted = shifted_pairs(task, tokenizer, shift, count, 0, N_CTX)
    return list(zip(task.pairs(tokenizer, Split.TEST, count, 0), shifted, strict=True))


def prefix(before: Pair, after: Pair) -> str:
    """What stands before both prompts."""
    added = after.first_text.removesuffix(before.first_text)
    assert added == after.second_text.removesuffix(before.second_text)
    assert after.first_text == added + before.first_text
    assert after.second_text == added + before.second_text
    return added


def check_tokens(pair: Pair, tokenizer: Tokenizer) -> None:
    assert pair.first_answer != pair.second_answer
    for tokens, text in ((pair.first, pair.first_text), (pair.second, pair.second_text)):
        assert list(tokens) == [tokenizer.end_of_text, *tokenizer.encode(text)]
        assert len(tokens) <= N_CTX
        for answer in (pair.first_answer, pair.second_answer):
            answered = tokenizer.encode(text + tokenizer.token_text(answer))
            assert answered == [*tokens[1:], answer]


@TASKS
@pytest.mark.parametrize("shift", Shift)
def test_every_task_gives_a_hundred_pairs_that_fit(
    task: Task, shift: Shift, zoo: Tokenizer
) -> None:
    pairs = both(task, zoo, shift)
    assert len({(after.first, after.second) for _, after in pairs}) == COUNT
    for before, after in pairs:
        check_tokens(after, zoo)
        assert after.template == before.template
        assert after.first != before.first
        assert after.second != before.second


@TASKS
@pytest.mark.parametrize("shift", Shift)
def test_other_tokenizers_do_too(task: Task, shift: Shift, tokenizer: Tokenizer) -> None:
    for _, after in both(task, tokenizer, shift, 10):
        check_tokens(after, tokenizer)


@TASKS
@pytest.mark.parametrize("shift", BEFORE)
def test_whole_code_stands_before_the_prompt_and_nothing_else_changes(
    task: Task, shift: Shift, zoo: Tokenizer
) -> None:
    for before, after in both(task, zoo, shift):
        added = prefix(before, after)
        ast.parse(added)
        tokens = tuple(zoo.encode(added))
        assert after.first == (zoo.end_of_text, *tokens, *before.first[1:])
        assert after.second == (zoo.end_of_text, *tokens, *before.second[1:])
        assert after.first_answer == before.first_answer
        assert after.second_answer == before.second_answer


@TASKS
def test_a_longer_context_is_nearly_full(task: Task, zoo: Tokenizer) -> None:
    for _, after in both(task, zoo, Shift.LONGER):
        assert max(len(after.first), len(after.second)) > N_CTX - 3


def test_a_longer_context_is_ordinary_code(zoo: Tokenizer) -> None:
    task = get_task("bracket_counting")
    corpus = "".join(generated_documents(-1, 400))
    for before, after in both(task, zoo, Shift.LONGER, 20):
        for line in prefix(before, after).splitlines():
            assert f"{line}\n" in corpus


def program(text: str) -> tuple[list[str], str]:
    """The words outside strings, and the text without them."""
    words: list[str] = []

    def take(match: re.Match[str]) -> str:
        if match["word"] is None:
            return match[0]
        words.append(match["word"])
        return "_"

    pattern = r"""f?'[^'\n]*'?|f?"[^"\n]*"?|\b(?P<word>[A-Za-z_]\w*)"""
    return words, re.sub(pattern, take, text)


@TASKS
def test_names_are_renamed_alike_everywhere(task: Task, zoo: Tokenizer) -> None:
    words = {word for t in task.split_templates[Split.TEST] for word in listed(t)}
    for before, after in both(task, zoo, Shift.NAMES):
        becomes: dict[str, set[str]] = defaultdict(set)
        for old_text, new_text in (
            (before.first_text, after.first_text),
            (before.second_text, after.second_text),
        ):
            old, old_rest = program(old_text)
            new, new_rest = program(new_text)
            assert old_rest == new_rest
            for one, other in zip(old, new, strict=True):
                becomes[one].add(other)
        assert all(len(others) == 1 for others in becomes.values())
        mapping = {one: next(iter(others)) for one, others in becomes.items()}
        assert len(set(mapping.values())) == len(mapping)
        changed = {one: other for one, other in mapping.items() if one != other}
        assert changed
        assert not words & set(changed.values())
        kept = set(mapping) - set(changed)
        assert all(keyword.iskeyword(one) or one in FIXED for one in kept)
        for old_answer, new_answer in (
            (before.first_answer, after.first_answer),
            (before.second_answer, after.second_answer),
        ):
            old_text = zoo.token_text(old_answer)
            name = old_text.strip()
            assert zoo.token_text(new_answer) == old_text.replace(name, changed.get(name, name))


def listed(template: PairTemplate) -> set[str]:
    """Words of the kinds whose slots a template has."""
    text = "".join([*template.sides(), *template.answers])
    return {
        word
        for kind, words in template.words.items()
        if f"<{kind}>" in text or f"<{kind}." in text
        for word in words
    }


@pytest.mark.parametrize("name", ["class_init", "var_swap", "else_elif"])
def test_answers_that_are_names_are_renamed(name: str, zoo: Tokenizer) -> None:
    for before, after in both(get_task(name), zoo, Shift.NAMES, 20):
        assert after.second_answer != before.second_answer
        assert zoo.token_text(after.second_answer).strip() in names_of(after.second_text)


def test_names_of_one_token_stay_one_token(zoo: Tokenizer) -> None:
    for before, after in both(get_task("for_while"), zoo, Shift.NAMES):
        compound = "_" in before.first_text.split("(")[0]
        assert len(before.first) - len(after.first) == compound
        assert len(after.first) == len(after.second)


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("single_double_quote", "'", '"'),
        ("for_while", "for ", "while "),
        ("bracket_brace", "[", "{"),
        ("with_as", "with ", "f = open"),
    ],
)
def test_the_example_shows_either_answer_equally_often_in_every_template(
    name: str, first: str, second: str, zoo: Tokenizer
) -> None:
    task = get_task(name)
    shown: dict[int, Counter[str]] = defaultdict(Counter)
    for before, after in both(task, zoo, Shift.DISTRACTOR, 64):
        added = prefix(before, after)
        assert (first in added) != (second in added)
        shown[before.template][first if first in added else second] += 1
    for counts in shown.values():
        assert abs(counts[first] - counts[second]) <= 1


def test_the_example_of_a_copying_task_is_about_the_pairs_own_names(zoo: Tokenizer) -> None:
    counts: Counter[bool] = Counter()
    for before, after in both(get_task("var_swap"), zoo, Shift.DISTRACTOR):
        a = zoo.token_text(before.first_answer).strip()
        b = zoo.token_text(before.second_answer).strip()
        added = prefix(before, after)
        first, second = f"{a}, {b} = {b}, {a}\n", f"{b}, {a} = {a}, {b}\n"
        assert (first in added) != (second in added)
        counts[first in added] += 1
    assert counts[True] == counts[False]


@pytest.mark.parametrize("shift", Shift)
def test_pairs_follow_the_seed_and_not_the_count(shift: Shift, zoo: Tokenizer) -> None:
    task = get_task("set_or_string")
    pairs = shifted_pairs(task, zoo, shift, 20, 3, N_CTX)
    assert pairs == shifted_pairs(task, zoo, shift, 20, 3, N_CTX)
    assert pairs[:7] == shifted_pairs(task, zoo, shift, 7, 3, N_CTX)
    assert pairs != shifted_pairs(task, zoo, shift, 20, 4, N_CTX)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("print('old file')\n", "print('old file')\n"),
        ("with open('a.txt', 'r", "with open('a.txt', 'r'):\n    print(x)\n"),
        ("    f = open('a.txt', 'w", "    f = open('a.txt', 'w')\n"),
        ("rows = [[1, (2", "rows = [[1, (2)]]\n"),
        ("def a():\n    while b:\n", "def a():\n    while b:\n        print(x)\n"),
        ("if a:\n    print('it''s')\nelse:\n", "if a:\n    print('it''s')\nelse:\n    print(x)\n"),
        ("for a in data", "for a in data:\n    print(x)\n"),
        ("a = lambda b: x", "a = lambda b: x\n"),
        ("print(f\"it's {x}", 'print(f"it\'s {x}")\n'),
    ],
)
def test_examples_are_completed(text: str, whole: str) -> None:
    assert complete(text) == whole


def test_names_are_found_and_renamed_outside_strings_only() -> None:
    text = "user.name = f'the user' + name(user, \"name"
    assert names_of(text) == {"user", "name"}
    assert names_of("log.info('x') + 3e5 + f\"{y}\"") == {"log"}
    assert renamed(text, {"user": "page", "name": "size"}) == (
        "page.size = f'the user' + size(page, \"name"
    )
    assert renamed("a, b = b, a", {"a": "b", "b": "a"}) == "b, a = a, b"


def literal(first: str, second: str) -> Task:
    """A task of one test pair."""
    template = PairTemplate("<all>", (" in", ":\n"), {"all": (first, second)}, {})
    return replace(get_task("for_while"), split_templates=dict.fromkeys(Split, (template,)))


def test_a_task_without_names_cannot_have_other_names(zoo: Tokenizer) -> None:
    task = literal("return 1 if 2", "return 3 if 2")
    with pytest.raises(TaskError, match=r"'for_while'.*no name to rename; leave 'other names' out"):
        shifted_pairs(task, zoo, Shift.NAMES, 1, 0, N_CTX)


@pytest.mark.parametrize("shift", BEFORE)
def test_a_context_without_room_is_refused_with_a_remedy(shift: Shift, zoo: Tokenizer) -> None:
    with pytest.raises(TaskError, match=r"'for_while'.*context of 15 tokens.*longer context"):
        shifted_pairs(get_task("for_while"), zoo, shift, 8, 0, 15)


def test_the_tasks_own_errors_come_through(zoo: Tokenizer) -> None:
    task = literal("for a", "while a")
    with pytest.raises(TaskError, match="asked for 2 distinct test pairs, but only 1 exist"):
        shifted_pairs(task, zoo, Shift.LONGER, 2, 0, N_CTX)
    assert len(shifted_pairs(task, zoo, Shift.DISTRACTOR, 1, 0, N_CTX)) == 1
