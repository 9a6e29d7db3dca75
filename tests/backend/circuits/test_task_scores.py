"""What a card says of tasks, on answers made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from backend.circuits import task_scores
from backend.circuits.ablation import Evaluation
from backend.circuits.task_scores import score_task, score_tasks
from models.checkpoints import Checkpoint
from models.transformer import SparseTransformer
from tasks import Batch, Split, get_task
from tests.backend.conftest import TASK
from tests.micro_model import small_model

SURE, UNSURE, WRONG = 5.0, 0.5, -5.0
"""Logit differences; the losses are 0.007, 0.47 and 5."""


def rows(batch: Batch, first: float, second: float) -> Tensor:
    return torch.tensor([first, second]).repeat_interleave(batch.pairs).unsqueeze(0)


@pytest.mark.parametrize(
    ("test", "train", "limit"),
    [
        ((SURE, SURE), (WRONG, WRONG), ""),
        ((WRONG, WRONG), (SURE, SURE), "other templates: on training templates the loss is 0.01"),
        ((SURE, WRONG), (SURE, WRONG), "one-sided: prefers the first answer; the other is right"),
        ((WRONG, SURE), (SURE, WRONG), "one-sided: prefers the second answer"),
        ((UNSURE, UNSURE), (UNSURE, UNSURE), "unsure"),
        ((WRONG, WRONG), (WRONG, WRONG), "not learned: also on training templates the loss is 5"),
    ],
)
def test_limits(
    checkpoint: Checkpoint,
    monkeypatch: pytest.MonkeyPatch,
    test: tuple[float, float],
    train: tuple[float, float],
    limit: str,
) -> None:
    assert checkpoint.tokenizer is not None
    test_tokens = get_task(TASK).batch(checkpoint.tokenizer, Split.TEST, 6).tokens

    def answer(_: SparseTransformer, batch: Batch) -> Evaluation:
        answers = test if torch.equal(batch.tokens, test_tokens) else train
        return Evaluation(rows(batch, *answers), rows(batch, *answers))

    monkeypatch.setattr(task_scores, "evaluate", answer)
    score = score_task(checkpoint, get_task(TASK), 6)
    assert score.limit.startswith(limit)
    assert bool(score.limit) is not score.solved
    assert score.loss is not None
    assert score.loss.low <= score.loss.value <= score.loss.high


def test_what_cannot_be_measured_is_named_first(checkpoint: Checkpoint) -> None:
    tasks = [get_task(name) for name in (TASK, "enumerate_range")]
    told: list[str] = []
    scores = score_tasks(checkpoint, tasks, 4, lambda score: told.append(score.task))
    assert told == [TASK, "enumerate_range"]
    assert [score.task for score in scores] == ["enumerate_range", TASK]
    assert scores[0].loss is None
    assert "not one token" in scores[0].limit


def test_prompts_too_long_and_a_missing_tokenizer_are_named(checkpoint: Checkpoint) -> None:
    model = small_model(vocab_size=checkpoint.config.vocab_size, n_ctx=5)
    short = replace(checkpoint, model=model)
    assert "the model's context 5" in score_task(short, get_task(TASK), 4).limit
    untold = replace(checkpoint, tokenizer=None)
    assert "no tokenizer" in score_task(untold, get_task(TASK), 4).limit
