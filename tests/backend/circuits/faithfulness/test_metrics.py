"""Every formula on numbers small enough to compute by hand."""

from math import log, log10, sqrt

import pytest
import torch

from backend.circuits.faithfulness import metrics


def test_recovery_is_one_as_the_model_and_zero_as_everything_ablated() -> None:
    circuit = torch.tensor([5.0, 1.0, 4.0, 7.0])
    result = metrics.recovery(circuit, torch.tensor(5.0), torch.tensor(1.0))
    assert result.tolist() == [1.0, 0.0, 0.75, 1.5]


def test_divergence_of_two_distributions_by_hand() -> None:
    p, q = torch.tensor([0.5, 0.25, 0.25]), torch.tensor([0.25, 0.25, 0.5])
    expected = 0.5 * log(2) + 0.25 * log(0.5)
    assert float(metrics.divergence(p.log() + 7, q.log())) == pytest.approx(expected, abs=1e-6)
    assert float(metrics.divergence(p.log(), p.log() - 3)) == pytest.approx(0, abs=1e-6)


def test_jensen_shannon_by_hand() -> None:
    apart = metrics.jensen_shannon(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]))
    assert float(apart) == pytest.approx(log(2))
    equal = metrics.jensen_shannon(torch.tensor([0.3, 0.7]), torch.tensor([0.3, 0.7]))
    assert float(equal) == pytest.approx(0, abs=1e-7)
    # m = (3/4, 1/4): KL(p||m) = ln 4/3, KL(q||m) = 1/2 ln 2/3 + 1/2 ln 2
    half = metrics.jensen_shannon(torch.tensor([1.0, 0.0]), torch.tensor([0.5, 0.5]))
    assert float(half) == pytest.approx((log(4 / 3) + 0.5 * log(2 / 3) + 0.5 * log(2)) / 2)


def test_correlation_by_hand() -> None:
    x = torch.tensor([1.0, 2.0, 3.0])
    y = torch.tensor([[2.0, 4.0, 6.0], [3.0, 2.0, 1.0], [1.0, 3.0, 2.0], [7.0, 7.0, 7.0]])
    means = metrics.moments(x.expand_as(y), y).mean(1)
    result = metrics.correlation(means)
    assert result[:3].tolist() == pytest.approx([1.0, -1.0, 0.5])
    assert bool(result[3].isnan())


def test_correlation_calls_rounding_no_variance() -> None:
    x = torch.full((7,), 0.1)
    y = torch.arange(7.0)
    assert bool(metrics.correlation(metrics.moments(x, y).mean(0)).isnan())


def test_sign_flips_leave_zeros_out() -> None:
    flipped, signed = metrics.sign_flips(
        torch.tensor([1.0, -1.0, 0.0, 2.0, -3.0]), torch.tensor([-1.0, 1.0, -1.0, 2.0, 0.0])
    )
    assert flipped.tolist() == [True, True, False, False, False]
    assert signed.tolist() == [True, True, False, True, False]


def test_gap_has_no_sign_and_a_cap() -> None:
    circuit, model = torch.tensor([3.0, 0.5, 9.0]), torch.tensor([1.0, 0.75, 5.0])
    assert metrics.gap(circuit, model, 100).tolist() == [2.0, 0.25, 4.0]
    assert metrics.gap(circuit, model, 2.0).tolist() == [1.0, 0.25, 0.0]


def test_share_below_counts_ties_as_not_below() -> None:
    assert metrics.share_below(2.0, [1.0, 2.0, 3.0, 0.0]) == 0.5


def test_jaccard_and_its_mean() -> None:
    a, b, c = {"x", "y"}, {"y", "z"}, {"x", "y", "z", "w"}
    assert metrics.jaccard(a, b) == pytest.approx(1 / 3)
    assert metrics.mean_overlap([a, b, c]) == pytest.approx((1 / 3 + 1 / 2 + 1 / 2) / 3)
    assert metrics.jaccard(set(), set()) == 1.0
    assert metrics.jaccard(set(), {"x"}) == 0.0


def test_inclusion() -> None:
    assert metrics.inclusion("x", [{"x"}, {"y"}, {"x", "y"}, set()]) == 0.5


def test_area_by_trapezoids_over_decades() -> None:
    # From 1 to 10 falling from 2 to 1: 3/2; from 10 to 1000 staying at 1: 2.
    losses = torch.tensor([[2.0, 1.0, 1.0], [0.0, 0.0, 3.0]])
    result = metrics.area([0, 10, 1000], losses)
    assert result.tolist() == pytest.approx([3.5, 3.0])
    assert float(metrics.area([5], torch.tensor([4.0]))) == 0.0
    assert float(metrics.area([2, 4], torch.tensor([1.0, 1.0]))) == pytest.approx(log10(2))


def test_next_token_losses_by_hand() -> None:
    # Position 0 gives token 1 the odds 3 to 1; position 1 is even; position 2 predicts nothing.
    logits = torch.tensor([[[0.0, log(3.0)], [5.0, 5.0], [9.0, 0.0]]])
    result = metrics.next_token_losses(logits, torch.tensor([[0, 1, 0]]))
    assert result.tolist()[0] == pytest.approx([log(4 / 3), log(2)])


def test_correlation_of_uneven_noise() -> None:
    x, y = torch.tensor([0.0, 0.0, 3.0]), torch.tensor([0.0, 1.0, 1.0])
    # cov = 1 - 1 * 2/3 = 1/3, var x = 2, var y = 2/9
    result = metrics.correlation(metrics.moments(x, y).mean(0))
    assert float(result) == pytest.approx(1 / 3 / sqrt(2 * 2 / 9))
