"""The search methods, side by side: one file each, chosen by name."""

from __future__ import annotations

from backend.circuits.search.methods import attribution, paper, path
from backend.circuits.search.methods.spec import Method, MethodSpec

__all__ = ["METHODS", "Method", "MethodSpec"]

METHODS: dict[str, MethodSpec] = {
    spec.name: spec
    for spec in (path.METHOD, paper.METHOD, paper.WITH_ELIMINATION, attribution.METHOD)
}
