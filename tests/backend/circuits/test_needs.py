"""What a checkpoint lacks is said by name, with what to do about it."""

from dataclasses import replace

import pytest

from backend.circuits.needs import means_of, tokenizer_of
from backend.errors import InvalidRequestError
from models.checkpoints import Checkpoint


def test_what_is_there_comes_back(checkpoint: Checkpoint) -> None:
    assert tokenizer_of(checkpoint) is checkpoint.tokenizer
    assert means_of(checkpoint) is checkpoint.node_means


def test_a_missing_tokenizer_is_named(checkpoint: Checkpoint) -> None:
    with pytest.raises(
        InvalidRequestError, match=f"{checkpoint.name!r} has no tokenizer"
    ) as caught:
        tokenizer_of(replace(checkpoint, tokenizer=None))
    assert "tokenizer.json" in caught.value.remedy


def test_missing_means_are_named(checkpoint: Checkpoint) -> None:
    with pytest.raises(
        InvalidRequestError, match=f"{checkpoint.name!r} has no node means"
    ) as caught:
        means_of(replace(checkpoint, node_means=None))
    assert f"circuit-explorer means {checkpoint.name}" in caught.value.remedy
