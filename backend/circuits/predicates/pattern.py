"""Regular expressions of anybody's choice, matched in time linear in the text.

They come from whoever writes a label, so none may hang the server. Python's `re` tracks back, and
`(a+)+$` takes it longer than anyone lives; Rust's `regex` crate, which comes with pydantic, never
does, at the price of look-around and back-references, and refuses patterns that compile to more
than 10 MB. What it costs in the worst case is length of text times size of the pattern, so there is
a limit of time as well, looked at between one text and the next.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, core_schema

from backend.errors import InvalidRequestError

SECONDS = 5.0
"""For all texts together; usual patterns take some hundredths."""


@lru_cache(maxsize=256)
def compiled(pattern: str) -> SchemaValidator:
    """What says whether the pattern is found in a text.

    Raises:
        InvalidRequestError: it is no regular expression of Rust's syntax, or too large.
    """
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
    except SchemaError as error:
        reason = str(error).splitlines()[-1].strip().removeprefix("error: ").rstrip(".")
        reason = reason.removeprefix("SchemaError: ")
        raise InvalidRequestError(
            f"The pattern {pattern!r} is no regular expression that can be matched here: {reason}.",
            remedy="Correct it. The syntax is that of Rust's regex crate: without look-around and "
            "back-references, so that no pattern can take for ever.",
        ) from None


def found(pattern: str, texts: Iterable[str], seconds: float = SECONDS) -> list[bool]:
    """In which texts the pattern is found, anywhere unless it is anchored.

    Args:
        pattern: of Rust's syntax; `^` and `$` are the text's beginning and end.
        texts: looked through in order.
        seconds: for all of them.

    Raises:
        InvalidRequestError: the pattern is none, or takes too long.
    """
    matcher, until = compiled(pattern), time.monotonic() + seconds
    answers = []
    for text in texts:
        answers.append(matcher.isinstance_python(text))
        if time.monotonic() > until:
            raise InvalidRequestError(
                f"The pattern {pattern!r} took longer than the {seconds:g} s there are for all "
                f"tokens: {len(answers)} were looked at.",
                remedy="Make it smaller: counted repetitions such as {50} weigh most.",
            )
    return answers
