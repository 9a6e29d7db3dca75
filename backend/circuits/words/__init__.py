"""What people write about a circuit: labels of its nodes, edges and groups, and its stories."""

from backend.circuits.words.document import (
    Active,
    At,
    Case,
    Document,
    Label,
    Predicate,
    StateNumbers,
    Step,
    Story,
    Word,
    WrittenWords,
    read_words,
)
from backend.circuits.words.place import check_word
from backend.circuits.words.state import PageState, parse_state

__all__ = [
    "Active",
    "At",
    "Case",
    "Document",
    "Label",
    "PageState",
    "Predicate",
    "StateNumbers",
    "Step",
    "Story",
    "Word",
    "WrittenWords",
    "check_word",
    "parse_state",
    "read_words",
]
