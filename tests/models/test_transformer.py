"""The forward pass against numbers computed by hand, and its options against each other."""

import pytest
import torch
from torch.nn import functional as F

from models.hooks import record, replace
from models.sites import NodeSite, SiteKind, edge_sites
from tests.micro_model import (
    MICRO_ACTIVATIONS,
    MICRO_LOGITS,
    MICRO_TOKENS,
    VARIANTS,
    micro_model,
    small_config,
    small_model,
)

TOKENS = torch.randint(23, (3, 9), generator=torch.Generator().manual_seed(1))


def test_micro_model_computes_what_was_computed_by_hand() -> None:
    model = micro_model()
    with record(model) as activations:
        logits = model(MICRO_TOKENS)
    torch.testing.assert_close(logits, MICRO_LOGITS)
    assert activations.keys() == MICRO_ACTIVATIONS.keys()
    for name, expected in MICRO_ACTIVATIONS.items():
        torch.testing.assert_close(activations[name], expected, msg=f"at {name}")


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_last_gives_the_logits_of_one_position(changes: dict[str, object]) -> None:
    model = small_model(**changes)
    last = torch.tensor([8, 0, 4])
    whole = model(TOKENS)
    assert whole.shape == (3, 9, 23)
    torch.testing.assert_close(model(TOKENS, last=last), whole[torch.arange(3), last])


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_later_tokens_do_not_change_earlier_logits(changes: dict[str, object]) -> None:
    model = small_model(**changes)
    torch.testing.assert_close(model(TOKENS)[:, :5], model(TOKENS[:, :5]))


def test_positions_tell_orders_apart() -> None:
    tokens, swapped = torch.tensor([[1, 2, 3]]), torch.tensor([[2, 1, 3]])
    # One layer: in a second one, what earlier positions saw would tell the order too.
    blind = small_model(nonzero=1, n_layer=1)
    added = small_model(nonzero=1, n_layer=1, positions="add")
    read = small_model(nonzero=1, n_layer=1, positions="concatenate", d_position=4)
    torch.testing.assert_close(blind(tokens)[0, 2], blind(swapped)[0, 2])
    for model in (added, read):
        assert not torch.allclose(model(tokens)[0, 2], model(swapped)[0, 2], atol=1e-3)


def test_concatenated_positions_are_read_after_a_norm_of_their_own() -> None:
    model = small_model(positions="concatenate", d_position=4, abs_topk_fraction=None)
    assert model.positions is not None
    with record(model, ["0.resid_in", "0.mlp.act_in"]) as seen:
        model(TOKENS)
    torch.testing.assert_close(seen["0.resid_in"], model.embedding(TOKENS))
    weight = model.state_dict()["blocks.0.mlp_read.position_norm.weight"]
    expected = F.rms_norm(model.positions.weight[:9], (4,), weight)
    torch.testing.assert_close(seen["0.mlp.act_in"][1, :, 8:], expected)


def test_abs_topk_is_applied_at_its_sites_only() -> None:
    model = small_model(nonzero=1, abs_topk_sites=("mlp_neuron", "resid_mid"))
    with record(model) as seen:
        model(TOKENS)
    assert int((seen["0.mlp.post_act"] != 0).sum(-1).max()) == 8
    assert int((seen["1.resid_mid"] != 0).sum(-1).max()) == 4
    assert int((seen["1.attn.q"] != 0).sum(-1).min()) == 6


def test_hooks_see_values_after_abs_topk_and_are_not_cut_again() -> None:
    model = small_model(nonzero=1)
    with (
        replace(model, {"0.mlp.post_act": torch.ones_like}),
        record(model, ["0.mlp.post_act"]) as seen,
    ):
        model(TOKENS)
    assert bool((seen["0.mlp.post_act"] == 1).all())


def test_tied_embedding_is_one_tensor() -> None:
    model = small_model(tied_embedding=True)
    assert model.unembedding.weight is model.embedding.weight


def test_sequences_longer_than_the_context_are_refused() -> None:
    with pytest.raises(ValueError, match="13 tokens is longer than the model's context of 12"):
        small_model()(torch.zeros(1, 13, dtype=torch.long))


def test_edge_weights_are_views_of_the_right_width() -> None:
    model = small_model(positions="concatenate", d_position=4)
    state = model.state_dict()
    for source, target in edge_sites(model.config):
        weight = model.edge_weight(source, target)
        assert weight.shape == (target.width(model.config), source.width(model.config))
    keys = model.edge_weight(NodeSite(1, SiteKind.ATTN_IN), NodeSite(1, SiteKind.K))
    assert torch.equal(keys, state["blocks.1.attn.qkv.weight"][6:12])
    assert keys.untyped_storage().data_ptr() == state["blocks.1.attn.qkv.weight"].data_ptr()


def test_other_pairs_of_sites_have_no_weight() -> None:
    model = small_model()
    for source, target in [
        (NodeSite(0, SiteKind.Q), NodeSite(0, SiteKind.ATTN_OUT)),
        (NodeSite(0, SiteKind.ATTN_IN), NodeSite(1, SiteKind.Q)),
    ]:
        with pytest.raises(ValueError, match="no weight joins"):
            model.edge_weight(source, target)


def test_training_reaches_every_parameter_but_the_bigram_table() -> None:
    model = small_model(nonzero=1, attention_sink=True, bigram_table=True)
    model.train().requires_grad_(True)
    assert model.bigram is not None
    model.bigram.requires_grad_(False)
    F.cross_entropy(model(TOKENS).flatten(0, 1), TOKENS.flatten()).backward()
    silent = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert silent == ["bigram"]


def test_small_config_is_the_model_s() -> None:
    assert small_model().config == small_config()
