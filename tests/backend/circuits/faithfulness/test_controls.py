"""The shuffled control: the same weights in other places, and nothing else changed."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from backend.circuits.faithfulness.controls import shuffled_checkpoint
from backend.errors import InvalidRequestError
from models.checkpoints import Checkpoint, load_checkpoint, model_digest
from models.hooks import record
from models.means import compute_node_means
from models.sites import edge_sites, node_sites
from models.sparse_linear import SparseLinear
from models.transformer import SparseTransformer
from tests.micro_model import VARIANTS, small_model

ZOO = Path(__file__).resolve().parents[4] / "models" / "zoo" / "python-2l-256"


def small_checkpoint(**changes: object) -> Checkpoint:
    model = small_model(**changes)
    config = model.config
    generator = torch.Generator().manual_seed(1)
    held_out = torch.randint(config.vocab_size, (40, config.n_ctx), generator=generator)
    return Checkpoint(
        name="small",
        path=Path("nowhere"),
        format="native",
        model=model,
        tokenizer=None,
        config=config,
        node_means=compute_node_means(model, [held_out], "held-out"),
        held_out=held_out,
        digest=model_digest(model),
        card={"name": "small"},
    )


def edge_matrices(model: SparseTransformer) -> dict[str, Tensor]:
    return {f"{a}>{b}": model.edge_weight(a, b) for a, b in edge_sites(model.config)}


def untouched(model: SparseTransformer) -> dict[str, Tensor]:
    """The tensors without edges."""
    edges = ("qkv.weight", "out.weight", "up.weight", "down.weight")
    return {name: value for name, value in model.state_dict().items() if not name.endswith(edges)}


@pytest.fixture(scope="module")
def zoo() -> Checkpoint:
    return load_checkpoint(ZOO)


@pytest.fixture(scope="module")
def zoo_control(zoo: Checkpoint) -> Checkpoint:
    return shuffled_checkpoint(zoo, 0)


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_matrix_keeps_its_values_in_other_places(variant: str) -> None:
    checkpoint = small_checkpoint(**VARIANTS[variant])
    shuffled = shuffled_checkpoint(checkpoint, 0).model
    for name, before in edge_matrices(checkpoint.model).items():
        after = edge_matrices(shuffled)[name]
        assert after.shape == before.shape
        assert after.count_nonzero() == before.count_nonzero()
        assert torch.equal(after.flatten().sort().values, before.flatten().sort().values)
        assert not torch.equal(after, before), name
    for name, before in untouched(checkpoint.model).items():
        assert torch.equal(untouched(shuffled)[name], before), name


def test_nonzero_places_are_drawn_from_the_whole_matrix() -> None:
    """Over many seeds each place is nonzero as often as the matrix is."""
    checkpoint = small_checkpoint()
    name = "0.mlp.act_in>0.mlp.post_act"
    seeds = 200
    counts = sum(
        (edge_matrices(shuffled_checkpoint(checkpoint, seed).model)[name] != 0).float()
        for seed in range(seeds)
    )
    share = float((edge_matrices(checkpoint.model)[name] != 0).float().mean())
    deviation = (seeds * share * (1 - share)) ** 0.5
    assert torch.is_tensor(counts)
    assert (counts - seeds * share).abs().max() < 5 * deviation


def test_the_original_is_left_alone() -> None:
    checkpoint = small_checkpoint()
    before = {name: value.clone() for name, value in checkpoint.model.state_dict().items()}
    assert checkpoint.held_out is not None
    logits = checkpoint.model(checkpoint.held_out)
    random = torch.random.get_rng_state()
    shuffled = shuffled_checkpoint(checkpoint, 0)
    assert torch.equal(torch.random.get_rng_state(), random)
    for name, value in checkpoint.model.state_dict().items():
        assert torch.equal(value, before[name])
        assert value.data_ptr() != shuffled.model.state_dict()[name].data_ptr()
    assert torch.equal(checkpoint.model(checkpoint.held_out), logits)
    assert model_digest(checkpoint.model) == checkpoint.digest
    assert not torch.allclose(shuffled.model(checkpoint.held_out), logits)


def test_the_seed_decides_and_the_digest_tells() -> None:
    checkpoint = small_checkpoint()
    first, again, other = (shuffled_checkpoint(checkpoint, seed) for seed in (0, 0, 1))
    assert first.digest == again.digest == model_digest(again.model)
    assert len({checkpoint.digest, first.digest, other.digest}) == 3
    assert first.name == "small (weights shuffled, seed 0)"
    assert first.card == {"control": "weights shuffled", "seed": 0, "of": checkpoint.digest}
    assert first.config == checkpoint.config
    assert first.held_out is checkpoint.held_out


@pytest.mark.parametrize("variant", VARIANTS)
def test_means_are_the_shuffled_models_own_over_all_held_out_windows(variant: str) -> None:
    checkpoint = small_checkpoint(**VARIANTS[variant])
    shuffled = shuffled_checkpoint(checkpoint, 3)
    assert shuffled.held_out is not None
    assert shuffled.node_means is not None
    assert checkpoint.node_means is not None
    shuffled.node_means.check(shuffled.config)
    assert shuffled.node_means.tokens == shuffled.held_out.numel()
    assert shuffled.node_means.digest != checkpoint.node_means.digest
    with record(shuffled.model) as activations, torch.no_grad():
        shuffled.model(shuffled.held_out)
    for site in node_sites(shuffled.config):
        mean = activations[site.name].mean((0, 1))
        torch.testing.assert_close(shuffled.node_means.values[site.name], mean)


def test_without_held_out_text_there_is_a_remedy() -> None:
    checkpoint = replace(small_checkpoint(), held_out=None)
    with pytest.raises(InvalidRequestError, match=r"'small' has no held-out text.*held_out\.safe"):
        shuffled_checkpoint(checkpoint, 0)


def test_a_loaded_checkpoint_multiplies_by_its_shuffled_weights(
    zoo: Checkpoint, zoo_control: Checkpoint
) -> None:
    """Sparse maps keep a copy of the weights: it must be the shuffled ones, read-only."""
    maps = [m for m in zoo_control.model.modules() if isinstance(m, SparseLinear)]
    assert len(maps) == len([m for m in zoo.model.modules() if isinstance(m, SparseLinear)])
    inputs = torch.randn(3, maps[0].in_features, generator=torch.Generator().manual_seed(0))
    for linear in maps:
        x = inputs if linear.in_features == inputs.shape[1] else torch.ones(3, linear.in_features)
        expected = torch.nn.functional.linear(x, linear.weight, linear.bias)
        torch.testing.assert_close(linear(x), expected, rtol=1e-4, atol=1e-4)
    assert not any(p.requires_grad for p in zoo_control.model.parameters())
    assert not zoo_control.model.training
    for name, before in edge_matrices(zoo.model).items():
        after = edge_matrices(zoo_control.model)[name]
        assert torch.equal(after.flatten().sort().values, before.flatten().sort().values)


def test_a_loaded_checkpoint_is_left_alone(zoo: Checkpoint, zoo_control: Checkpoint) -> None:
    assert zoo.held_out is not None
    assert model_digest(zoo.model) == zoo.digest != zoo_control.digest
    assert zoo_control.node_means is not None
    zoo_control.node_means.check(zoo.config)
    sample = zoo.held_out[:2]
    assert not torch.allclose(zoo.model(sample), zoo_control.model(sample), atol=0.1)
