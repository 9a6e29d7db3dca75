r"""At which tokens a predicate holds.

The text of a token is the one that pages show: bytes that are no character by themselves are
written \xNN. The text before a token is that of its document, as far as its window goes: it begins
after the last end of text. An end of text by itself is spelt out (`<|endoftext|>`) as a token, and
adds nothing to the text that follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.circuits.predicates.pattern import found
from backend.circuits.words.document import At, Predicate
from models.tokenizer import Tokenizer

Row = Sequence[int]


def holds(predicate: Predicate, tokenizer: Tokenizer, rows: Sequence[Row]) -> list[list[bool]]:
    """Whether a predicate holds at each token of some rows.

    Args:
        predicate: its pattern and where that is looked for.
        tokenizer: of the tokens.
        rows: of tokens; they may differ in length.

    Returns:
        [rows, tokens of the row].

    Raises:
        InvalidRequestError: its pattern is none, or takes too long.
    """
    texts = [text for row in rows for text in _texts(predicate.at, tokenizer, row)]
    different = list(dict.fromkeys(texts))
    known = dict(zip(different, found(predicate.pattern, different), strict=True))
    answers = iter(texts)
    return [[known[next(answers)] for _ in row] for row in rows]


def _texts(at: At, tokenizer: Tokenizer, row: Row) -> Iterator[str]:
    before = ""
    for token in row:
        own = tokenizer.token_text(token)
        ends = token == tokenizer.end_of_text
        through = "" if ends else before + own
        match at:
            case At.TOKEN:
                yield own
            case At.BEFORE:
                yield "" if ends else before
            case At.THROUGH:
                yield through
        before = through
