"""Transformers whose weights are sparse: the model, its training, its checkpoints."""
