"""The error of all formats."""


class CheckpointError(ValueError):
    """A checkpoint cannot be opened or written; the message names all that is wrong with it."""
