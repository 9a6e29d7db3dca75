"""Two tokenizers of different sizes, trained once on generated programs."""

import pytest

from models.corpus import generated_documents
from models.tokenizer import Tokenizer


@pytest.fixture(scope="session", params=[1024, 800])
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    """A tokenizer of 1024 tokens, then one of 800."""
    return Tokenizer.train(generated_documents(0, 4000), request.param)


@pytest.fixture(scope="session")
def documents() -> list[str]:
    """Some thousands of generated programs of a seed that trained no tokenizer."""
    return list(generated_documents(11, 6000))
