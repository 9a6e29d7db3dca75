import pytest

from backend.errors import CheckpointNotFoundError
from backend.store import (
    CheckpointRecord,
    Store,
    forget_checkpoint,
    get_checkpoint,
    list_checkpoints,
    put_checkpoint,
)


def _record(name: str, digest: str = "d" * 64) -> CheckpointRecord:
    return CheckpointRecord(
        name=name,
        digest=digest,
        format="native",
        path=f"/zoo/{name}",
        config={"n_layer": 2, "d_model": 64},
        parameters=3_000_000_000,
        nonzero=20_000,
        card={"held_out_loss": 1.75},
    )


def test_a_checkpoint_comes_back_unchanged(store: Store) -> None:
    record = _record("tiny")
    with store.write() as session:
        put_checkpoint(session, record)
    with store.read() as session:
        assert get_checkpoint(session, "tiny") == record


def test_the_same_name_again_replaces_it(store: Store) -> None:
    with store.write() as session:
        put_checkpoint(session, _record("tiny"))
        put_checkpoint(session, _record("tiny", digest="e" * 64))
        put_checkpoint(session, _record("also"))
    with store.read() as session:
        assert [(c.name, c.digest[0]) for c in list_checkpoints(session)] == [
            ("also", "d"),
            ("tiny", "e"),
        ]


def test_a_forgotten_checkpoint_is_not_found(store: Store) -> None:
    with store.write() as session:
        put_checkpoint(session, _record("tiny"))
        forget_checkpoint(session, "tiny")
    with store.read() as session, pytest.raises(CheckpointNotFoundError, match="'tiny'"):
        get_checkpoint(session, "tiny")
