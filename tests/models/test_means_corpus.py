"""Text to take node means over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.corpus import SourceError, generated_documents
from models.means_corpus import corpus_tokens, means_batches, means_documents
from models.tokenizer import Tokenizer
from tests.micro_model import small_config


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.train(generated_documents(seed=0, count=100), 300)


def test_generated_tokens_are_as_many_as_asked_for(tokenizer: Tokenizer) -> None:
    seen: list[int] = []
    row = corpus_tokens(means_documents(5000), tokenizer, 5000, seen.append)
    assert len(row) == 5000
    assert seen[-1] == 5000
    assert row[0] == tokenizer.end_of_text
    assert np.array_equal(row[:3000], corpus_tokens(means_documents(3000), tokenizer, 3000))


def test_sources_are_mixed_and_end(tokenizer: Tokenizer, tmp_path: Path) -> None:
    texts = {f"{number}.py": f"name_{number} = {number}\n" for number in range(30)}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    documents = list(means_documents(10**6, [tmp_path]))
    assert sorted(documents) == sorted(texts.values())
    assert documents != [text for _, text in sorted(texts.items())]
    assert documents == list(means_documents(10**6, [tmp_path]))
    row = corpus_tokens(documents, tokenizer, 10**6)
    assert len(row) == sum(1 + len(tokenizer.encode(text)) for text in documents)


def test_a_folder_without_python(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no program")
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(SourceError, match=str(folder)):
            means_documents(1, [folder])


def test_windows_are_of_the_model_s_context_and_fit_the_memory() -> None:
    row = np.arange(1000, dtype=np.uint32) + 70_000
    few = list(means_batches(row, small_config()))
    assert few[0].shape == (1000 // 12, 12)
    assert few[0][0, 0] == 70_000
    large = list(means_batches(row, small_config(vocab_size=2**21)))
    assert {batch.shape[0] for batch in large[:-1]} == {2**26 // (2**21 * 12)}
    (short,) = means_batches(row[:5], small_config())
    assert short.shape == (1, 5)
