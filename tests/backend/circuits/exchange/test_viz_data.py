"""OpenAI's circuit files: read as they are, refused where they are not, never run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import torch

from backend.circuits.exchange.viz_data import is_pickled, read_viz_data
from backend.errors import InvalidRequestError
from tests.backend.circuits.exchange.made_viz_data import save_viz_data, viz_data
from tests.micro_model import MICRO_CONFIG

KEPT = {"0.mlp.post_act": [1, 0], "0.attn.q": [0], "0.mlp.act_in": []}


def test_a_file_in_their_layout(tmp_path: Path) -> None:
    found = read_viz_data(save_viz_data(tmp_path / "viz_data.pt", MICRO_CONFIG, KEPT))
    assert [node.name for node in found.nodes] == [
        "0.attn.q.0", "0.mlp.post_act.0", "0.mlp.post_act.1",
    ]  # fmt: skip
    assert found.left_out == {"final_resid": 2}
    assert (found.loss, found.circuit_loss) == pytest.approx((0.2, 0.5))  # stored doubled
    assert found.block_losses == pytest.approx({"0.attn": 0.6, "0.mlp": 0.75})  # stored as they are
    assert found.model_config["d_model"] == 2
    assert found.prune_config == {"target_loss": 0.3, "k_coef": 1e-4}


def test_losses_of_nodes_stand_in_the_order_of_kept_indices(tmp_path: Path) -> None:
    found = read_viz_data(save_viz_data(tmp_path / "viz_data.pt", MICRO_CONFIG, KEPT))
    assert found.node_losses == pytest.approx(
        {
            "0.mlp.post_act.1": 0.6,
            "0.mlp.post_act.0": 0.7,
            "0.attn.q.0": 0.6,
            "final_resid.0": 0.6,
            "final_resid.1": 0.7,
        }
    )


def test_a_file_of_nodes_alone(tmp_path: Path) -> None:
    path = tmp_path / "viz_data.pt"
    torch.save({"circuit_data": {"0.attn.q": torch.tensor([0])}}, path)
    found = read_viz_data(path)
    assert [node.name for node in found.nodes] == ["0.attn.q.0"]
    assert (found.loss, found.node_losses, found.prune_config) == (None, {}, {})


class Runs:
    """An object whose unpickling makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.folder),)


def test_nothing_in_a_file_is_run(tmp_path: Path) -> None:
    path, made = tmp_path / "viz_data.pt", tmp_path / "made"
    torch.save({"circuit_data": {}, "samples": Runs(made)}, path)
    with pytest.raises(InvalidRequestError, match="refused"):
        read_viz_data(path)
    assert not made.exists()


def changed(**importances: Any) -> dict[str, Any]:
    content = viz_data(MICRO_CONFIG, KEPT)
    content["importances"].update(importances)
    return content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"samples": {}}, "'samples'"),
        ({"circuit_data": {"0.mlp.neurons": torch.tensor([1])}}, "0.mlp.neurons"),
        ({"circuit_data": {"0.attn.q": torch.tensor([0.5])}}, "0.5"),
        ({"circuit_data": {"0.attn.q": torch.tensor([-1])}}, "-1"),
        ({"circuit_data": {"0.attn.q": "all"}}, "viz_data.pt"),
        (changed(loss="low"), "low"),
        (changed(ch_interv_losses={"0.attn.q": [1.0, 2.0]}), "2 losses of 1 indices"),
        (changed(ch_interv_losses={"1.attn.q": [1.0]}), "1.attn.q"),
        (changed(ch_interv_losses=3), "viz_data.pt"),
        ({"circuit_data": {}, "importances": 3}, "viz_data.pt"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, content: Any, said: str) -> None:
    path = tmp_path / "viz_data.pt"
    torch.save(content, path)
    with pytest.raises(InvalidRequestError, match=said):
        read_viz_data(path)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = save_viz_data(tmp_path / "viz_data.pt", MICRO_CONFIG, KEPT)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InvalidRequestError, match="truncated or damaged"):
        read_viz_data(path)


def test_pickles_are_told_from_json(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.json"
    bundle.write_text("{}")
    assert not is_pickled(bundle)
    assert is_pickled(save_viz_data(tmp_path / "viz_data.pt", MICRO_CONFIG, KEPT))
    old = tmp_path / "old.pt"
    torch.save({}, old, _use_new_zipfile_serialization=False)
    assert is_pickled(old)
