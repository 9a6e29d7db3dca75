"""What a model is made of: its weights counted, its nodes' edges, how often they are active.

Pure functions of a model: nothing is kept, nothing is changed.
"""

from models.anatomy.activity import SiteActivity, activation_sparsity
from models.anatomy.columns import (
    ChannelCounts,
    StrongWeight,
    channel_counts,
    embedding_column,
    embedding_row,
    strongest,
    unembedding_column,
    unembedding_row,
)
from models.anatomy.edges import Degrees, alive_nodes, distribution, node_degrees
from models.anatomy.log import Curve, CurveKind, LogError, TrainingLog, find_log, read_log
from models.anatomy.matrices import MatrixCount, matrix_counts
from models.anatomy.node_examples import (
    ExampleGroup,
    NodeExamples,
    Place,
    examples,
    node_values,
)
from models.anatomy.node_weights import (
    NodeParameters,
    NodeWeight,
    node_parameters,
    weights_in,
    weights_out,
)

__all__ = [
    "ChannelCounts",
    "Curve",
    "CurveKind",
    "Degrees",
    "ExampleGroup",
    "LogError",
    "MatrixCount",
    "NodeExamples",
    "NodeParameters",
    "NodeWeight",
    "Place",
    "SiteActivity",
    "StrongWeight",
    "TrainingLog",
    "activation_sparsity",
    "alive_nodes",
    "channel_counts",
    "distribution",
    "embedding_column",
    "embedding_row",
    "examples",
    "find_log",
    "matrix_counts",
    "node_degrees",
    "node_parameters",
    "node_values",
    "read_log",
    "strongest",
    "unembedding_column",
    "unembedding_row",
    "weights_in",
    "weights_out",
]
