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

__all__ = [
    "ChannelCounts",
    "Curve",
    "CurveKind",
    "Degrees",
    "LogError",
    "MatrixCount",
    "SiteActivity",
    "StrongWeight",
    "TrainingLog",
    "activation_sparsity",
    "alive_nodes",
    "channel_counts",
    "distribution",
    "embedding_column",
    "embedding_row",
    "find_log",
    "matrix_counts",
    "node_degrees",
    "read_log",
    "strongest",
    "unembedding_column",
    "unembedding_row",
]
