"""The report on a circuit: how far it can be trusted, line by line."""

from backend.circuits.faithfulness.document import FaithfulnessReport

__all__ = ["FaithfulnessReport"]
