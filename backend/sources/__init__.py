"""Checkpoints from elsewhere into the data folder: archives, folders, the Hugging Face hub.

Whatever it comes from, a checkpoint takes the same way:

1. it is put into a folder of its own in `incoming/` of the data folder (`staging`);
2. the one checkpoint in it is looked for and opened, its tokenizer put beside it (`arrival`);
3. only then is it moved into `checkpoints/`, in one step.

What fails or is killed on the way leaves nothing in `checkpoints/`; what it leaves in `incoming/`
is removed by the next one that comes or the next server that starts.
"""

from backend.sources.arrival import Added, add_archive, add_checkpoint, check_offer
from backend.sources.staging import sweep

__all__ = ["Added", "add_archive", "add_checkpoint", "check_offer", "sweep"]
