"""Training: AdamW, then projection onto the largest magnitudes, at every step.

Gao et al. 2025, A.2.

    run.py         the loop: model, optimizer and the step they are at
    optimizer.py   clipping, AdamW and projection
    processes.py   the processes that train one checkpoint together
    folder.py      what a run keeps in its folder, and the checkpoint it becomes
"""

from models.training.folder import train
from models.training.run import TrainingProgress

__all__ = ["TrainingProgress", "train"]
