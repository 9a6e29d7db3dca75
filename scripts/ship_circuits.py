"""Find the circuits that come with the app, report on each, and write both as bundles.

    python scripts/ship_circuits.py CHECKPOINT FOLDER [--tasks a,b] [--seeds 0,1,2,3,4] [--quick]

A task's circuit is that of the first seed whose circuit meets the target on test pairs: later seeds
are for tasks that miss it, and none is chosen for its size. A task that has none is named, and
nothing is written for it. Quick reports search no further: they leave out
stability and controls. The folder of the app is `backend/shipped`.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from backend.circuits import Circuit, SearchConfig, search
from backend.circuits.bundle import Bundle
from backend.circuits.faithfulness import ReportConfig, verify
from backend.circuits.search import SearchFailed
from models import load_checkpoint
from models.checkpoints import Checkpoint
from tasks import Task, all_tasks, get_task


def first_that_meets(checkpoint: Checkpoint, task: Task, seeds: list[int]) -> Circuit | None:
    """The circuit of the first seed that meets the target on test pairs."""
    for seed in seeds:
        begun = time.perf_counter()
        try:
            circuit = search(checkpoint, task, SearchConfig(seed=seed))
        except SearchFailed as error:
            print(f"{task.name}, seed {seed}: {error.detail}", flush=True)
            continue
        note = "" if circuit.meets_target else ", misses the target on test pairs"
        print(
            f"{task.name}, seed {seed}: {len(circuit.nodes)} nodes, {circuit.induced_edges} "
            f"induced edges, {circuit.kept_edges} kept, test loss {circuit.task_loss:.3f}{note}, "
            f"{time.perf_counter() - begun:.0f} s",
            flush=True,
        )
        if circuit.meets_target:
            return circuit
    return None


def main() -> None:
    """Write a bundle for each task that has a circuit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tasks", help="names, with commas between; default: all")
    parser.add_argument("--seeds", default="0,1,2,3,4", help="with commas between, in order")
    parser.add_argument("--quick", action="store_true", help="leave out stability and controls")
    options = parser.parse_args()
    config = ReportConfig(stability=not options.quick, controls=not options.quick)
    checkpoint = load_checkpoint(options.checkpoint)
    chosen = [get_task(n) for n in options.tasks.split(",")] if options.tasks else all_tasks()
    seeds = [int(seed) for seed in options.seeds.split(",")]
    options.folder.mkdir(parents=True, exist_ok=True)
    for task in chosen:
        circuit = first_that_meets(checkpoint, task, seeds)
        if circuit is None:
            print(f"{task.name}: no circuit to ship", flush=True)
            continue
        begun = time.perf_counter()
        report = verify(checkpoint, task, circuit, config)
        path = options.folder / f"{circuit.slug}.json"
        path.write_text(Bundle(circuit=circuit, report=report).model_dump_json(indent=1) + "\n")
        print(f"{path}: reported on in {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
