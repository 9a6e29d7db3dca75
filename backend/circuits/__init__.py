"""The science: what a circuit is, how it is found, and what ablating its nodes does.

`evaluate` is the one way to ask "what if"; `search` finds a circuit.
"""

from backend.circuits.ablation import (
    AblationValue,
    Evaluation,
    Intervention,
    MeanValues,
    Mode,
    ResampledValues,
    ZeroValues,
    evaluate,
)
from backend.circuits.circuit import Circuit, CircuitEdge
from backend.circuits.nodes import NodeSet
from backend.circuits.search import SearchConfig, search

__all__ = [
    "AblationValue",
    "Circuit",
    "CircuitEdge",
    "Evaluation",
    "Intervention",
    "MeanValues",
    "Mode",
    "NodeSet",
    "ResampledValues",
    "SearchConfig",
    "ZeroValues",
    "evaluate",
    "search",
]
