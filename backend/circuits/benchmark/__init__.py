"""How large circuits are, checkpoint by checkpoint: outcomes of searches, and what follows."""

from backend.circuits.benchmark.outcome import OutcomeKind, SearchKey, SearchOutcome

__all__ = ["OutcomeKind", "SearchKey", "SearchOutcome"]
