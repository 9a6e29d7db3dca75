"""The node-pruning search (Gao et al. 2025, A.5), with exact elimination after it."""

from backend.circuits.search.config import (
    Progress,
    SearchCancelled,
    SearchConfig,
    SearchFailed,
)
from backend.circuits.search.run import search

__all__ = ["Progress", "SearchCancelled", "SearchConfig", "SearchFailed", "search"]
