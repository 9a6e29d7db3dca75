"""Node means against a plain mean of recorded activations."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from models.hooks import record
from models.means import NodeMeans, compute_node_means
from models.sites import node_sites
from tests.micro_model import MICRO_ACTIVATIONS, MICRO_TOKENS, micro_model, small_model

BATCHES = [
    torch.randint(23, shape, generator=torch.Generator().manual_seed(seed))
    for seed, shape in enumerate([(3, 12), (1, 5), (2, 9)])
]


def means_of_small_model() -> NodeMeans:
    return compute_node_means(small_model(nonzero=1), BATCHES, "corpus")


def test_means_of_the_micro_model_by_hand() -> None:
    means = compute_node_means(micro_model(), [MICRO_TOKENS], "corpus")
    assert means.values["0.mlp.post_act"].tolist() == [6, 3]
    assert means.values["0.mlp.resid_delta"].tolist() == [0, -4]
    for site, value in means.values.items():
        torch.testing.assert_close(value, MICRO_ACTIVATIONS[site].mean(dim=(0, 1)))


def test_every_token_counts_once_whatever_its_batch() -> None:
    model = small_model(nonzero=1)
    seen: list[int] = []
    means = compute_node_means(model, iter(BATCHES), "corpus", seen.append)
    assert seen == [36, 41, 59]
    assert means.tokens == 59
    assert list(means.values) == [site.name for site in node_sites(model.config)]
    rows: dict[str, list[torch.Tensor]] = {site: [] for site in means.values}
    for batch in BATCHES:
        with record(model, means.values) as activations:
            model(batch)
        for site, value in activations.items():
            rows[site].append(value.flatten(0, 1).double())
    for site, value in means.values.items():
        assert value.dtype == torch.float32
        torch.testing.assert_close(value, torch.cat(rows[site]).mean(0).float())
    assert not any(point.hooks for point in model.hook_points.values())


def test_sums_are_kept_in_double_precision() -> None:
    # Sums of many equal values of 27 bits: rounded to float32 on the way, the mean would drift.
    model = micro_model()
    with torch.no_grad():
        model.embedding.weight[2] = torch.tensor([1.0, 1.0])
        model.get_parameter("blocks.0.mlp.up.bias")[0] = 1e8
    large = torch.zeros(1, 1, dtype=torch.long)
    first = compute_node_means(model, [large], "corpus").values["0.mlp.post_act"]
    many = compute_node_means(model, [large.expand(100, 1)] * 3, "corpus").values["0.mlp.post_act"]
    assert torch.equal(first, many)


def test_nothing_to_count_is_refused() -> None:
    with pytest.raises(ValueError, match="no tokens"):
        compute_node_means(micro_model(), [], "corpus")


def test_means_that_are_not_finite_are_refused() -> None:
    model = micro_model()
    with torch.no_grad():
        model.get_parameter("blocks.0.mlp.up.bias")[0] = torch.inf
    with pytest.raises(ValueError, match=r"0\.mlp\.post_act holds NaN or infinity"):
        compute_node_means(model, [MICRO_TOKENS], "corpus")


def test_save_and_load(tmp_path: Path) -> None:
    means = means_of_small_model()
    path = tmp_path / "node_means.safetensors"
    path.write_text("an older file")
    means.save(path)
    loaded = NodeMeans.load(path)
    assert (loaded.tokens, loaded.corpus_digest) == (59, "corpus")
    assert loaded.digest == means.digest
    assert all(torch.equal(loaded.values[site], value) for site, value in means.values.items())
    assert [entry.name for entry in tmp_path.iterdir()] == ["node_means.safetensors"]


def test_digest_tells_apart_what_differs() -> None:
    means = means_of_small_model()
    assert means_of_small_model().digest == means.digest
    values = {site: value.clone() for site, value in means.values.items()}
    values["0.attn.q"][0] += 1e-6
    others = [
        NodeMeans(values, "corpus", 59),
        NodeMeans(means.values, "other", 59),
        NodeMeans(means.values, "corpus", 60),
    ]
    assert len({means.digest, *(other.digest for other in others)}) == 4


def test_check_names_every_site_that_does_not_fit() -> None:
    means = means_of_small_model()
    values = dict(means.values)
    del values["1.attn.v"]
    values["0.attn.q"] = torch.zeros(7)
    values["2.attn.q"] = torch.zeros(6)
    values["0.mlp.post_act"] = torch.full((16,), torch.nan)
    with pytest.raises(ValueError, match="do not fit") as caught:
        NodeMeans(values, "corpus", 59).check(small_model().config)
    for words in (
        "1.attn.v is missing",
        "0.attn.q has shape [7], expected [6]",
        "2.attn.q is no site of this model",
        "0.mlp.post_act holds NaN",
    ):
        assert words in str(caught.value)


@pytest.mark.parametrize("damage", ["absent", "truncated", "without metadata"])
def test_damaged_files(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "node_means.safetensors"
    if damage == "truncated":
        means_of_small_model().save(path)
        path.write_bytes(path.read_bytes()[:-7])
    elif damage == "without metadata":
        save_file({"0.attn.q": torch.zeros(6)}, str(path))
    with pytest.raises(ValueError, match="cannot read node means"):
        NodeMeans.load(path)
