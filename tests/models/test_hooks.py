"""Recording and replacing leave the model as they found it."""

import pytest
import torch
from torch import Tensor

from models.hooks import record, replace
from tests.micro_model import (
    MICRO_ACTIVATIONS,
    MICRO_LOGITS,
    MICRO_TOKENS,
    micro_model,
    small_model,
)


def test_record_everything_or_some() -> None:
    model = micro_model()
    with record(model) as everything:
        model(MICRO_TOKENS)
    with record(model, ["0.attn.v"]) as some:
        model(MICRO_TOKENS)
    assert everything.keys() == MICRO_ACTIVATIONS.keys()
    assert list(some) == ["0.attn.v"]
    assert torch.equal(some["0.attn.v"], everything["0.attn.v"])


def test_replaced_values_go_on_through_the_model() -> None:
    model = micro_model()

    def without_second_neuron(x: Tensor) -> Tensor:
        return x * torch.tensor([1.0, 0.0])

    with (
        replace(model, {"0.mlp.post_act": without_second_neuron}),
        record(model, ["0.mlp.post_act", "final_resid"]) as seen,
    ):
        logits = model(MICRO_TOKENS)
    assert torch.equal(seen["0.mlp.post_act"], torch.tensor([[[7.0, 0], [5, 0]]]))
    assert torch.equal(seen["final_resid"], torch.tensor([[[7.0, -1], [1, -1]]]))
    # Position 1: normed (1, -1); 5, -5, 10 + bias (0, 0, 1) + bigram (1, 0, 0).
    torch.testing.assert_close(logits[0, 1], torch.tensor([6.0, -5, 11]))
    torch.testing.assert_close(logits[0, 0], MICRO_LOGITS[0, 0])


def test_hooks_run_in_the_order_entered() -> None:
    model = micro_model()
    with (
        replace(model, {"final_resid": lambda x: x * 0 + 3}),
        replace(model, {"final_resid": lambda x: x + 1}),
        record(model, ["final_resid"]) as seen,
    ):
        model(MICRO_TOKENS)
    assert torch.equal(seen["final_resid"], torch.full((1, 2, 2), 4.0))


def test_inputs_are_replaced_before_the_nonlinearity() -> None:
    model = micro_model()
    # What flows into the neurons: (7, 0) and (5, 6). Less 6 it is (1, -6) and (-1, 0).
    with (
        replace(model, inputs={"0.mlp.post_act": lambda x: x - 6}),
        record(model, ["0.mlp.post_act"]) as seen,
    ):
        model(MICRO_TOKENS)
    assert torch.equal(seen["0.mlp.post_act"], torch.tensor([[[1.0, 0], [0, 0]]]))


def test_inputs_are_replaced_before_abs_topk() -> None:
    model, ramp = small_model(nonzero=1), torch.arange(6.0)
    with (
        replace(model, {"0.attn.v": lambda x: x + 1}, {"0.attn.v": lambda x: x * 0 + ramp}),
        record(model, ["0.attn.v"]) as seen,
    ):
        model(MICRO_TOKENS)
    # AbsTopK keeps 3 of the 6: 0, 0, 0, 3, 4, 5; then 1 is added.
    assert seen["0.attn.v"][0, 0].tolist() == [1, 1, 1, 4, 5, 6]


def test_hooks_are_gone_afterwards_even_after_an_error() -> None:
    model = micro_model()
    with (
        pytest.raises(RuntimeError, match="on purpose"),
        replace(
            model,
            {"0.attn.q": lambda x: x + 1, "0.attn.v": lambda x: x + 1},
            inputs={"0.attn.v": lambda x: x + 1},
        ),
    ):
        raise RuntimeError("on purpose")
    assert not any(point.hooks or point.inputs for point in model.hook_points.values())
    torch.testing.assert_close(model(MICRO_TOKENS), MICRO_LOGITS)


def test_unknown_hook_points_are_named_and_nothing_is_changed() -> None:
    model = micro_model()
    with (
        pytest.raises(KeyError, match=r"'0\.attn\.z' is no hook point"),
        replace(model, {"0.attn.q": lambda x: x}, inputs={"0.attn.z": lambda x: x}),
    ):
        pass
    assert not any(point.hooks or point.inputs for point in model.hook_points.values())


def test_gradients_flow_through_replacements_but_not_through_records() -> None:
    model = micro_model()
    gate = torch.ones(2, requires_grad=True)
    with (
        replace(model, {"0.mlp.post_act": lambda x: x * gate}),
        record(model, ["0.mlp.post_act"]) as seen,
    ):
        model(MICRO_TOKENS)[0, 1, 0].backward()
    assert gate.grad is not None
    assert gate.grad[1] != 0
    assert not seen["0.mlp.post_act"].requires_grad
