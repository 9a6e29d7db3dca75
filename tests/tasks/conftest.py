"""Three tokenizers: the zoo's, and two of other sizes, trained once on generated programs."""

from pathlib import Path

import pytest

from models.corpus import generated_documents
from models.tokenizer import Tokenizer

ZOO = Path(__file__).resolve().parents[2] / "models" / "zoo" / "python-2l-256"


@pytest.fixture(scope="session")
def zoo() -> Tokenizer:
    """The tokenizer that the zoo's checkpoints share."""
    return Tokenizer.load(ZOO / "tokenizer.json")


@pytest.fixture(scope="session", params=["zoo", 2048, 800])
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    """The zoo's tokenizer, then one of up to 2048 tokens, then one of 800."""
    if request.param == "zoo":
        return Tokenizer.load(ZOO / "tokenizer.json")
    return Tokenizer.train(generated_documents(0, 4000), request.param)


@pytest.fixture(scope="session")
def documents() -> list[str]:
    """Some thousands of generated programs of a seed that trained no tokenizer."""
    return list(generated_documents(11, 3000))
