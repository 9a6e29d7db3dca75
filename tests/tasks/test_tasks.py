"""Every task on three tokenizers: distinct, checked, repeatable pairs."""

import ast
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.corpus import generated_documents
from models.tokenizer import Tokenizer
from tasks import Split, Task, TaskError, all_tasks, get_task
from tasks.templates import PairTemplate

TASKS = pytest.mark.parametrize("task", all_tasks(), ids=lambda task: task.name)
WANTED = {Split.TRAIN: 200, Split.VALIDATION: 100, Split.TEST: 100}
CONTEXT = 45


@TASKS
@pytest.mark.parametrize("split", Split)
def test_pairs_are_what_they_claim(task: Task, split: Split, tokenizer: Tokenizer) -> None:
    pairs = task.pairs(tokenizer, split, WANTED[split])
    assert len({(pair.first, pair.second) for pair in pairs}) == WANTED[split]
    assert {pair.template for pair in pairs} == set(range(len(task.templates(split))))
    for pair in pairs:
        assert pair.first_answer != pair.second_answer
        for tokens, text, answer in (
            (pair.first, pair.first_text, pair.first_answer),
            (pair.second, pair.second_text, pair.second_answer),
        ):
            assert tokens[0] == tokenizer.end_of_text
            assert list(tokens[1:]) == tokenizer.encode(text)
            answered = tokenizer.encode(text + tokenizer.token_text(answer))
            assert answered == [*tokens[1:], answer]
            assert len(tokens) <= CONTEXT


@TASKS
def test_pairs_are_repeatable_and_follow_the_seed(task: Task, tokenizer: Tokenizer) -> None:
    pairs = task.pairs(tokenizer, Split.TRAIN, 20, seed=1)
    assert pairs == task.pairs(tokenizer, Split.TRAIN, 20, seed=1)
    assert pairs[:10] == task.pairs(tokenizer, Split.TRAIN, 10, seed=1)
    assert pairs != task.pairs(tokenizer, Split.TRAIN, 20, seed=2)


@TASKS
def test_tasks_have_enough_templates_and_words_about_themselves(task: Task) -> None:
    templates = {split: set(task.templates(split)) for split in Split}
    assert sum(len(found) for found in templates.values()) >= 10
    assert len(templates[Split.VALIDATION]) >= 2
    assert len(templates[Split.TEST]) >= 3
    assert not templates[Split.TEST] & (templates[Split.TRAIN] | templates[Split.VALIDATION])
    assert not templates[Split.TRAIN] & templates[Split.VALIDATION]
    assert all([task.title, task.summary.endswith("."), task.decides, *task.answers])


def test_templates_take_turns(tokenizer: Tokenizer) -> None:
    task = get_task("bracket_counting")
    count = len(task.templates(Split.TEST))
    pairs = task.pairs(tokenizer, Split.TEST, 2 * count)
    assert [pair.template for pair in pairs] == [*range(count), *range(count)]


def test_first_and_second_are_arbitrary_only_where_names_are_copied() -> None:
    assert [task.name for task in all_tasks() if task.symmetric] == ["class_init", "var_swap"]


def test_all_twenty_tasks_are_there_once() -> None:
    names = [task.name for task in all_tasks()]
    assert len(names) == len(set(names)) == 20
    assert names[0] == "single_double_quote"
    assert names[-1] == "final_kwarg"


def test_every_row_of_the_published_table_is_a_task(shared: Path) -> None:
    method = (shared / "method.md").read_text(encoding="utf-8")
    table = method[method.index("## The twenty tasks") :].split("\n## ", 2)[0]
    rows = re.findall(r"^\| (\w+) \| ", table, re.MULTILINE)
    assert rows[1:] == [task.name for task in all_tasks()]


@pytest.fixture(scope="module")
def coarse() -> Tokenizer:
    """A tokenizer of so few tokens that many answers are several."""
    return Tokenizer.train(generated_documents(0, 400), 300)


@TASKS
def test_a_task_fits_a_tokenizer_or_says_which_answer_does_not(
    task: Task, coarse: Tokenizer
) -> None:
    try:
        pairs = task.pairs(coarse, Split.TEST, 100)
    except TaskError as error:
        found = re.search(
            r"task '(\w+)': its answer (.+) is not one token .* but (\d+),", str(error)
        )
        assert found is not None
        assert found[1] == task.name
        assert len(coarse.encode(ast.literal_eval(found[2]))) == int(found[3]) > 1
    else:
        for pair in pairs:
            for text in (pair.first_text, pair.second_text):
                for answer in (pair.first_answer, pair.second_answer):
                    assert coarse.encode(text + coarse.token_text(answer))[-1] == answer


def test_a_coarse_tokenizer_fits_some_tasks_and_not_others(coarse: Tokenizer) -> None:
    def fits(task: Task) -> bool:
        try:
            return bool(task.pairs(coarse, Split.TEST, 1))
        except TaskError:
            return False

    assert {fits(task) for task in all_tasks()} == {True, False}


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(TaskError, match=r"did you mean 'bracket_counting'.*final_kwarg"):
        get_task("bracket_count")
    with pytest.raises(TaskError, match=r"unknown task 'zzz'\. Known tasks: single_double_quote"):
        get_task("zzz")


def test_too_many_pairs_say_how_many_exist(tokenizer: Tokenizer) -> None:
    words = {"name": ["x", "y", "n"]}
    template = PairTemplate("<head> <name>", (" in", ":\n"), {"head": ("for", "while")}, words)
    loops = replace(get_task("for_while"), split_templates={Split.TEST: (template, template)})
    assert len(loops.pairs(tokenizer, Split.TEST, 3)) == 3
    message = "'for_while': asked for 4 distinct test pairs, but only 3 exist; ask for at most 3"
    with pytest.raises(TaskError, match=message):
        loops.pairs(tokenizer, Split.TEST, 4)


def test_a_number_of_pairs_below_one_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(TaskError, match="asked for 0 pairs"):
        get_task("with_as").pairs(tokenizer, Split.TEST, 0)


def test_an_unknown_split_is_named(tokenizer: Tokenizer) -> None:
    split: Any = "dev"
    with pytest.raises(TaskError, match="unknown split 'dev': use one of train, validation, test"):
        get_task("with_as").pairs(tokenizer, split, 1)


def test_an_answer_of_several_tokens_is_refused_with_a_remedy() -> None:
    bytes_only = Tokenizer.train(["x"], 257)
    with pytest.raises(TaskError, match=r"'enumerate_range'.*' is not one token") as info:
        get_task("enumerate_range").pairs(bytes_only, Split.TRAIN, 1)
    assert "larger vocabulary" in str(info.value)
