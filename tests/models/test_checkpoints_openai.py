"""OpenAI's format: logits and activations as theirs, and all its traps."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from models.checkpoints import load_checkpoint, save_native
from models.checkpoints.base import CheckpointError
from models.config import TopKSite
from models.hooks import record
from models.means import compute_node_means
from models.transformer import SparseTransformer
from tests.micro_model import (
    MICRO_ACTIVATIONS,
    MICRO_LOGITS,
    MICRO_TENSORS,
    MICRO_TOKENS,
    small_model,
)
from tests.models.malice import Malice

TOKENS = torch.randint(23, (3, 9), generator=torch.Generator().manual_seed(1))

# The names of one block, spelt out as they stand in their files.
BLOCK = {
    "attn_read.norm.weight": "ln_1.weight",
    "attn_read.norm.bias": "ln_1.bias",
    "attn_read.position_norm.weight": "ln_p1.weight",
    "attn_read.position_norm.bias": "ln_p1.bias",
    "attn.qkv.weight": "attn.c_attn.weight",
    "attn.qkv.bias": "attn.c_attn.bias",
    "attn.out.weight": "attn.c_proj.weight",
    "attn.out.bias": "attn.c_proj.bias",
    "attn.sink": "attn.attn_imp.sink_logit",
    "mlp_read.norm.weight": "ln_2.weight",
    "mlp_read.norm.bias": "ln_2.bias",
    "mlp_read.position_norm.weight": "ln_p2.weight",
    "mlp_read.position_norm.bias": "ln_p2.bias",
    "mlp.up.weight": "mlp.c_fc.weight",
    "mlp.up.bias": "mlp.c_fc.bias",
    "mlp.down.weight": "mlp.c_proj.weight",
    "mlp.down.bias": "mlp.c_proj.bias",
}
NAMES = {
    "embedding.weight": "transformer.wte.weight",
    "positions.weight": "transformer.wpe.weight",
    "final_norm.weight": "transformer.ln_f.weight",
    "final_norm.bias": "transformer.ln_f.bias",
    "unembedding.weight": "lm_head.weight",
    "logit_bias": "final_logits_bias",
    "bigram": "bigram_table",
} | {
    f"blocks.{layer}.{ours}": f"transformer.h.{layer}.{theirs}"
    for layer in range(2)
    for ours, theirs in BLOCK.items()
}


def write(folder: Path, settings: dict[str, Any], tensors: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "beeg_config.json").write_text(json.dumps(settings))
    torch.save(tensors, folder / "final_model.pt")
    return folder


def exported(model: SparseTransformer) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """A model in their words."""
    config = model.config
    settings = {
        "block_size": config.n_ctx,
        "vocab_size": config.vocab_size,
        "n_layer": config.n_layer,
        "n_head": config.n_head,
        "d_head": config.d_head,
        "d_model": config.d_model,
        "d_mlp": config.d_mlp,
        "bias": config.bias,
        "ln_bias": True,
        "rms_norm": config.norm == "rms",
        "activation_type": config.activation.value,
        "afrac": config.abs_topk_fraction,
        "afrac_loctypes": "attn_in,attn_out,mlp_in,mlp_out,attn_q,attn_k,attn_v,mlp_neuron",
        "tied_unembed": config.tied_embedding,
        "tokenizer_name": "tinypython_2k",
        "enable_bigram_table": config.bigram_table,
        "sink": config.attention_sink,
        "dropout": 0.0,
        "flash": True,
    }
    if config.d_position:
        settings["d_pos_emb"] = config.d_position
    return settings, {NAMES[name]: value for name, value in model.state_dict().items()}


SMALL = {
    "added": {"positions": "add"},
    "tied": {"positions": "add", "tied_embedding": True},
    "concatenated": {"positions": "concatenate", "d_position": 4, "attention_sink": True},
    "layernorm": {"positions": "add", "norm": "layer", "norm_bias": True, "bigram_table": True},
    "layernorm concatenated": {
        "positions": "concatenate",
        "d_position": 4,
        "norm": "layer",
        "norm_bias": True,
        "abs_topk_fraction": None,
    },
    "no bias": {"positions": "add", "bias": False, "activation": "relu"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small checkpoint in their format."""
    return write(tmp_path / "csp_small", *exported(small_model(positions="add")))


def resave(folder: Path, **changes: Any) -> None:
    """Change settings; a value of ... removes one."""
    path = folder / "beeg_config.json"
    settings = json.loads(path.read_text()) | changes
    kept = {name: value for name, value in settings.items() if value is not ...}
    path.write_text(json.dumps(kept))


def tensors_of(folder: Path) -> dict[str, Tensor]:
    content: dict[str, Tensor] = torch.load(folder / "final_model.pt", weights_only=True)
    return content


@pytest.mark.parametrize("name", ["plain", "sink", "cat_pos_emb", "dense_layernorm"])
def test_reference_logits_and_activations(shared: Path, name: str) -> None:
    folder = shared / "compat" / "openai" / name
    checkpoint = load_checkpoint(folder)
    expected = torch.load(folder / "expected.pt", weights_only=True)
    assert (checkpoint.format, checkpoint.name) == ("openai", name)
    assert checkpoint.tokenizer is None
    assert checkpoint.node_means is None
    with record(checkpoint.model) as activations:
        logits = checkpoint.model(expected["tokens"])
    assert expected["activations"]
    for place, want in [("logits", expected["logits"]), *expected["activations"].items()]:
        got = logits if place == "logits" else activations[place]
        scale = max(1.0, float(want.abs().max()))
        torch.testing.assert_close(got / scale, want / scale, rtol=0, atol=1e-5, msg=place)


@pytest.mark.parametrize("changes", SMALL.values(), ids=SMALL)
def test_same_model_as_in_the_native_format(tmp_path: Path, changes: dict[str, Any]) -> None:
    model = small_model(**changes)
    checkpoint = load_checkpoint(write(tmp_path / "theirs", *exported(model)))
    assert checkpoint.config == model.config
    assert torch.equal(checkpoint.model(TOKENS), model(TOKENS))
    digest = save_native(tmp_path / "ours", checkpoint.model, None, None, {})
    assert checkpoint.digest == digest == load_checkpoint(tmp_path / "ours").digest
    assert not checkpoint.model.training
    assert not any(p.requires_grad for p in checkpoint.model.parameters())
    if model.config.tied_embedding:
        assert checkpoint.model.unembedding.weight is checkpoint.model.embedding.weight


def test_micro_model_by_hand(tmp_path: Path) -> None:
    settings = {
        "block_size": 4,
        "vocab_size": 3,
        "n_layer": 1,
        "n_head": 1,
        "d_model": 2,
        "d_head": 1,
        "d_mlp": 2,
        "rms_norm": True,
        "activation_type": "relu",
        "tied_unembed": False,
        "enable_bigram_table": True,
        "sink": True,
    }
    tensors = {NAMES[name]: value for name, value in MICRO_TENSORS.items()}
    tensors["transformer.wpe.weight"] = torch.zeros(4, 2)
    checkpoint = load_checkpoint(write(tmp_path / "micro", settings, tensors))
    with record(checkpoint.model) as activations:
        logits = checkpoint.model(MICRO_TOKENS)
    torch.testing.assert_close(logits, MICRO_LOGITS, rtol=1e-5, atol=1e-5)
    for name, expected in MICRO_ACTIVATIONS.items():
        torch.testing.assert_close(activations[name], expected, rtol=1e-5, atol=1e-5)


def test_defaults(tmp_path: Path) -> None:
    sizes = {"block_size": 12, "vocab_size": 23, "n_layer": 2, "n_head": 2, "d_model": 8}
    model = small_model(
        positions="add",
        norm="layer",
        norm_bias=True,
        d_head=4,
        d_mlp=32,
        tied_embedding=True,
        abs_topk_fraction=None,
    )
    _, tensors = exported(model)
    config = load_checkpoint(write(tmp_path / "a", sizes, tensors)).config
    assert (config.d_head, config.d_mlp, config.n_ctx) == (4, 32, 12)
    assert config.abs_topk_sites == (
        TopKSite.ATTN_IN,
        TopKSite.ATTN_OUT,
        TopKSite.MLP_IN,
        TopKSite.MLP_OUT,
    )
    assert torch.equal(load_checkpoint(tmp_path / "a").model(TOKENS), model(TOKENS))


def test_residual_abs_topk_sites(folder: Path) -> None:
    resave(folder, afrac_loctypes="resid_post_mlp,resid_post_attn")
    sites = load_checkpoint(folder).config.abs_topk_sites
    assert sites == (TopKSite.RESID_MID, TopKSite.RESID_POST)


def test_abs_topk_sites_nobody_knows_are_warned_of(folder: Path) -> None:
    resave(folder, afrac_loctypes="attn_in, mlp_in,attn_y")
    with pytest.warns(UserWarning, match=r"\[' mlp_in', 'attn_y'\]"):
        assert load_checkpoint(folder).config.abs_topk_sites == (TopKSite.ATTN_IN,)


def test_old_name_of_d_mlp(folder: Path) -> None:
    resave(folder, d_mlp=..., n_mlp=16)
    assert load_checkpoint(folder).config.d_mlp == 16
    resave(folder, d_mlp=32)
    with pytest.raises(CheckpointError, match="n_mlp=16 and d_mlp=32"):
        load_checkpoint(folder)


def test_settings_without_effect_are_silent_unknown_ones_warned_of(folder: Path) -> None:
    resave(folder, debug_nans=False, bigram_table_rank=None, use_tied_aux_matrix=False)
    load_checkpoint(folder)
    resave(folder, rotary=True)
    with pytest.warns(UserWarning, match="settings rotary are unknown and ignored"):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"use_tied_aux_matrix": True}, "use_tied_aux_matrix=true"),
        ({"residual_activation_type": "relu"}, "residual_activation_type='relu'"),
        ({"activation_type": "swish"}, "activation_type: Input should be 'gelu' or 'relu'"),
        ({"n_layer": "many"}, "n_layer"),
        ({"d_head": None, "n_head": 3}, "d_model=8 is no multiple of n_head=3"),
        ({"afrac": 0.1}, "keeps no entry at attn_in of width 8"),
        ({"afrac": 0}, "afrac: Input should be greater than 0"),
        ({"n_layer": 3}, "missing: transformer.h.2.attn.c_attn.weight [18, 8]"),
        ({"n_layer": 1}, "unexpected: transformer.h.1.attn.c_attn.weight [18, 8]"),
        ({"d_model": 10}, "transformer.wte.weight is [23, 8], expected [23, 10]"),
        ({"d_pos_emb": 4}, "missing: transformer.h.0.ln_p1.weight [4]"),
        ({"sink": True}, "missing: transformer.h.0.attn.attn_imp.sink_logit [2]"),
        ({"enable_bigram_table": True}, "missing: bigram_table [23, 23]"),
        ({"tied_unembed": True}, "lm_head.weight and transformer.wte.weight differ"),
        ({"n_layer": 10**9}, "1000000000 layers, the weights only"),
    ],
)
def test_settings_that_cannot_be_used(folder: Path, changes: dict[str, Any], words: str) -> None:
    resave(folder, **changes)
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(folder)
    assert words in str(caught.value)


def test_missing_logit_bias_is_zero_and_causal_masks_are_ignored(folder: Path) -> None:
    tensors = tensors_of(folder)
    del tensors["final_logits_bias"]
    tensors["transformer.h.0.attn.bias"] = torch.ones(1, 1, 12, 12).tril()
    torch.save(tensors, folder / "final_model.pt")
    model = load_checkpoint(folder).model
    assert bool((model.logit_bias == 0).all())


def test_half_precision_weights_are_widened(folder: Path) -> None:
    tensors = {name: value.bfloat16() for name, value in tensors_of(folder).items()}
    torch.save(tensors, folder / "final_model.pt")
    state = load_checkpoint(folder).model.state_dict()
    assert state["embedding.weight"].dtype == torch.float32
    assert torch.equal(state["embedding.weight"], tensors["transformer.wte.weight"].float())


def test_bad_tensors_are_all_named_as_in_the_file(folder: Path) -> None:
    tensors: dict[str, Any] = dict(tensors_of(folder))
    del tensors["transformer.ln_f.weight"]
    tensors["transformer.h.0.attn.rotary"] = torch.zeros(2, 3)
    tensors["lm_head.weight"] = torch.zeros(8, 23)
    tensors["transformer.h.1.mlp.c_fc.weight"][0, :2] = torch.tensor([torch.nan, torch.inf])
    tensors["transformer.wpe.weight"] = tensors["transformer.wpe.weight"].double()
    tensors["transformer.h.1.ln_1.weight"] = "ones"
    torch.save(tensors, folder / "final_model.pt")
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(folder)
    for words in (
        str(folder / "final_model.pt"),
        "missing: transformer.ln_f.weight [8]",
        "unexpected: transformer.h.0.attn.rotary [2, 3]",
        "misshapen: lm_head.weight is [8, 23], expected [23, 8]",
        "not finite: transformer.h.1.mlp.c_fc.weight has 2 NaN or infinite of 128",
        "mistyped: transformer.wpe.weight holds torch.float64",
        "no tensor: transformer.h.1.ln_1.weight is of type str",
    ):
        assert words in str(caught.value)


@pytest.mark.parametrize("keep", [0, 3, 200, -100])
def test_truncated_weights(folder: Path, keep: int) -> None:
    path = folder / "final_model.pt"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CheckpointError, match=r"final_model\.pt"):
        load_checkpoint(folder)


@pytest.mark.parametrize("zipped", [True, False])
def test_pickles_with_code_are_refused(folder: Path, tmp_path: Path, zipped: bool) -> None:
    target = tmp_path / "pwned"
    torch.save(
        {"transformer.wte.weight": Malice(target)},
        folder / "final_model.pt",
        _use_new_zipfile_serialization=zipped,
    )
    with pytest.raises(CheckpointError, match="refused: a checkpoint may hold tensors only") as e:
        load_checkpoint(folder)
    assert "weights_only" not in str(e.value), "never advise to switch the check off"
    assert not target.exists()


def test_other_contents_are_refused(folder: Path) -> None:
    torch.save([torch.zeros(3)], folder / "final_model.pt")
    with pytest.raises(CheckpointError, match="holds list, expected a dictionary"):
        load_checkpoint(folder)


def write_tokenizer(home: Path) -> None:
    """The 256 bytes and one merge, GPT-2 style."""
    home.mkdir()
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    letters = [chr(code) for code in printable] + [chr(0x100 + n) for n in range(68)]
    vocabulary = {letter: token for token, letter in enumerate([*letters, "de"])}
    (home / "encoder.json").write_text(json.dumps(vocabulary))
    (home / "vocab.bpe").write_text("#version: 0.2\nd e\n")


@pytest.mark.parametrize("place", ["tinypython", "../tinypython"])
def test_tokenizer_in_the_folder_or_beside_it(tmp_path: Path, place: str) -> None:
    folder = write(tmp_path / "csp", *exported(small_model(positions="add", vocab_size=258)))
    assert load_checkpoint(folder).tokenizer is None
    write_tokenizer(folder / place)
    tokenizer = load_checkpoint(folder).tokenizer
    assert tokenizer is not None
    assert tokenizer.vocab_size == 258
    assert len(tokenizer.encode("def")) == 2
    resave(folder, tokenizer_name="another")
    assert load_checkpoint(folder).tokenizer is None


def test_wrong_vocabulary(folder: Path) -> None:
    write_tokenizer(folder / "tinypython")
    with pytest.raises(CheckpointError, match="has 258 tokens, the model only 23"):
        load_checkpoint(folder)
    (folder / "tinypython" / "encoder.json").write_text("{")
    with pytest.raises(CheckpointError, match=r"encoder\.json"):
        load_checkpoint(folder)


def test_node_means_and_card_beside_it(folder: Path) -> None:
    checkpoint = load_checkpoint(folder)
    assert checkpoint.node_means is None
    assert checkpoint.card["beeg_config"]["d_model"] == 8
    means = compute_node_means(checkpoint.model, [TOKENS], "corpus")
    means.save(folder / "node_means.safetensors")
    (folder / "card.json").write_text('{"held_out_loss": 1.5}')
    again = load_checkpoint(folder)
    assert again.node_means is not None
    assert again.node_means.digest == means.digest
    assert again.card == {"held_out_loss": 1.5}
    assert again.digest == checkpoint.digest
