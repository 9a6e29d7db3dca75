"""The native format: what is written is read back to the bit, what is damaged is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

import models
from models.checkpoints import describe, load_checkpoint, native, nonzero_fractions, save_native
from models.checkpoints.base import CheckpointError
from models.config import ModelConfig
from models.means import NodeMeans, compute_node_means
from models.sites import node_sites
from models.tokenizer import Tokenizer
from tests.micro_model import VARIANTS, micro_model, small_model

TOKENS = torch.randint(23, (3, 9), generator=torch.Generator().manual_seed(1))
WEIGHTS, CONFIG = "weights.safetensors", "config.json"


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.train(["def f(x):\n    return x\n"], 260)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A checkpoint without a tokenizer."""
    folder = tmp_path / "small"
    save_native(folder, small_model(), None, None, {"held_out_loss": 3.25})
    return folder


def rewrite(folder: Path, change: Callable[[dict[str, Tensor]], None]) -> None:
    """Change the tensors in the weights file and keep its metadata."""
    path = folder / WEIGHTS
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    tensors = {name: tensor.clone() for name, tensor in load_file(path).items()}
    change(tensors)
    save_file(tensors, path, metadata)


def reconfigure(folder: Path, **changes: Any) -> None:
    settings = json.loads((folder / CONFIG).read_text())
    settings["model"] |= changes
    (folder / CONFIG).write_text(json.dumps(settings))


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_round_trip_is_exact(tmp_path: Path, changes: dict[str, Any]) -> None:
    model = small_model(**changes)
    digest = save_native(tmp_path / "one", model, None, None, {})
    checkpoint = load_checkpoint(tmp_path / "one")
    assert checkpoint.config == model.config
    assert checkpoint.digest == digest
    state, loaded = model.state_dict(), checkpoint.model.state_dict()
    assert list(loaded) == list(state)
    for name, value in state.items():
        assert torch.equal(loaded[name].view(torch.int32), value.view(torch.int32)), name
    assert torch.equal(checkpoint.model(TOKENS), model(TOKENS))
    assert not checkpoint.model.training
    assert not any(p.requires_grad for p in checkpoint.model.parameters())
    if model.config.tied_embedding:
        assert checkpoint.model.unembedding.weight is checkpoint.model.embedding.weight


def test_whole_folder(tmp_path: Path, tokenizer: Tokenizer) -> None:
    model = small_model(vocab_size=300)
    means = compute_node_means(model, [TOKENS], "corpus")
    log = tmp_path / "log.jsonl"
    log.write_text('{"step": 1}\n')
    card = {"held_out_loss": 2.5, "corpus": {"digest": "a|b", "sources": ["x", "y"]}}
    folder = tmp_path / "deep" / "er"
    save_native(folder, model, tokenizer, means, card, log, held_out=TOKENS)
    assert {entry.name for entry in folder.iterdir()} == native.OWN_FILES
    assert [entry.name for entry in folder.parent.iterdir()] == ["er"], "no leavings"
    for path in (folder, str(folder), folder / WEIGHTS, folder / "card.md"):
        checkpoint = load_checkpoint(path)
        assert (checkpoint.name, checkpoint.path, checkpoint.format) == ("er", folder, "native")
    assert checkpoint.card == card
    assert checkpoint.node_means is not None
    assert checkpoint.node_means.digest == means.digest
    assert checkpoint.held_out is not None
    assert torch.equal(checkpoint.held_out, TOKENS)
    assert checkpoint.tokenizer is not None
    assert checkpoint.tokenizer.encode("def f") == tokenizer.encode("def f")
    assert (folder / "training.jsonl").read_text() == '{"step": 1}\n'
    rendered = (folder / "card.md").read_text()
    assert rendered.startswith("# er\n")
    assert "| held-out loss | 2.5000 nats a token |" in rendered
    assert "## corpus" in rendered
    assert "| digest | a\\|b |" in rendered
    assert "| sources | x, y |" in rendered


def test_sparse_tensors_are_stored_as_values_and_indices(tmp_path: Path) -> None:
    model = small_model(d_mlp=256, nonzero=0.05)
    save_native(tmp_path / "sparse", model, None, None, {})
    names = set(load_file(tmp_path / "sparse" / WEIGHTS))
    assert "blocks.0.mlp.up.weight" not in names
    assert {"blocks.0.mlp.up.weight.values", "blocks.0.mlp.up.weight.indices"} <= names
    assert "final_norm.weight" in names
    dense = sum(tensor.numel() * 4 for tensor in model.state_dict().values())
    assert (tmp_path / "sparse" / WEIGHTS).stat().st_size < dense / 2
    checkpoint = load_checkpoint(tmp_path / "sparse")
    assert list(checkpoint.model.state_dict()) == list(model.state_dict())
    torch.testing.assert_close(checkpoint.model(TOKENS), model(TOKENS))


def test_negative_zeros_count_as_zeros(tmp_path: Path) -> None:
    model, other = small_model(), small_model()
    with torch.no_grad():
        for parameter in other.parameters():
            parameter[parameter == 0] = -0.0
    one = save_native(tmp_path / "one", model, None, None, {})
    assert save_native(tmp_path / "two", other, None, None, {}) == one
    assert (tmp_path / "one" / WEIGHTS).read_bytes() == (tmp_path / "two" / WEIGHTS).read_bytes()


def test_digest_depends_on_config_and_on_tensors_only(tmp_path: Path) -> None:
    def digest(name: str, model: models.SparseTransformer, card: dict[str, Any]) -> str:
        return save_native(tmp_path / name, model, None, None, card)

    plain = digest("a", small_model(), {})
    assert digest("b", small_model(), {"note": 1}) == plain
    assert digest("c", small_model(abs_topk_fraction=0.25), {}) != plain
    changed = small_model()
    changed.get_parameter("blocks.1.mlp.down.bias")[0] += 1e-6
    assert digest("d", changed, {}) != plain


def test_saving_again_replaces_its_own_files_and_keeps_others(tmp_path: Path) -> None:
    folder = tmp_path / "again"
    model = small_model()
    means = compute_node_means(model, [TOKENS], "corpus")
    save_native(folder, model, None, means, {})
    (folder / "notes").mkdir()
    (folder / "notes" / "mine.txt").write_text("keep")
    with (folder / "training.jsonl").open("w") as log:
        log.write("1\n")
        log.flush()
        save_native(folder, small_model(seed=1), None, None, {}, folder / "training.jsonl")
        log.write("2\n")
    assert (folder / "notes" / "mine.txt").read_text() == "keep"
    assert (folder / "training.jsonl").read_text() == "1\n2\n", "an open log goes on"
    checkpoint = load_checkpoint(folder)
    assert checkpoint.node_means is None, "the means were the old weights'"
    assert torch.equal(checkpoint.model(TOKENS), small_model(seed=1)(TOKENS))
    assert [entry.name for entry in tmp_path.iterdir()] == ["again"]


def test_a_failed_save_leaves_the_old_checkpoint(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_checkpoint(saved).digest

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(native, "write_tensors", full)
    with pytest.raises(CheckpointError, match="No space left"):
        save_native(saved, small_model(seed=1), None, None, {})
    assert load_checkpoint(saved).digest == before
    assert [entry.name for entry in saved.parent.iterdir()] == ["small"]


def test_parts_of_another_model_are_not_saved(tmp_path: Path, tokenizer: Tokenizer) -> None:
    with pytest.raises(CheckpointError, match="260 tokens, the model only 23"):
        save_native(tmp_path / "x", small_model(), tokenizer, None, {})
    means = compute_node_means(micro_model(), [torch.tensor([[0, 1]])], "corpus")
    with pytest.raises(CheckpointError, match="do not fit the model"):
        save_native(tmp_path / "x", small_model(), None, means, {})
    with pytest.raises(CheckpointError, match="held-out tokens run from"):
        save_native(tmp_path / "x", micro_model(), None, None, {}, held_out=TOKENS)
    assert not (tmp_path / "x").exists()


def test_bad_tensors_are_all_named(saved: Path) -> None:
    def damage(tensors: dict[str, Tensor]) -> None:
        del tensors["final_norm.weight"]
        tensors["stranger"] = torch.zeros(2, 3)
        tensors["blocks.0.attn_read.norm.weight"] = torch.ones(9)
        tensors["blocks.1.mlp.up.weight.values"][0] = torch.nan
        tensors["blocks.1.attn_read.norm.weight"] = torch.ones(8, dtype=torch.float64)

    rewrite(saved, damage)
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(saved)
    message = str(caught.value)
    for words in (
        str(saved / WEIGHTS),
        "missing: final_norm.weight [8]",
        "unexpected: stranger [2, 3]",
        "misshapen: blocks.0.attn_read.norm.weight is [9], expected [8]",
        "not finite: blocks.1.mlp.up.weight has 1 NaN or infinite of 128",
        "mistyped: blocks.1.attn_read.norm.weight holds torch.float64",
        "Correct the sizes",
    ):
        assert words in message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n_layer": 3}, "missing: blocks.2.attn.qkv.weight [18, 8]"),
        ({"n_layer": 1}, "unexpected: blocks.1.attn.qkv.weight [18, 8]"),
        ({"n_layer": 10**9}, "1000000000 layers, the weights only"),
        ({"d_mlp": 17}, "misshapen: blocks.0.mlp.up.weight is [16, 8], expected [17, 8]"),
        ({"vocab_size": 24}, "misshapen: embedding.weight is [23, 8], expected [24, 8]"),
        ({"vocab_size": 10**18, "bigram_table": True}, "no model can have the sizes"),
        ({"attention_sink": True}, "missing: blocks.0.attn.sink [2]"),
        ({"tied_embedding": True}, "unexpected: unembedding.weight [23, 8]"),
        ({"d_head": 0}, "d_head: Input should be greater than 0 (got 0)"),
        ({"positions": "concatenate"}, "set d_position to 1 or more"),
    ],
)
def test_a_config_that_contradicts_the_tensors(
    saved: Path, changes: dict[str, Any], words: str
) -> None:
    reconfigure(saved, **changes)
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(saved)
    assert words in str(caught.value)


@pytest.mark.parametrize("keep", [0, 5, 300, -1])
def test_truncated_weights(saved: Path, keep: int) -> None:
    content = (saved / WEIGHTS).read_bytes()
    (saved / WEIGHTS).write_bytes(content[:keep])
    with pytest.raises(CheckpointError, match="truncated or damaged"):
        load_checkpoint(saved)


@pytest.mark.parametrize(
    ("indices", "words"),
    [
        (lambda old: old + 128, "leave 0 to 127"),
        (lambda old: old - 1000, "leave 0 to 127"),
        (lambda old: old.flip(0), "not ascending"),
        (lambda old: old[1:].clone(), "same length"),
        (lambda old: old.long(), "int32"),
        (None, "values or indices, not both"),
    ],
)
def test_damaged_indices(
    saved: Path, indices: Callable[[Tensor], Tensor] | None, words: str
) -> None:
    def damage(tensors: dict[str, Tensor]) -> None:
        old = tensors.pop("blocks.0.mlp.up.weight.indices")
        if indices is not None:
            tensors["blocks.0.mlp.up.weight.indices"] = indices(old)

    rewrite(saved, damage)
    with pytest.raises(CheckpointError, match=words) as caught:
        load_checkpoint(saved)
    assert "blocks.0.mlp.up.weight" in str(caught.value)


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {"format": "pt"},
        {"circuit_explorer": "{"},
        {"circuit_explorer": "[]"},
        {"circuit_explorer": '{"format": "circuit-explorer weights 2", "shapes": {}}'},
        {"circuit_explorer": '{"format": "circuit-explorer weights 1"}'},
        {"circuit_explorer": '{"format": "circuit-explorer weights 1", "shapes": [1]}'},
        {"circuit_explorer": '{"format": "circuit-explorer weights 1", "shapes": {"a": [-1]}}'},
        {"circuit_explorer": '{"format": "circuit-explorer weights 1", "shapes": {"a": "b"}}'},
    ],
)
def test_weights_of_another_program(saved: Path, metadata: dict[str, str] | None) -> None:
    save_file(load_file(saved / WEIGHTS), saved / WEIGHTS, metadata)
    with pytest.raises(CheckpointError, match=r"weights\.safetensors"):
        load_checkpoint(saved)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "as JSON"),
        ("[]", "a JSON list, expected an object"),
        ("{}", "has format None in version None"),
        ('{"format": "circuit-explorer checkpoint", "format_version": 2}', "in version 2"),
        ('{"format": "circuit-explorer checkpoint", "format_version": 1}', "model of"),
    ],
)
def test_bad_config_files(saved: Path, text: str, words: str) -> None:
    (saved / CONFIG).write_text(text)
    with pytest.raises(CheckpointError, match=words):
        load_checkpoint(saved)


def test_wrong_vocabulary(saved: Path, tokenizer: Tokenizer) -> None:
    tokenizer.save(saved / "tokenizer.json")
    with pytest.raises(CheckpointError, match="has 260 tokens, the model only 23"):
        load_checkpoint(saved)


@pytest.mark.parametrize(
    "name", ["tokenizer.json", "node_means.safetensors", "held_out.safetensors", "card.json"]
)
def test_damaged_companions(saved: Path, name: str) -> None:
    (saved / name).write_text("nonsense")
    with pytest.raises(CheckpointError, match=name.replace(".", r"\.")):
        load_checkpoint(saved)


def test_means_of_another_model(saved: Path) -> None:
    sites = node_sites(ModelConfig.model_validate(micro_model().config))
    values = {site.name: torch.zeros(2) for site in sites}
    NodeMeans(values, "corpus", 1).save(saved / "node_means.safetensors")
    with pytest.raises(CheckpointError, match=r"0\.attn\.act_in has shape \[2\], expected \[8\]"):
        load_checkpoint(saved)


@pytest.mark.parametrize(
    ("tensors", "words"),
    [
        ({"tokens": torch.tensor([[0, 23]])}, "run from 0 to 23 .* has 23 tokens"),
        ({"tokens": torch.tensor([[-1, 2]])}, "run from -1"),
        ({"tokens": torch.zeros(1, 13, dtype=torch.int32)}, "a context of 12"),
        ({"tokens": torch.zeros(0, 9, dtype=torch.int32)}, r"int32 \[0, 9\]"),
        ({"tokens": torch.zeros(1, 9)}, "expected integers"),
        ({"text": torch.zeros(1, 9)}, "no tensor 'tokens'"),
    ],
)
def test_held_out_tokens_of_another_model(
    saved: Path, tensors: dict[str, Tensor], words: str
) -> None:
    save_file(tensors, saved / "held_out.safetensors")
    with pytest.raises(CheckpointError, match=words):
        load_checkpoint(saved)


def test_what_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint folder at"):
        load_checkpoint(tmp_path / "absent")
    with pytest.raises(CheckpointError, match="found an empty folder"):
        load_checkpoint(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_text("")
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(tmp_path)
    message = str(caught.value)
    assert "native: config.json and weights.safetensors" in message
    assert "openai: beeg_config.json and final_model.pt" in message
    assert "found config.json, model.safetensors" in message


def test_describe(saved: Path) -> None:
    checkpoint = load_checkpoint(saved)
    facts = describe(checkpoint)
    assert json.loads(json.dumps(facts)) == facts
    state = checkpoint.model.state_dict()
    assert facts["parameters"] == sum(tensor.numel() for tensor in state.values())
    assert facts["nonzero"] == sum(int((tensor != 0).sum()) for tensor in state.values())
    assert facts["held_out_loss"] == 3.25
    assert (facts["has_tokenizer"], facts["has_node_means"]) == (False, False)
    assert facts["sites"][0] == {"site": "0.attn.act_in", "width": 8, "abs_topk": 4}
    assert len(facts["sites"]) == 16
    up = state["blocks.0.mlp.up.weight"]
    assert facts["matrices"]["blocks.0.mlp.up.weight"] == int((up != 0).sum()) / 128


def test_nonzero_fractions_count_a_tied_embedding_once_and_leave_norms_out() -> None:
    fractions = nonzero_fractions(
        small_model(tied_embedding=True, attention_sink=True, bigram_table=True)
    )
    assert "embedding.weight" in fractions
    assert "logit_bias" in fractions
    assert not any(
        word in name for name in fractions for word in ("unembedding", "norm", "sink", "bigram")
    )


def test_package_exports() -> None:
    assert models.load_checkpoint is load_checkpoint
    assert models.CheckpointError is CheckpointError
    for name in models.__all__:
        assert getattr(models, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Checkpointer'"):
        models.Checkpointer  # noqa: B018
