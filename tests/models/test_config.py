"""The configuration refuses what contradicts itself and knows its widths."""

from typing import Any

import pytest
from pydantic import ValidationError

from models.config import ModelConfig, TopKSite
from tests.micro_model import small_config


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"positions": "concatenate"}, "set d_position to 1 or more"),
        ({"d_position": 4}, "set d_position to 0"),
        ({"positions": "add", "d_position": 4}, "set d_position to 0"),
        ({"norm_bias": True}, "RMSNorm has no bias"),
        ({"n_layer": 0}, "greater than 0"),
        ({"abs_topk_fraction": 1.5}, "less than or equal to 1"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_contradictions_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        small_config(**changes)


def test_widths() -> None:
    config = small_config(positions="concatenate", d_position=4)
    assert (config.d_attn, config.d_read) == (6, 12)


def test_abs_topk_counts() -> None:
    config = small_config(abs_topk_fraction=0.25, abs_topk_sites=("attn_q", "mlp_neuron"))
    assert config.abs_topk(TopKSite.MLP_NEURON, 16) == 4
    assert config.abs_topk(TopKSite.ATTN_Q, 6) == 1
    assert config.abs_topk(TopKSite.ATTN_Q, 2) == 1, "never less than one entry"
    assert config.abs_topk(TopKSite.MLP_IN, 8) is None
    assert small_config(abs_topk_fraction=None).abs_topk(TopKSite.ATTN_Q, 6) is None


def test_json_round_trip_and_immutability() -> None:
    config = small_config(norm="layer", norm_bias=True, norm_eps=1e-5)
    assert ModelConfig.model_validate_json(config.model_dump_json()) == config
    with pytest.raises(ValidationError, match="frozen"):
        config.n_layer = 3
