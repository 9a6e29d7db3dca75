"""The models with planted circuits by name, each built once."""

from __future__ import annotations

from functools import cache

from tests.backend.circuits.known.bench import Known
from tests.backend.circuits.known.brackets import bracket_counter
from tests.backend.circuits.known.quotes import quote_closer

SINGLE = ("quotes", "quotes, AbsTopK", "brackets", "brackets, AbsTopK")
"""Models with one circuit: what a search must find is known node by node."""
REDUNDANT = ("two copies", "two copies, AbsTopK")
"""Models with two, each enough alone."""
TOPK = 0.25


@cache
def known(name: str) -> Known:
    """The model of a name."""
    topk = TOPK if name.endswith("AbsTopK") else None
    match name.split(",")[0]:
        case "quotes":
            return quote_closer(topk)
        case "brackets":
            return bracket_counter(topk)
        case _:
            return quote_closer(topk, copies=2)
