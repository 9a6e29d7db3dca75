"""The sections of a checkpoint's page, through the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from starlette.testclient import TestClient

import backend.api.routes.anatomy as routes
from backend.api.app import create_app
from backend.api.deps import Services
from backend.library import CheckpointLibrary
from backend.settings import Settings
from backend.store import open_store
from models.checkpoints import Checkpoint, save_native
from tests.backend.conftest import CHECKPOINT

WHOLE = "whole"
"""Has a training log and held-out text, but no tokenizer."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, checkpoint: Checkpoint) -> Path:
    """Where `WHOLE` lies."""
    folder = tmp_path_factory.mktemp("checkpoints")
    log = folder / "log.jsonl"
    log.write_text(json.dumps({"step": 10, "loss": 2.5, "learning_rate": 0.1}) + "\n")
    held_out = torch.randint(
        checkpoint.config.vocab_size, (3, 20), generator=torch.Generator().manual_seed(0)
    )
    save_native(folder / WHOLE, checkpoint.model, None, checkpoint.node_means, {}, log, held_out)
    return folder / WHOLE


@pytest.fixture(scope="module")
def client(
    tmp_path_factory: pytest.TempPathFactory, zoo: Path, folder: Path
) -> Iterator[TestClient]:
    """A client of a server that was not started: it has checkpoints and an empty database."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    store = open_store(settings.resolved_database_url)
    app = create_app(settings, run_jobs=False)
    app.state.services = Services(settings, store, CheckpointLibrary([zoo, folder.parent]), None)
    yield TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False)
    store.close()


def ask(client: TestClient, path: str, checkpoint: str = CHECKPOINT) -> Any:
    answer = client.get(f"/api/checkpoints/{checkpoint}/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_checkpoint_without_log_and_held_out_text_says_so(client: TestClient) -> None:
    assert ask(client, "training") == {"file": None, "lines": 0, "curves": []}
    assert ask(client, "activity") == {"tokens": None, "sites": []}


def test_the_training_log_is_told(client: TestClient) -> None:
    answer = ask(client, "training", WHOLE)
    assert (answer["file"], answer["lines"]) == ("training.jsonl", 1)
    assert answer["curves"] == [
        {"name": "loss", "kind": "loss", "steps": [10], "values": [2.5]},
        {"name": "learning_rate", "kind": "rate", "steps": [10], "values": [0.1]},
    ]


def test_a_damaged_log_is_refused_by_its_line(client: TestClient, folder: Path) -> None:
    log = folder / "training.jsonl"
    whole = log.read_text()
    log.write_text("no json\n")
    answer = client.get(f"/api/checkpoints/{WHOLE}/training")
    log.write_text(whole)
    assert answer.status_code == 422
    assert "line 1" in answer.json()["detail"]


def test_matrices_sum_up(client: TestClient) -> None:
    answer = ask(client, "matrices")
    described = client.get(f"/api/checkpoints/{CHECKPOINT}").json()
    assert {m["name"]: m["fraction"] for m in answer["matrices"]} == described["matrices"]
    assert answer["fraction"] == described["nonzero_fraction"]
    assert answer["nonzero"] == sum(matrix["nonzero"] for matrix in answer["matrices"])


def test_every_site_is_told_alive_and_by_degree(client: TestClient) -> None:
    alive = {each["site"]: each for each in ask(client, "alive")["sites"]}
    assert len(alive) == 16
    degrees = ask(client, "degrees")
    assert [each["site"] for each in degrees["out"][:3]] == [
        "0.attn.act_in",
        "0.attn.v",
        "0.mlp.act_in",
    ]
    for each in degrees["into"] + degrees["out"]:
        assert sum(each["nodes"]) == alive[each["site"]]["width"]
        idle = dict(zip(each["degrees"], each["nodes"], strict=True)).get(0, 0)
        assert alive[each["site"]]["alive"] <= alive[each["site"]]["width"] - idle


def test_activity_is_measured_once(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = ask(client, "activity", WHOLE)
    assert answer["tokens"] == 60
    for site in answer["sites"]:
        assert 0 < site["nonzero_fraction"] <= site["abs_topk"] / site["width"]
    monkeypatch.setattr(routes, "activation_sparsity", None)
    assert ask(client, "activity", WHOLE) == answer


def test_a_channel_and_its_tokens_agree(client: TestClient, checkpoint: Checkpoint) -> None:
    counts = ask(client, "channels")
    assert len(counts["written"]) == checkpoint.config.d_model
    channel = ask(client, "channels/5")
    assert (channel["written"], channel["moved"]) == (counts["written"][5], counts["moved"][5])
    weights = [abs(each["weight"]) for each in channel["embedding"]]
    assert weights == sorted(weights, reverse=True)
    top = channel["embedding"][0]
    assert top["weight"] == pytest.approx(
        float(checkpoint.model.embedding.weight[top["id"], 5]), rel=1e-6
    )
    token = ask(client, f"tokens/{top['id']}")
    assert token["token"]["text"] == top["text"]
    assert {"channel": 5, "weight": top["weight"]} in token["embedding"]


def test_tokens_are_found_by_text_the_nearest_first(client: TestClient) -> None:
    found = ask(client, "tokens?text=ret")
    texts = [token["text"] for token in found["tokens"]]
    assert texts
    assert found["matches"] >= len(texts)
    assert all("ret" in text for text in texts)
    assert [len(text) for text in texts] == sorted(len(text) for text in texts)
    assert ask(client, "tokens?text=zzzzz") == {"matches": 0, "tokens": []}


def test_without_a_tokenizer_tokens_have_no_text(client: TestClient) -> None:
    assert ask(client, "tokens/7", WHOLE)["token"] == {"id": 7, "text": None}
    refused = client.get(f"/api/checkpoints/{WHOLE}/tokens", params={"text": "a"})
    assert refused.status_code == 422


@pytest.mark.parametrize("path", ["channels/16", "tokens/400"])
def test_what_is_not_there_is_named_with_what_is(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/checkpoints/{CHECKPOINT}/{path}")
    assert answer.status_code == 404
    assert "it has 0 to" in answer.json()["detail"]


@pytest.mark.parametrize("section", ["training", "matrices", "alive", "degrees", "activity"])
def test_an_unknown_checkpoint_is_not_found(client: TestClient, section: str) -> None:
    assert client.get(f"/api/checkpoints/nobody/{section}").status_code == 404
