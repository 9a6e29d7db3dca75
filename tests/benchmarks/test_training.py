"""The training benchmark on a toy: both loops must learn the same; the figures must be theirs."""

from __future__ import annotations

import pytest
import torch

import models.abs_topk
from benchmarks.training import Block, PlainRun, benchmark, report, summarise
from models.training.folder import training_data
from models.training.run import TrainingData, TrainingRun
from tests.models.test_training import recipe


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TrainingData:
    return training_data(recipe(), tmp_path_factory.mktemp("corpus"))


def test_the_plain_loop_takes_the_same_first_step(data: TrainingData) -> None:
    dense = recipe(sparsity={"nonzero_fraction": 1.0})
    ours, plain = TrainingRun(dense, data), PlainRun(dense, data)
    kernels = models.abs_topk._kernels
    (loss, rate), (plain_loss, plain_rate) = ours.train_step(), plain.train_step()
    assert models.abs_topk._kernels is kernels
    assert rate == plain_rate
    torch.testing.assert_close(loss, plain_loss, rtol=1e-5, atol=0)
    for (name, weight), other in zip(
        ours.model.named_parameters(), plain.model.parameters(), strict=True
    ):
        # a gradient near eps moves its weight by less than the rate, by how much rounding decides
        torch.testing.assert_close(weight, other, rtol=1e-3, atol=rate / 10, msg=name)


def test_both_loops_project(data: TrainingData) -> None:
    ours, plain = TrainingRun(recipe(), data), PlainRun(recipe(), data)
    for run in (ours, plain):
        for _ in range(8):
            run.train_step()
        up = run.model.blocks[0].mlp.up.weight
        assert int(up.count_nonzero()) == int(0.1 * up.numel())


def test_it_runs_to_the_end(data: TrainingData, capsys: pytest.CaptureFixture[str]) -> None:
    result = benchmark(recipe(), data, 5, show=True)
    assert [block.step for block in result.blocks] == [5, 10, 12]
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert result.our_held_out_loss == pytest.approx(result.plain_held_out_loss, rel=0.05)
    assert result.tokens_a_step == 64


def test_the_first_block_is_not_timed_and_the_ratio_is_a_median() -> None:
    speeds = [(1.0, 100.0), (30.0, 10.0), (10.0, 10.0), (20.0, 10.0)]
    blocks = [
        Block(3 * (i + 1), 0.5, ours, plain, 2.0 - i, 2.5 - i)
        for i, (ours, plain) in enumerate(speeds)
    ]
    result = summarise(recipe(), blocks, (1.5, 1.6))
    assert result.ratio == 2.0
    assert result.ratio_annealing == 3.0
    assert result.ratio_annealed == 1.5
    assert (result.our_training_loss, result.plain_training_loss) == (-1.0, -0.5)
    assert "ratio: 2.00 (3.00 while weights fall away, 1.50 after it)" in report(result)
