"""Circuits made by hand, for tests of the store; as a program, a writer that is there to be killed.

python -m tests.backend.store.made_circuits URL    prints each slug once it is committed
"""

import sys
from itertools import count

from backend.circuits.circuit import (
    Circuit,
    CircuitEdge,
    Losses,
    Measure,
    Provenance,
    Rescaling,
    slug_of,
)

DIGEST = "c" * 64
"""Of the checkpoint `tiny`."""


def make_circuit(
    number: int = 0, *, task: str = "class_init", checkpoint: str = "tiny", loss: float = 0.125
) -> Circuit:
    """A chain read -> neuron -> write whose neuron is `number`; its numbers are plausible."""
    nodes = ["0.mlp.act_in.3", f"0.mlp.post_act.{number}", "0.mlp.resid_delta.7"]
    edges = [
        CircuitEdge(source=nodes[0], target=nodes[1], weight=0.1 + number / 3),
        CircuitEdge(source=nodes[1], target=nodes[2], weight=-1e-7, kept=False),
    ]
    measure = Measure(
        plain=loss, rescaled=0.1, accuracy=0.97, logit_difference=2.5, cross_entropy=1 / 3
    )
    provenance = Provenance(
        checkpoint=checkpoint,
        checkpoint_digest=DIGEST if checkpoint == "tiny" else "e" * 64,
        means_digest="m" * 64,
        task=task,
        method="masks",
        seed=number,
        target_loss=0.15,
        hyperparameters={"steps": 500, "lr": 0.003},
        pairs={"train": 400, "test": 100},
        validation_loss=0.12,
        versions={"torch": "2"},
        seconds=12.5,
    )
    return Circuit(
        slug=slug_of(task, provenance.checkpoint_digest, provenance.means_digest, nodes, edges),
        nodes=nodes,
        edges=edges,
        losses=Losses(
            whole_model=measure,
            circuit=measure,
            circuit_ablated=measure,
            everything_ablated=measure,
        ),
        rescaling=Rescaling(scale=1.5, shift=-0.25),
        provenance=provenance,
    )


def write_for_ever(url: str) -> None:
    """Stores circuit after circuit, saying so only after the commit."""
    from backend.store import open_store, save_circuit

    store = open_store(url)
    for number in count():
        circuit = make_circuit(number)
        with store.write() as session:
            save_circuit(session, circuit)
        print(circuit.slug, flush=True)


if __name__ == "__main__":
    write_for_ever(sys.argv[1])
