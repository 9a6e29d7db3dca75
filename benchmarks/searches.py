"""Search every task of a checkpoint and print how large, how good and how fast.

    python benchmarks/searches.py CHECKPOINT [--tasks a,b] [--seeds 0,1] [--export FOLDER]

Circuits are selected on validation pairs; the losses printed are on test pairs. With --export the
circuits that meet their target are written as JSON, as `circuit-explorer export` writes them;
`backend/shipped/` was made so.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from backend.circuits import Circuit, SearchConfig, search
from backend.circuits.search import SearchFailed
from models import load_checkpoint
from tasks import all_tasks, get_task

COLUMNS = (
    f"{'task':28} {'seed':>4} {'nodes':>5} {'edges':>5} {'loss':>6} {'accuracy':>8} "
    f"{'whole':>6} {'ablated':>7} {'nothing':>7} {'seconds':>7}"
)


def row(circuit: Circuit, seconds: float) -> str:
    """One line of the table."""
    losses = circuit.losses
    return (
        f"{circuit.task:28} {circuit.provenance.seed:4} {len(circuit.nodes):5} "
        f"{circuit.induced_edges:5} {circuit.task_loss:6.3f} {circuit.accuracy:8.2f} "
        f"{losses.whole_model.plain:6.3f} {losses.circuit_ablated.plain:7.3f} "
        f"{losses.everything_ablated.plain:7.3f} {seconds:7.0f}"
    )


def main() -> None:
    """Print the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--tasks", help="names, with commas between; default: all")
    parser.add_argument("--seeds", default="0", help="with commas between")
    parser.add_argument("--target-loss", type=float, default=0.15)
    parser.add_argument("--export", type=Path, help="folder for the circuits that meet the target")
    options = parser.parse_args()
    checkpoint = load_checkpoint(options.checkpoint)
    chosen = [get_task(n) for n in options.tasks.split(",")] if options.tasks else all_tasks()
    seeds = [int(seed) for seed in options.seeds.split(",")]
    print(
        "loss: circuit alone; whole: whole model; ablated: circuit ablated; nothing: no node left"
    )
    print(COLUMNS)
    met = 0
    slowest = 0.0
    for task in chosen:
        for seed in seeds:
            config = SearchConfig(target_loss=options.target_loss, seed=seed)
            begun = time.perf_counter()
            try:
                circuit = search(checkpoint, task, config)
            except SearchFailed as error:
                print(f"{task.name:28} {seed:4} {error.detail}", flush=True)
                continue
            seconds = time.perf_counter() - begun
            slowest = max(slowest, seconds)
            met += circuit.meets_target
            note = "" if circuit.meets_target else "  misses the target on test pairs"
            print(row(circuit, seconds) + note, flush=True)
            if options.export and circuit.meets_target:
                options.export.mkdir(parents=True, exist_ok=True)
                path = options.export / f"{circuit.slug}.json"
                path.write_text(circuit.model_dump_json(indent=1) + "\n")
    total = len(chosen) * len(seeds)
    print(f"{met} of {total} searches meet {options.target_loss} on test pairs; ", end="")
    print(f"the slowest took {slowest:.0f} s")


if __name__ == "__main__":
    main()
