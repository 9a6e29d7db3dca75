"""The compiled loops of training against the plain model in double precision."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from models.abs_topk import kth_magnitude
from models.fused import adamw, fused, linear
from models.fused.attention import fused_attend
from models.fused.cross_entropy import fused_loss
from models.fused.gate import fused_gate
from models.layers import attend
from models.training.run import next_token_loss
from models.transformer import SparseTransformer
from tests.micro_model import VARIANTS, small_config, small_model


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("pos", [1, 31, 40])
@pytest.mark.parametrize("sinks", [True, False])
def test_attention(pos: int, sinks: bool) -> None:
    inputs = [random(2, pos, 3, 4, seed=seed) * 3 for seed in range(3)]
    inputs[0][random(2, pos, 3, 4, seed=5) > 0] = 0  # as AbsTopK leaves queries
    sink = [random(3, seed=3)] if sinks else []
    gradient = random(2, pos, 3, 4, seed=4)

    def run(function: Any, dtype: torch.dtype) -> list[Tensor]:
        given = [t.to(dtype, copy=True).requires_grad_() for t in (*inputs, *sink)]
        result = function(*given[:3], given[3] if sinks else None)
        result.backward(gradient.to(dtype))
        return [result.detach(), *(t.grad for t in given if t.grad is not None)]

    for fast, exact in zip(
        run(fused_attend, torch.float32), run(attend, torch.float64), strict=True
    ):
        torch.testing.assert_close(fast, exact, atol=2e-5, rtol=1e-4, check_dtype=False)


@pytest.mark.parametrize("shape", [(7,), (3, 7), (40, 3, 7)])
def test_gates(shape: tuple[int, ...]) -> None:
    inputs = [random(*shape, seed=1), random(7, seed=2), random(7, seed=3)]
    gradient = random(*shape, seed=4)

    def run(dtype: torch.dtype) -> list[Tensor | None]:
        x, gate, other = (t.to(dtype, copy=True) for t in inputs)
        result = fused_gate(x.requires_grad_(), gate.requires_grad_(), other)
        result.backward(gradient.to(dtype))
        return [result.detach(), x.grad, gate.grad]

    for fast, exact in zip(run(torch.float32), run(torch.float64), strict=True):
        torch.testing.assert_close(fast, exact, atol=2e-5, rtol=1e-4, check_dtype=False)
    per_row = fused_gate(inputs[0], inputs[1], inputs[0] + 1)
    torch.testing.assert_close(per_row, inputs[0] + 1 - inputs[1])


def test_frozen_weights_get_no_gradient() -> None:
    plain = nn.Linear(4, 3).requires_grad_(False)
    x = random(5, 4).requires_grad_()
    linear.FusedLinear(plain)(x).sum().backward()
    torch.testing.assert_close(x.grad, plain.weight.sum(0).expand(5, 4))
    assert plain.weight.grad is None


@pytest.mark.parametrize("weights_left", [0.0, 0.02, 1.0])
@pytest.mark.parametrize("biased", [True, False])
def test_products_of_sparse_weights_and_inputs(
    weights_left: float, biased: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    products: list[Tensor] = []
    product = linear._product

    def counted(*arguments: Any) -> tuple[Tensor, Tensor]:
        products.append(product(*arguments)[0])
        return product(*arguments)

    monkeypatch.setattr(linear, "_product", counted)
    plain = nn.Linear(40, 70, bias=biased)
    with torch.no_grad():
        plain.weight *= random(70, 40).abs() <= random(70, 40).abs().quantile(weights_left)
    inputs, gradient = random(3, 11, 40, seed=1), random(3, 11, 70, seed=2)
    inputs[random(3, 11, 40, seed=3).abs() < 1] = 0
    gradient[random(3, 11, 70, seed=4).abs() < 1] = 0

    def run(module: nn.Linear) -> list[Tensor]:
        x = inputs.clone().requires_grad_()
        module.zero_grad()
        result = module(x)
        result.backward(gradient)
        assert x.grad is not None
        return [
            result.detach(),
            x.grad,
            *(p.grad for p in module.parameters() if p.grad is not None),
        ]

    for fast, expected in zip(run(linear.FusedLinear(plain)), run(plain), strict=True):
        torch.testing.assert_close(fast, expected, atol=1e-5, rtol=1e-4)
    assert len(products) == (2 if weights_left < 1 else 0), "forward and backward"


def gradients(model: SparseTransformer, loss: Tensor) -> dict[str, Tensor]:
    model.zero_grad()
    loss.backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("nonzero", [0.02, 1.0])
@pytest.mark.parametrize("variant", VARIANTS)
def test_loss_and_gradients_of_a_model(variant: str, nonzero: float) -> None:
    model = small_model(seed=1, nonzero=nonzero, **VARIANTS[variant]).requires_grad_()
    if model.bigram is not None:
        model.bigram.requires_grad_(False)
    config = model.config
    shape = (5, config.n_ctx)
    tokens = torch.randint(config.vocab_size, shape, generator=torch.Generator().manual_seed(2))
    with fused(model):
        loss = fused_loss(model, tokens)
        fast = gradients(model, loss)
    plain = next_token_loss(model, tokens)
    torch.testing.assert_close(loss, plain, atol=0, rtol=1e-5)
    expected = gradients(model, plain)
    assert fast.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(fast[name], gradient, atol=1e-5, rtol=1e-3, msg=name)


def test_gradients_follow_what_the_loss_is_multiplied_by() -> None:
    model = small_model().requires_grad_()
    tokens = torch.arange(12).view(1, 12)
    once, thrice = (gradients(model, factor * fused_loss(model, tokens)) for factor in (1, 3))
    for name, gradient in once.items():
        torch.testing.assert_close(thrice[name], 3 * gradient, msg=name)


def test_a_model_is_as_before_after_the_context() -> None:
    model = SparseTransformer(small_config())
    before = {name: type(module) for name, module in model.named_modules()}
    names = list(model.state_dict())
    with fused(model):
        assert list(model.state_dict()) == names
        assert type(model.final_norm) is not before["final_norm"]
    assert {name: type(module) for name, module in model.named_modules()} == before
    assert all(block.attn.attend is attend for block in model.blocks)


def test_the_compiled_loss_refuses_what_it_cannot_work_on() -> None:
    model = small_model().double()
    with pytest.raises(ValueError, match=r"float64 on cpu .* take next_token_loss"):
        fused_loss(model, torch.zeros(1, 4, dtype=torch.int64))


@pytest.mark.parametrize(("size", "keep"), [(40_000, 700), (40_000, 40_000), (7, 2), (1, 1)])
def test_adamw_and_projection(size: int, keep: int) -> None:
    fast, plain = random(size), random(size).requires_grad_()
    moments = torch.zeros(size), torch.zeros(size)
    optimizer = torch.optim.AdamW([plain], lr=0.05, betas=(0.8, 0.9), eps=1e-6, weight_decay=0.2)
    for step in range(1, 5):
        gradient = random(size, seed=step)
        plain.grad = gradient * 0.5
        optimizer.step()
        with torch.no_grad():
            plain *= plain.abs() >= kth_magnitude(plain.view(1, -1), keep).squeeze()
        adamw.update(
            fast,
            gradient,
            *moments,
            clip=0.5,
            step=step,
            rate=0.05,
            betas=(0.8, 0.9),
            eps=1e-6,
            weight_decay=0.2,
            keep=keep,
        )
        assert int(fast.count_nonzero()) == keep
        torch.testing.assert_close(fast, plain.detach(), atol=1e-6, rtol=1e-5)


def test_the_projection_keeps_ties_and_survives_weights_that_are_all_zero() -> None:
    still = {"clip": 1.0, "step": 1, "rate": 0.0, "betas": (0.9, 0.9), "eps": 1e-8}
    for given, keep, left in (
        ([1.0, -2.0, 2.0, 0.5], 1, [0.0, -2.0, 2.0, 0.0]),
        ([0.0, 0.0, 0.0], 1, [0.0, 0.0, 0.0]),
        ([0.0, -3e-39, 0.0], 2, [0.0, -3e-39, 0.0]),
    ):
        weight = torch.tensor(given)
        zeros = torch.zeros(3, len(given))
        adamw.update(weight, *zeros, **still, weight_decay=0.0, keep=keep)
        assert weight.tolist() == pytest.approx(left, abs=1e-45)
