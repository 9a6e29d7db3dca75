"""Frozen scales and thresholds, by hand on the micro model and against the whole model."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from models.hooks import record, replace
from models.layers import Replacement
from models.scales import frozen_scales, record_scales, threshold
from models.transformer import SparseTransformer
from tests.micro_model import MICRO_LOGITS, MICRO_TOKENS, VARIANTS, micro_model, small_model

TOKENS = torch.randint(23, (4, 9), generator=torch.Generator().manual_seed(1))
LAST = torch.tensor([8, 0, 4, 6])


def test_scales_by_hand() -> None:
    scales = record_scales(micro_model(), MICRO_TOKENS)
    divisors = {name: scale.divisor[0, :, 0].tolist() for name, scale in scales.norms.items()}
    assert divisors == {
        "blocks.0.attn_read.norm": [1.0, 1.0],
        "blocks.0.mlp_read.norm": [5.0, 1.0],
        "final_norm": [5.0, 5.0],
    }
    assert scales.thresholds == {}


def test_an_ablation_under_frozen_scales_by_hand() -> None:
    # Attention writes nothing: the residual at position 0 is (1, 1), still divided by 5: neurons
    # relu(1) and relu(1 - 1), so the MLP writes (0, 4). The final residual (1, 5) is divided by 5:
    # logits 1, 5, -4, with the bias 0, 0, 1 and the bigram row 0, 10, 0. At position 1 attention
    # wrote nothing anyway.
    model = micro_model()
    scales = record_scales(model, MICRO_TOKENS)
    silent = replace(model, {"0.attn.resid_delta": torch.zeros_like})
    with frozen_scales(model, scales), silent:
        logits = model(MICRO_TOKENS)
    torch.testing.assert_close(logits, torch.tensor([[[1.0, 15, -3], [2, -7, 9]]]))
    torch.testing.assert_close(model(MICRO_TOKENS), MICRO_LOGITS)


@pytest.mark.parametrize("last", [None, LAST], ids=["everywhere", "last"])
@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_frozen_and_nothing_ablated_is_the_whole_model(
    changes: dict[str, Any], last: Tensor | None
) -> None:
    model = small_model(nonzero=0.6, **changes)
    whole = model(TOKENS, last)
    with frozen_scales(model, record_scales(model, TOKENS, last)):
        torch.testing.assert_close(model(TOKENS, last), whole, rtol=1e-4, atol=1e-4)
    assert torch.equal(model(TOKENS, last), whole)


def test_a_changed_model_cuts_at_the_whole_model_s_thresholds() -> None:
    model = small_model(nonzero=1)
    whole, _ = inputs_of(model, "1.mlp.act_in")
    scales = record_scales(model, TOKENS)
    changes: dict[str, Replacement] = {"0.attn.resid_delta": lambda x: x.roll(1, -1)}
    with frozen_scales(model, scales), replace(model, changes):
        before, after = inputs_of(model, "1.mlp.act_in")
    fourth = whole.abs().sort(-1, descending=True).values[..., 3:4]  # AbsTopK keeps 4 of 8
    torch.testing.assert_close(after, torch.where(before.abs() >= fourth, before, 0))
    kept = (after != 0).sum(-1)
    assert int(kept.min()) < 4 < int(kept.max())


def inputs_of(model: SparseTransformer, name: str) -> tuple[Tensor, Tensor]:
    """What flows into a hook point, and its value."""
    seen: dict[str, Tensor] = {}

    def keep(x: Tensor) -> Tensor:
        seen[name] = x
        return x

    hook: Replacement = keep
    with replace(model, inputs={name: hook}), record(model, [name]) as values:
        model(TOKENS)
    return seen[name], values[name]


def test_thresholds_lie_between_what_is_kept_and_what_is_cut() -> None:
    x = torch.tensor([[[4.0, -3, 2, 1], [0, 5, 0, 0], [2, 2, -2, 1], [1, 1 - 1e-5, 3, 0]]])
    least = threshold(x, 2)
    torch.testing.assert_close(least[0, :, 0], torch.tensor([3.0, 0, 2, 1]), rtol=2e-4, atol=0)
    kept = x.abs() >= least
    assert kept.sum(-1).tolist() == [[2, 4, 3, 2]], "ties are kept, as AbsTopK does"
    assert bool((least[0, [0, 2, 3], 0] < torch.tensor([3.0, 2, 1])).all())
    assert threshold(x, 4).tolist() == [[[0.0]] * 4]


def test_scales_of_other_shapes_are_refused_and_nothing_stays_frozen() -> None:
    model = small_model()
    scales = record_scales(model, TOKENS, LAST)
    with (
        pytest.raises(ValueError, match="record them on the same tokens, with the same `last`"),
        frozen_scales(model, scales),
    ):
        model(TOKENS)
    assert torch.equal(model(TOKENS), small_model()(TOKENS))
    assert not any(point.inputs or point.threshold for point in model.hook_points.values())
