"""Rescaled logits and bootstrap intervals against closed forms."""

from __future__ import annotations

import math

import pytest
import torch

from backend.circuits.circuit import Rescaling
from backend.circuits.report import first_minus_second, fit_rescaling, rescaled_loss
from backend.circuits.statistics import bootstrap


def test_first_minus_second_turns_the_second_half_round() -> None:
    assert first_minus_second(torch.tensor([1.0, 2, 3, 4])).tolist() == [1, 2, -3, -4]


def test_without_rescaling_the_loss_is_the_plain_one() -> None:
    difference = torch.tensor([1.0, -2.0, 0.5, 3.0])
    plain = float(torch.nn.functional.softplus(-difference).mean())
    assert rescaled_loss(difference, Rescaling(scale=1, shift=0)) == pytest.approx(plain)


def test_a_constant_bias_towards_the_first_answer_is_taken_out() -> None:
    # D is 3 after firsts and 1 after seconds: right minus wrong is 3 and -1; b = -2a undoes it.
    difference = torch.tensor([3.0, 3.0, -1.0, -1.0])
    fitted = fit_rescaling(difference, symmetric=False)
    assert -3 < fitted.shift / fitted.scale < -1
    assert rescaled_loss(difference, fitted) < 0.02


def test_symmetric_tasks_get_no_shift() -> None:
    fitted = fit_rescaling(torch.tensor([3.0, 3.0, -1.0, -1.0]), symmetric=True)
    assert fitted.shift == 0


def test_the_best_scale_in_closed_form() -> None:
    # Three right and one wrong, all of size 1: the best scale has sigmoid(a) = 3/4, a = ln 3.
    fitted = fit_rescaling(torch.tensor([1.0, 1.0, 1.0, -1.0]), symmetric=True)
    assert fitted.scale == pytest.approx(math.log(3), rel=1e-3)


def test_bootstrap_of_a_constant_is_that_constant() -> None:
    (estimate,) = bootstrap(torch.full((50, 1), 0.25))
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx((0.25, 0.25, 0.25))


def test_bootstrap_interval_is_near_the_normal_one() -> None:
    values = torch.randn(400, 2, generator=torch.Generator().manual_seed(0))
    for column, estimate in zip(values.T, bootstrap(values), strict=True):
        half = 1.96 * float(column.std()) / 20
        assert estimate.value == pytest.approx(float(column.mean()))
        assert estimate.high - estimate.value == pytest.approx(half, rel=0.2)
        assert estimate.value - estimate.low == pytest.approx(half, rel=0.2)
    assert bootstrap(values) == bootstrap(values)
