"""How long a click takes: from the request to the numbers on 100 test pairs.

    python benchmarks/toggles.py [CHECKPOINT] [--clicks 30]

A real server on loopback answers distinct toggles that were never asked before, as the page asks
them; before every click all answers and pairs it remembers are forgotten. Printed are the median
and the largest time of each mode, with and without the numbers an answer is read against, and,
timed in turn with the model as it is opened, the same evaluation by dense matrix products.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import statistics
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import torch
import uvicorn

from backend.api.app import create_app
from backend.circuits import Intervention, MeanValues, NodeSet, evaluate
from backend.circuits.evaluations import forget
from backend.settings import Settings
from models import SparseTransformer, load_checkpoint
from tasks import Split, get_task

MODES = ("circuit", "circuit_ablated", "model")


def ask(url: str, slug: str, question: dict[str, Any]) -> float:
    """Seconds until the numbers of a question are here."""
    request = urllib.request.Request(
        f"{url}/api/circuits/{slug}/evaluate",
        data=json.dumps(question).encode(),
        headers={"Content-Type": "application/json"},
    )
    begun = time.perf_counter()
    with urllib.request.urlopen(request) as response:
        numbers = json.load(response)
    seconds = time.perf_counter() - begun
    assert numbers["n"] == 100, numbers
    return seconds


def toggles(nodes: list[str], mode: str, clicks: int) -> list[dict[str, Any]]:
    """Distinct sets of toggled nodes, as a visitor's clicks build them up."""
    side = "restored" if mode == "circuit_ablated" else "ablated"
    chosen: set[tuple[str, ...]] = set()
    draw = random.Random(0)
    while len(chosen) < min(clicks, 2 ** len(nodes) - 1):
        chosen.add(tuple(sorted(draw.sample(nodes, draw.randint(1, len(nodes))))))
    return [{"mode": mode, side: list(some)} for some in chosen]


def serve() -> tuple[str, uvicorn.Server]:
    """A server with an empty data folder: it has the shipped circuits."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    settings = Settings(data_dir=Path(tempfile.mkdtemp()), port=port)
    app = create_app(settings, run_jobs=False)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    threading.Thread(target=server.run, args=([listening],), daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return f"http://127.0.0.1:{port}", server


def dense_copy(model: SparseTransformer) -> SparseTransformer:
    """The model with plain matrix products."""
    copy = SparseTransformer(model.config)
    copy.load_state_dict(model.state_dict())
    return copy.eval().requires_grad_(False)


def against_dense(path: Path, circuit: dict[str, Any]) -> float:
    """Median ratio of dense to sparse seconds for one evaluation, timed in turn."""
    checkpoint = load_checkpoint(path)
    assert checkpoint.tokenizer is not None
    assert checkpoint.node_means is not None
    batch = get_task(circuit["task"]).batch(checkpoint.tokenizer, Split.TEST, 100)
    nodes = NodeSet.of(checkpoint.config, circuit["nodes"])
    intervention = Intervention(nodes, MeanValues(checkpoint.node_means))
    models = (dense_copy(checkpoint.model), checkpoint.model)
    ratios = []
    for _ in range(12):
        seconds, losses = [], []
        for model in models:
            begun = time.perf_counter()
            losses.append(evaluate(model, batch, intervention).task_loss)
            seconds.append(time.perf_counter() - begun)
        assert abs(losses[0] - losses[1]) < 1e-4, losses
        ratios.append(seconds[0] / seconds[1])
    return statistics.median(ratios[2:])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("checkpoint", nargs="?", help="of the shipped circuits; default: all")
    parser.add_argument("--clicks", type=int, default=30, help="a circuit and mode")
    options = parser.parse_args()
    url, server = serve()
    with urllib.request.urlopen(f"{url}/api/circuits") as response:
        circuits = json.load(response)
    if options.checkpoint:
        circuits = [each for each in circuits if each["checkpoint"] == options.checkpoint]
    print(f"{torch.get_num_threads()} threads; milliseconds from request to numbers, cold caches")
    print(f"{'circuit':34} {'mode':16} {'median':>7} {'max':>7} {'with references':>16}")
    everything = []
    for summary in circuits:
        slug = summary["slug"]
        with urllib.request.urlopen(f"{url}/api/circuits/{slug}") as response:
            nodes = json.load(response)["circuit"]["nodes"]
        if not nodes:
            continue
        ask(url, slug, {})  # the checkpoint is opened by the page's first question
        for mode in MODES:
            seconds: dict[bool, list[float]] = {False: [], True: []}
            for question in toggles(nodes, mode, options.clicks):
                for references in (False, True):
                    forget()
                    seconds[references].append(
                        ask(url, slug, question | {"references": references})
                    )
            bare, full = (sorted(each) for each in seconds.values())
            everything += bare
            print(
                f"{slug:34} {mode:16} {statistics.median(bare) * 1e3:7.0f} {bare[-1] * 1e3:7.0f} "
                f"{statistics.median(full) * 1e3:16.0f}"
            )
    print(f"median of all {len(everything)} clicks: {statistics.median(everything) * 1e3:.0f} ms")
    server.should_exit = True
    first = circuits[0]
    zoo = Path(__file__).parent.parent / "models" / "zoo" / first["checkpoint"]
    with_nodes = {"task": first["task"], "nodes": nodes}
    ratio = against_dense(zoo, with_nodes)
    print(f"dense over sparse products, one evaluation: {ratio:.2f}")


if __name__ == "__main__":
    main()
