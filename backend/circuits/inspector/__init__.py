"""One node of a model, looked at from a circuit: what it is joined to, when it is active, why.

Each file answers one question about one node; none keeps anything but caches. The node may be any
of the model: outside the circuit it has its mean in the circuit alone.
"""
