"""Swapped answers: the same pairs, every right answer wrong."""

import pytest
import torch

from models.tokenizer import Tokenizer
from tasks import Split, TaskError, get_task
from tasks.swapped import SwappedAnswers


@pytest.mark.parametrize("name", ["bracket_counting", "var_swap", "else_elif"])
def test_only_the_answers_change_places(name: str, tokenizer: Tokenizer) -> None:
    task = get_task(name)
    swapped = SwappedAnswers(task)
    plain = task.pairs(tokenizer, Split.TEST, 12, seed=3)
    exchanged = swapped.pairs(tokenizer, Split.TEST, 12, seed=3)
    for before, after in zip(plain, exchanged, strict=True):
        assert (after.first, after.second) == (before.first, before.second)
        assert (after.first_text, after.second_text) == (before.first_text, before.second_text)
        assert after.first_answer == before.second_answer
        assert after.second_answer == before.first_answer
        assert after.template == before.template


def test_the_batch_has_right_and_wrong_exchanged(tokenizer: Tokenizer) -> None:
    task = get_task("for_while")
    before = task.batch(tokenizer, Split.TRAIN, 5, seed=1)
    after = SwappedAnswers(task).batch(tokenizer, Split.TRAIN, 5, seed=1)
    assert torch.equal(after.tokens, before.tokens)
    assert torch.equal(after.last, before.last)
    assert torch.equal(after.right, before.wrong)
    assert torch.equal(after.wrong, before.right)


def test_the_name_says_so_and_symmetry_is_kept() -> None:
    assert SwappedAnswers(get_task("for_while")).name == "for_while (answers swapped)"
    assert not SwappedAnswers(get_task("for_while")).symmetric
    assert SwappedAnswers(get_task("var_swap")).symmetric
    assert SwappedAnswers(get_task("var_swap")).templates(Split.TEST) == get_task(
        "var_swap"
    ).templates(Split.TEST)


def test_errors_are_the_tasks(tokenizer: Tokenizer) -> None:
    with pytest.raises(TaskError, match="'with_as': asked for 0 pairs"):
        SwappedAnswers(get_task("with_as")).pairs(tokenizer, Split.TEST, 0)
