"""Archives sent to the server: streamed, limited, and kept only if they open; and node means."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from backend.errors import SettingsError
from backend.settings import get_settings
from models.checkpoints import Checkpoint
from tests.backend.api.conftest import MakeClient, services_of
from tests.backend.conftest import CHECKPOINT
from tests.backend.sources.conftest import left_behind

TOKEN = "a long random token"


@pytest.fixture
def archive(zoo: Path, tmp_path: Path) -> Path:
    return Path(shutil.make_archive(str(tmp_path / "sent"), "zip", zoo / CHECKPOINT))


def kept(client: TestClient) -> list[Path]:
    return left_behind(services_of(client).settings)


def test_an_archive_becomes_a_checkpoint(
    client: TestClient, archive: Path, checkpoint: Checkpoint
) -> None:
    content = archive.read_bytes()
    offer = {"filename": "sent.zip", "size": len(content)}
    assert client.post("/api/checkpoint-offers", json=offer).status_code == 200

    def pieces() -> Iterator[bytes]:
        yield content[:1000]
        yield content[1000:]

    answer = client.post("/api/checkpoints?filename=sent.zip", content=pieces())
    assert answer.status_code == 201, answer.json()
    assert answer.json()["digest"] == checkpoint.digest
    assert answer.headers["location"] == "/api/checkpoints/sent"
    assert client.get("/api/checkpoints/sent").json()["name"] == "sent"
    assert {path.parts[-2] for path in kept(client) if path.is_file()} == {"sent"}
    again = client.post("/api/checkpoints?filename=sent.zip", content=content)
    assert again.status_code == 409
    other = client.post("/api/checkpoints?filename=sent.zip&name=other", content=content)
    assert other.json()["name"] == "other"


@pytest.mark.parametrize(
    ("query", "content", "status", "words"),
    [
        ("filename=sent.zip", b"no archive", 422, "begins like none of .zip"),
        ("filename=sent.zip", b"", 422, "begins like none of .zip"),
        ("filename=sent.pdf", b"x", 422, "'sent.pdf' is no archive by its name"),
        ("filename=sent.zip&name=../up", b"x", 422, "'../up' cannot be"),
        (f"filename=sent.zip&name={CHECKPOINT}", b"x", 409, "already"),
        ("", b"x", 422, "filename"),
    ],
)
def test_what_is_refused_leaves_nothing(
    client: TestClient, query: str, content: bytes, status: int, words: str
) -> None:
    answer = client.post(f"/api/checkpoints?{query}", content=content)
    assert answer.status_code == status
    assert words in answer.json()["detail"]
    assert answer.json()["remedy"]
    assert kept(client) == []


def test_the_size_is_limited(make_client: MakeClient, archive: Path) -> None:
    client = make_client(upload_limit=1000)
    content = archive.read_bytes()
    declared = client.post("/api/checkpoints?filename=sent.zip", content=content)
    streamed = client.post("/api/checkpoints?filename=sent.zip", content=iter([content]))
    for answer in (declared, streamed):
        assert answer.status_code == 413
        assert "CIRCUIT_EXPLORER_UPLOAD_LIMIT" in answer.json()["remedy"]
    assert kept(client) == []
    offer = client.post("/api/checkpoint-offers", json={"filename": "a.zip", "size": 1001})
    assert offer.status_code == 422
    assert "1,001" in offer.json()["detail"]


def test_limits_are_written_with_units(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    monkeypatch.setenv("CIRCUIT_EXPLORER_UPLOAD_LIMIT", "2MiB")
    monkeypatch.setenv("CIRCUIT_EXPLORER_UNPACKED_LIMIT", "0")
    with pytest.raises(SettingsError, match="CIRCUIT_EXPLORER_UNPACKED_LIMIT is '0'"):
        get_settings()
    monkeypatch.setenv("CIRCUIT_EXPLORER_UNPACKED_LIMIT", "3000")
    assert (get_settings().upload_limit, get_settings().unpacked_limit) == (2 * 2**20, 3000)


def test_what_it_unpacks_to_is_limited(make_client: MakeClient, archive: Path) -> None:
    client = make_client(unpacked_limit=1000)
    answer = client.post("/api/checkpoints?filename=sent.zip", content=archive.read_bytes())
    assert answer.status_code == 422
    assert "1,000 bytes" in answer.json()["detail"]
    assert kept(client) == []


@pytest.mark.parametrize(
    "path", ["checkpoints?filename=a.zip", "checkpoint-offers", f"checkpoints/{CHECKPOINT}/means"]
)
def test_it_needs_the_token(make_client: MakeClient, path: str) -> None:
    client = make_client(write_token=TOKEN)
    assert client.post(f"/api/{path}", content=b"{}").status_code == 403
    assert kept(client) == []


def test_node_means_are_asked_for(client: TestClient, archive: Path) -> None:
    own = client.get(f"/api/checkpoints/{CHECKPOINT}/means").json()
    assert own["own"]
    assert own["source"]["tokens"] > 0
    assert client.post(f"/api/checkpoints/{CHECKPOINT}/means", json={}).status_code == 409
    client.post("/api/checkpoints?filename=sent.zip", content=archive.read_bytes())
    services = services_of(client)
    (services.settings.own_checkpoints / "sent" / "node_means.safetensors").unlink()
    state = client.get("/api/checkpoints/sent/means").json()
    assert state == {"source": None, "own": False, "has_tokenizer": True, "computing": None}
    wrong = client.post("/api/checkpoints/sent/means", json={"folders": ["/none/there"]})
    assert wrong.status_code == 422
    assert "/none/there" in wrong.json()["detail"]
    job = client.post("/api/checkpoints/sent/means", json={"tokens": 2000})
    assert job.status_code == 202
    assert job.json()["kind"] == "means"
    assert job.json()["request"] == {
        "checkpoint": "sent", "folders": [], "tokens": 2000, "replace": False
    }  # fmt: skip
    assert client.get("/api/checkpoints/sent/means").json()["computing"]["id"] == job.json()["id"]
    page = client.get(f"/jobs/{job.json()['id']}.json").json()
    assert page["job"]["progress"] is None
    assert client.get("/api/checkpoints/none/means").status_code == 404
