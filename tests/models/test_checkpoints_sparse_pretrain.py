"""sparse_pretrain's format: the same model as upstream computes, and nothing else let in."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor
from torch.nn import functional as F

from models.checkpoints import load_checkpoint, save_native
from models.checkpoints.errors import CheckpointError
from models.config import NODE_TOPK_SITES, TopKSite
from models.hooks import record
from models.sites import NodeSite, SiteKind
from models.transformer import SparseTransformer
from tests.micro_model import small_model
from tests.models.malice import Malice

TOKENS = torch.randint(23, (3, 9), generator=torch.Generator().manual_seed(1))
LOCATIONS = "attn_in,attn_out,mlp_in,mlp_out,mlp_neuron,attn_v,attn_k,attn_q"
BLOCK = {
    "attn_read.norm": "ln_1",
    "attn.qkv": "attn.c_attn",
    "attn.out": "attn.c_proj",
    "mlp_read.norm": "ln_2",
    "mlp.up": "mlp.c_fc",
    "mlp.down": "mlp.c_proj",
}
NAMES = (
    {
        "embedding.weight": "wte.weight",
        "positions.weight": "wpe.weight",
        "final_norm.weight": "ln_f.weight",
        "final_norm.bias": "ln_f.bias",
        "unembedding.weight": "lm_head.weight",
        "bigram": "bigram_table",
    }
    | {
        f"blocks.{layer}.{ours}.{kind}": f"blocks.{layer}.{theirs}.{kind}"
        for layer in range(2)
        for ours, theirs in BLOCK.items()
        for kind in ("weight", "bias")
    }
    | {f"blocks.{n}.attn.sink": f"blocks.{n}.attn.attn_fn.sink_logit" for n in range(2)}
)


def without_logit_bias(seed: int = 0, **changes: Any) -> SparseTransformer:
    """A small model that upstream can have: as many heads as fit, no bias on the logits."""
    model = small_model(seed, **{"n_head": 2, "d_head": 4} | changes)
    model.logit_bias.zero_()
    return model


def exported(model: SparseTransformer) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """A model in their words."""
    config = model.config
    settings = {
        "model_config": {
            "n_layer": config.n_layer,
            "d_model": config.d_model,
            "n_ctx": config.n_ctx,
            "d_head": config.d_head,
            "d_mlp": config.d_mlp,
            "vocab_size": config.vocab_size,
            "use_rms_norm": config.norm == "rms",
            "tie_embeddings": config.tied_embedding,
            "use_positional_embeddings": config.positions == "add",
            "use_bigram_table": config.bigram_table,
            "use_attention_sinks": config.attention_sink,
            "activation": config.activation.value,
            "dropout": 0.0,
            "use_bias": config.bias,
        },
        "sparsity_config": {
            "enable_weight_sparsity": True,
            "target_l0_fraction": 0.1,
            "enable_activation_sparsity": config.abs_topk_fraction is not None,
            "activation_topk_fraction": config.abs_topk_fraction or 0.25,
        },
        "training_config": {"dataset_name": "random", "tokenizer_name": "none"},
    }
    state = {NAMES[name]: value for name, value in model.state_dict().items() if name in NAMES}
    return settings, state


def write(folder: Path, settings: dict[str, Any], tensors: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(settings))
    torch.save(tensors, folder / "pytorch_model.bin")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small checkpoint in their format."""
    return write(tmp_path / "small", *exported(without_logit_bias()))


def resave(folder: Path, part: str, **changes: Any) -> None:
    """Change settings of a part; a value of ... removes one."""
    path = folder / "config.json"
    settings = json.loads(path.read_text())
    merged = settings[part] | changes
    settings[part] = {name: value for name, value in merged.items() if value is not ...}
    path.write_text(json.dumps(settings))


def tensors_of(folder: Path) -> dict[str, Tensor]:
    content: dict[str, Tensor] = torch.load(folder / "pytorch_model.bin", weights_only=True)
    return content


@pytest.mark.parametrize("name", ["plain", "positional"])
def test_reference_logits_and_activations(shared: Path, name: str) -> None:
    folder = shared / "compat" / "sparse_pretrain" / name
    checkpoint = load_checkpoint(folder)
    expected = torch.load(folder / "expected.pt", weights_only=True)
    assert (checkpoint.format, checkpoint.name) == ("sparse_pretrain", name)
    assert checkpoint.tokenizer is None
    assert checkpoint.config.abs_topk_sites == NODE_TOPK_SITES
    with record(checkpoint.model) as seen:
        logits = checkpoint.model(expected["tokens"])
    pairs = {"logits": logits, "hidden_0": seen["0.resid_in"]}
    for layer in range(2):
        pairs[f"hidden_{layer + 1}"] = seen[f"{layer}.resid_out"]
        pairs[f"layer{layer}_resid_pre"] = seen[f"{layer}.resid_in"]
        pairs[f"layer{layer}_resid_mid"] = seen[f"{layer}.resid_mid"]
        for kind in SiteKind:
            pairs[f"layer{layer}_{kind.topk_site}"] = seen[NodeSite(layer, kind).name]
    wanted = expected["activations"] | {"logits": expected["logits"]}
    assert set(pairs) == set(wanted)
    for place, want in wanted.items():
        scale = max(1.0, float(want.abs().max()))
        torch.testing.assert_close(pairs[place] / scale, want / scale, rtol=0, atol=1e-5, msg=place)


VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "sinks and bigrams": {"attention_sink": True, "bigram_table": True},
    "tied": {"tied_embedding": True, "positions": "add"},
    "no bias": {"bias": False, "activation": "relu"},
    "layernorm": {"norm": "layer", "norm_bias": True, "abs_topk_fraction": None},
    "heads as many as fit": {"n_head": 4, "d_head": 2},
}


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_same_model_as_in_the_native_format(tmp_path: Path, changes: dict[str, Any]) -> None:
    model = without_logit_bias(**changes)
    checkpoint = load_checkpoint(write(tmp_path / "theirs", *exported(model)))
    assert checkpoint.config == model.config
    assert torch.equal(checkpoint.model(TOKENS), model(TOKENS))
    digest = save_native(tmp_path / "ours", checkpoint.model, None, None, {})
    assert checkpoint.digest == digest == load_checkpoint(tmp_path / "ours").digest
    assert not checkpoint.model.training
    assert not any(p.requires_grad for p in checkpoint.model.parameters())


def by_hand(state: dict[str, Tensor], tokens: Tensor, keep: dict[str, int]) -> Tensor:
    """Logits [pos, vocab] of one layer without biases, as upstream computes them; 2 heads of 4."""

    def topk(x: Tensor, place: str) -> Tensor:
        count = keep.get(place, x.shape[-1])
        rows = [row.abs().argsort(descending=True)[:count] for row in x]
        return torch.stack(
            [torch.zeros_like(r).index_copy(0, i, r[i]) for r, i in zip(x, rows, strict=True)]
        )

    def norm(x: Tensor, name: str) -> Tensor:
        return x / (x.square().mean(-1, keepdim=True) + 2**-23).sqrt() * state[f"{name}.weight"]

    x = topk(state["wte.weight"][tokens], "resid_pre")
    read = topk(norm(x, "blocks.0.ln_1"), "attn_in")
    q, k, v = (read @ state["blocks.0.attn.c_attn.weight"].T).chunk(3, -1)
    mixed = torch.zeros_like(q)
    for head in range(2):
        part = slice(4 * head, 4 * head + 4)
        sink = state["blocks.0.attn.attn_fn.sink_logit"][head].exp()
        for at in range(len(tokens)):
            scores = (k[: at + 1, part] @ q[at, part] / math.sqrt(4)).exp()
            mixed[at, part] = scores @ v[: at + 1, part] / (scores.sum() + sink)
    x = topk(x + mixed @ state["blocks.0.attn.c_proj.weight"].T, "resid_mid")
    hidden = F.gelu(norm(x, "blocks.0.ln_2") @ state["blocks.0.mlp.c_fc.weight"].T)
    x = x + topk(hidden, "mlp_neuron") @ state["blocks.0.mlp.c_proj.weight"].T
    return norm(x, "ln_f") @ state["lm_head.weight"].T + state["bigram_table"][tokens]


def test_abs_topk_of_the_residual_stream_too(tmp_path: Path) -> None:
    model = without_logit_bias(n_layer=1, bias=False, attention_sink=True, bigram_table=True)
    settings, state = exported(model)
    settings["sparsity_config"] |= {
        "activation_topk_fraction": 0.3,
        "activation_sparsity_locations": "resid_mid,attn_in,resid_pre,mlp_neuron",
    }
    checkpoint = load_checkpoint(write(tmp_path / "resid", settings, state))
    assert checkpoint.config.abs_topk_sites == (
        TopKSite.ATTN_IN,
        TopKSite.MLP_NEURON,
        TopKSite.RESID_PRE,
        TopKSite.RESID_MID,
    )
    keep = {"resid_pre": 2, "resid_mid": 2, "attn_in": 2, "mlp_neuron": 4}  # int(0.3 * width)
    expected = by_hand(state, TOKENS[0], keep)
    torch.testing.assert_close(checkpoint.model(TOKENS[:1])[0], expected, rtol=1e-4, atol=1e-4)


def test_at_least_one_entry_is_kept(folder: Path) -> None:
    resave(folder, "sparsity_config", activation_topk_fraction=0.01)
    model = load_checkpoint(folder).model
    with record(model) as seen:
        model(TOKENS)
    assert int((seen["0.attn.act_in"] != 0).sum(-1).max()) == 1


def test_settings_of_abs_topk_come_from_the_training_config_where_the_config_has_none(
    folder: Path,
) -> None:
    part = {"activation_sparsity_locations": "attn_in,resid_pre", "activation_topk_fraction": 0.75}
    (folder / "training_config.yaml").write_text(yaml.safe_dump({"sparsity": part}))
    config = load_checkpoint(folder).config
    assert config.abs_topk_sites == (TopKSite.ATTN_IN, TopKSite.RESID_PRE)
    assert config.abs_topk_fraction == 0.5, "config.json has this one"
    resave(folder, "sparsity_config", activation_sparsity_locations="mlp_out")
    assert load_checkpoint(folder).config.abs_topk_sites == (TopKSite.MLP_OUT,)
    (folder / "training_config.yaml").unlink()
    resave(folder, "sparsity_config", activation_sparsity_locations=...)
    assert load_checkpoint(folder).config.abs_topk_sites == NODE_TOPK_SITES


@pytest.mark.parametrize("text", ["sparsity: [", "sparsity: [1, 2]"])
def test_bad_training_configs(folder: Path, text: str) -> None:
    (folder / "training_config.yaml").write_text(text)
    with pytest.raises(CheckpointError, match=r"training_config\.yaml"):
        load_checkpoint(folder)


def test_unknown_settings_and_places_are_warned_of(folder: Path) -> None:
    resave(folder, "model_config", rotary=True)
    with pytest.warns(UserWarning, match="settings rotary are unknown and ignored"):
        load_checkpoint(folder)
    resave(folder, "model_config", rotary=...)
    resave(folder, "sparsity_config", activation_sparsity_locations="attn_in, mlp_in")
    with pytest.warns(UserWarning, match=r"names \[' mlp_in'\]"):
        assert load_checkpoint(folder).config.abs_topk_sites == (TopKSite.ATTN_IN,)


def test_without_fused_attention_there_are_no_sinks(tmp_path: Path) -> None:
    model = without_logit_bias()
    settings, state = exported(model)
    settings["model_config"] |= {"use_attention_sinks": True, "use_flash_attention": False}
    for layer in range(2):
        state[f"blocks.{layer}.attn.attn_fn.sink_logit"] = torch.ones(2)
        state[f"blocks.{layer}.attn.causal_mask"] = torch.ones(1, 1, 12, 12).tril()
    folder = write(tmp_path / "manual", settings, state)
    with pytest.warns(UserWarning, match="leaves the sinks out"):
        checkpoint = load_checkpoint(folder)
    assert torch.equal(checkpoint.model(TOKENS), model(TOKENS))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"d_head": 3}, "d_model=8 and d_head=3: heads are d_model / d_head"),
        ({"vocab_size": ...}, "vocab_size: Field required"),
        ({"activation": "swish"}, "activation: Input should be 'gelu' or 'relu' (got 'swish')"),
        ({"n_layer": 3}, "missing: blocks.2.attn.c_attn.weight [24, 8]"),
        ({"n_layer": 1}, "unexpected: blocks.1.attn.c_attn.weight [24, 8]"),
        ({"d_mlp": ...}, "blocks.0.mlp.c_fc.weight is [16, 8], expected [32, 8]"),
        ({"d_model": 16}, "wte.weight is [23, 8], expected [23, 16]"),
        ({"use_attention_sinks": True}, "missing: blocks.0.attn.attn_fn.sink_logit [2]"),
        ({"use_bigram_table": ...}, "missing: bigram_table [23, 23]"),
        ({"use_positional_embeddings": True}, "missing: wpe.weight [12, 8]"),
        ({"use_rms_norm": False}, "missing: ln_f.bias [8]"),
        ({"use_bias": False}, "unexpected: blocks.0.mlp.c_fc.bias [16]"),
        ({"tie_embeddings": True}, "config.json has tie_embeddings=true"),
        ({"n_layer": 10**9}, "1000000000 layers, the weights only"),
    ],
)
def test_a_config_that_contradicts_the_tensors(
    folder: Path, changes: dict[str, Any], words: str
) -> None:
    resave(folder, "model_config", **changes)
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(folder)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"model_type": "gpt2"}, "has no model_config (its model_type is 'gpt2')"),
        ({"model_config": 3}, "model_config is of type int, expected an object"),
        ({"model_config": {"vocab_size": 23}, "sparsity_config": "dense"}, "sparsity_config is"),
    ],
)
def test_configs_of_another_program(folder: Path, content: dict[str, Any], words: str) -> None:
    (folder / "config.json").write_text(json.dumps(content))
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(folder)
    assert words in str(caught.value)


def test_a_fraction_that_keeps_nothing(folder: Path) -> None:
    resave(folder, "sparsity_config", activation_topk_fraction=0)
    with pytest.raises(CheckpointError, match="activation_topk_fraction: Input should be greater"):
        load_checkpoint(folder)


def test_values_that_are_not_finite_are_named_with_their_place(folder: Path) -> None:
    tensors = tensors_of(folder)
    tensors["blocks.1.mlp.c_fc.weight"][3, 2] = torch.nan
    tensors["blocks.1.mlp.c_fc.weight"][5, 0] = torch.inf
    tensors["ln_f.weight"][7] = -torch.inf
    torch.save(tensors, folder / "pytorch_model.bin")
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(folder)
    message = str(caught.value)
    assert "blocks.1.mlp.c_fc.weight has 2 NaN or infinite of 128, the first is nan at [3, 2]" in (
        message
    )
    assert "ln_f.weight has 1 NaN or infinite of 8, the first is -inf at [7]" in message
    assert "take an earlier checkpoint" in message


@pytest.mark.parametrize("keep", [0, 3, 200, -100])
def test_truncated_weights(folder: Path, keep: int) -> None:
    path = folder / "pytorch_model.bin"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CheckpointError, match=r"pytorch_model\.bin"):
        load_checkpoint(folder)


def test_pickles_with_code_are_refused(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "pwned"
    torch.save({"wte.weight": Malice(target)}, folder / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="refused: a checkpoint may hold tensors only"):
        load_checkpoint(folder)
    assert not target.exists()


def test_card_tells_the_source(folder: Path) -> None:
    card = load_checkpoint(folder).card
    assert card["source"] == "sparse_pretrain"
    assert card["config"]["model_config"]["d_model"] == 8
