"""Bootstrap intervals, over single rows and over whole clusters."""

import pytest
import torch

from backend.circuits.statistics import bootstrap, cluster_bootstrap


def test_the_value_is_the_mean_of_all_rows() -> None:
    values = torch.tensor([1.0, 2.0, 6.0])
    estimate = cluster_bootstrap(values, torch.tensor([0, 0, 1]))
    assert estimate.value == pytest.approx(3.0)


def test_rows_of_a_cluster_go_together() -> None:
    # Two templates, one always 0 and one always 1: resamples are 0, 1/2 or 1, with 1/4, 1/2, 1/4.
    values = torch.tensor([0.0, 1.0]).repeat(500)
    clusters = torch.tensor([4, 9]).repeat(500)
    by_cluster = cluster_bootstrap(values, clusters)
    assert (by_cluster.low, by_cluster.high) == (0.0, 1.0)
    (by_row,) = bootstrap(values[:, None])
    assert by_row.high - by_row.low < 0.1


def test_clusters_weigh_by_their_rows() -> None:
    values = torch.tensor([0.0, 0.0, 0.0, 4.0])
    estimate = cluster_bootstrap(values, torch.tensor([0, 0, 0, 1]))
    assert estimate.value == pytest.approx(1.0)
    assert (estimate.low, estimate.high) == (0.0, 4.0)


def test_each_cluster_alike_leaves_no_doubt() -> None:
    values = torch.tensor([1.0, 3.0]).repeat_interleave(3)
    estimate = cluster_bootstrap(values, torch.tensor([0, 1, 2]).repeat(2))
    assert estimate.low == pytest.approx(2.0)
    assert estimate.high == pytest.approx(2.0)


def test_one_cluster_has_no_interval() -> None:
    estimate = cluster_bootstrap(torch.tensor([1.0, 3.0]), torch.tensor([0, 0]))
    assert (estimate.low, estimate.value, estimate.high) == (2.0, 2.0, 2.0)


def test_a_ratio_of_means_is_resampled_as_a_ratio() -> None:
    # Template 0 has 1/2, template 1 has 3/6; both ratios are 1/2, as is that of every mix.
    values = torch.tensor([[1.0, 2.0], [3.0, 6.0]])
    estimate = cluster_bootstrap(
        values, torch.tensor([0, 1]), lambda means: means[:, 0] / means[:, 1]
    )
    assert estimate.value == pytest.approx(0.5)
    assert estimate.low == pytest.approx(0.5)
    assert estimate.high == pytest.approx(0.5)


def test_three_clusters_by_hand() -> None:
    # Means 0, 0 and 3: a resample's mean is the number of times template 2 was drawn.
    # P(3 times) = 1/27 > 0.025, so the upper end is 3; P(0 times) = 8/27, so the lower is 0.
    estimate = cluster_bootstrap(torch.tensor([0.0, 0.0, 3.0]), torch.tensor([0, 1, 2]))
    assert (estimate.low, estimate.value, estimate.high) == (0.0, 1.0, 3.0)


def test_equal_data_give_equal_intervals_and_another_seed_others() -> None:
    values = torch.randn(40, generator=torch.Generator().manual_seed(0))
    clusters = torch.arange(40) % 8
    assert cluster_bootstrap(values, clusters) == cluster_bootstrap(values, clusters)
    assert cluster_bootstrap(values, clusters) != cluster_bootstrap(values, clusters, seed=1)
