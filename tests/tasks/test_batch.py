"""Batches: rows pair up, padding is on the right, selection keeps pairs whole."""

import pytest
import torch

from models.tokenizer import Tokenizer
from tasks import Batch, Pair, Split, TaskError, get_task

PAIRS = [
    Pair((9, 1), (9, 2), 5, 6, "a", "b", 0),
    Pair((9, 1, 3), (9, 2, 3, 4), 7, 8, "ac", "bcd", 1),
]


def test_rows_are_firsts_then_seconds() -> None:
    batch = Batch.from_pairs(PAIRS)
    assert batch.pairs == 2
    assert batch.tokens.tolist() == [[9, 1, 0, 0], [9, 1, 3, 0], [9, 2, 0, 0], [9, 2, 3, 4]]
    assert batch.last.tolist() == [1, 2, 1, 3]
    assert batch.right.tolist() == [5, 7, 6, 8]
    assert batch.wrong.tolist() == [6, 8, 5, 7]
    assert batch.template.tolist() == [0, 1, 0, 1]
    assert batch.tokens.dtype == torch.int64


def test_selection_keeps_both_sequences() -> None:
    batch = Batch.from_pairs(PAIRS).select([1])
    assert batch.pairs == 1
    assert batch.right.tolist() == [7, 8]
    assert batch.tokens.tolist() == [[9, 1, 3, 0], [9, 2, 3, 4]]


def test_joined_batches_keep_their_pairs_in_order() -> None:
    short, long = (Batch.from_pairs([pair]) for pair in PAIRS)
    for joined, pairs in ((short.joined(long), PAIRS), (long.joined(short), PAIRS[::-1])):
        whole = Batch.from_pairs(pairs)
        for name in ("tokens", "last", "right", "wrong", "template"):
            assert torch.equal(getattr(joined, name), getattr(whole, name)), name


@pytest.mark.parametrize(("count", "templates"), [(1, [0]), (2, [0, 4]), (3, [0, 2, 4]), (9, None)])
def test_a_spread_of_pairs_reaches_from_the_first_to_the_last(
    count: int, templates: list[int] | None
) -> None:
    pairs = [Pair((9, 1), (9, 2), 5, 6, "a", "b", template) for template in range(5)]
    spread = Batch.from_pairs(pairs).spread(count)
    assert spread.template[: spread.pairs].tolist() == (templates or [0, 1, 2, 3, 4])


@pytest.mark.parametrize("index", [-1, 2])
def test_selection_outside_is_refused(index: int) -> None:
    with pytest.raises(TaskError, match=f"pair index {index} is not in this batch: use 0 to 1"):
        Batch.from_pairs(PAIRS).select([index])


def test_no_pairs_make_no_batch() -> None:
    with pytest.raises(TaskError, match="0 pairs given"):
        Batch.from_pairs([])


def test_moving_keeps_the_values() -> None:
    batch = Batch.from_pairs(PAIRS)
    assert torch.equal(batch.to("cpu").tokens, batch.tokens)


def test_a_task_makes_the_batch_of_its_pairs(tokenizer: Tokenizer) -> None:
    task = get_task("class_init")
    batch = task.batch(tokenizer, Split.TEST, 10, seed=3)
    expected = Batch.from_pairs(task.pairs(tokenizer, Split.TEST, 10, seed=3))
    assert torch.equal(batch.tokens, expected.tokens)
    assert torch.equal(batch.right[:10], batch.wrong[10:])
