"""Opening holds no dense copy of a sparse model, and nothing of the file afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from benchmarks.open_checkpoint import measure
from models import sparse_linear
from models.checkpoints import describe, load_checkpoint, save_native
from models.checkpoints.pickles import read_pickle
from models.sparse_linear import CompressedLinear, SparseLinear
from models.transformer import SparseTransformer
from scripts.make_large_checkpoint import write
from tests.micro_model import small_model
from tests.models import test_checkpoints_openai as openai
from tests.models import test_checkpoints_sparse_pretrain as sparse_pretrain

TOKENS = torch.randint(23, (3, 9), generator=torch.Generator().manual_seed(1))


def native(folder: Path, model: SparseTransformer) -> None:
    save_native(folder, model, None, None, {})


def theirs(folder: Path, model: SparseTransformer) -> None:
    openai.write(folder, *openai.exported(model))


def pretrained(folder: Path, model: SparseTransformer) -> None:
    sparse_pretrain.write(folder, *sparse_pretrain.exported(model))


@pytest.mark.parametrize("save", [native, theirs, pretrained])
@pytest.mark.parametrize("large", [64, 10**9])
def test_the_same_model_with_and_without_dense_weights(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    save: Callable[[Path, SparseTransformer], None],
    large: int,
) -> None:
    monkeypatch.setattr(sparse_linear, "LARGE", large)
    model = small_model(nonzero=0.05, d_head=4, positions="add", attention_sink=True)
    model.logit_bias.zero_()
    save(tmp_path / "model", model)
    checkpoint = load_checkpoint(tmp_path / "model")
    kinds = {type(m) for m in checkpoint.model.modules() if isinstance(m, SparseLinear)}
    assert kinds == {CompressedLinear if large == 64 else SparseLinear}
    torch.testing.assert_close(checkpoint.model(TOKENS), model(TOKENS), atol=1e-5, rtol=1e-5)
    assert checkpoint.digest == save_native(tmp_path / "ours", model, None, None, {})
    assert save_native(tmp_path / "again", checkpoint.model, None, None, {}) == checkpoint.digest
    facts = describe(checkpoint)
    state = model.state_dict()
    assert facts["nonzero"] == sum(int(value.count_nonzero()) for value in state.values())
    assert facts["parameters"] == sum(value.numel() for value in state.values())
    up = state["blocks.0.mlp.up.weight"]
    assert facts["matrices"]["blocks.0.mlp.up.weight"] == int(up.count_nonzero()) / up.numel()


@pytest.mark.parametrize("nonzero", [0.05, 1])
def test_nothing_of_the_file_stays_in_use(tmp_path: Path, nonzero: float) -> None:
    """Who writes over an opened checkpoint's file must not change or end this process."""
    model = small_model(nonzero=nonzero, positions="add")
    folder = openai.write(tmp_path / "model", *openai.exported(model))
    opened = load_checkpoint(folder).model
    (folder / "final_model.pt").write_bytes(b"")
    assert "final_model.pt" not in Path("/proc/self/maps").read_text()
    torch.testing.assert_close(opened(TOKENS), model(TOKENS), atol=1e-5, rtol=1e-5)


def test_mapped_pages_come_back(tmp_path: Path) -> None:
    wanted = {name: torch.randn(64, 1000) for name in "abc"}
    torch.save(wanted, tmp_path / "weights.pt")
    found = read_pickle(tmp_path / "weights.pt")
    first = found["a"]
    for name in "abcab":
        assert torch.equal(found[name], wanted[name])
    assert torch.equal(first, wanted["a"])


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="only Linux tells how much memory is taken"
)
def test_opening_takes_a_fraction_of_the_dense_size(tmp_path: Path) -> None:
    """48 million parameters, 1% nonzero: 0.19 GB as dense tensors."""
    sizes = {"n_layer": 2, "d_model": 1024, "d_mlp": 9216, "n_head": 64, "d_head": 16}
    sizes |= {"d_pos_emb": 64, "vocab_size": 256, "block_size": 64}
    parameters = write(tmp_path / "large", sizes, 0.01, seed=0)
    write(tmp_path / "tiny", dict.fromkeys(sizes, 8), 1, seed=0)
    least, found = measure(tmp_path / "tiny", tmp_path / "large")
    assert found.parameters == parameters > 48_000_000
    assert found.peak is not None
    assert least.peak is not None
    # The largest tensor is a fifth of all, what is kept of them a twentieth.
    assert found.peak - least.peak < 0.5 * found.dense
    assert found.held < 0.1 * found.dense
