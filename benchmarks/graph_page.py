"""How long a circuit's page takes to open, and how long it stands still when something is toggled.

    python benchmarks/graph_page.py [--nodes 3000] [--edges 20000]

A circuit of random weights and that size is put into a database of its own and opened in Chromium,
beside the largest circuit that comes with the program. Printed are the seconds from the address to
the drawing on the screen, and for each kind of toggle the longest block of the main thread in
milliseconds, as the Long Tasks API tells it; it tells of no block below 50 ms.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import torch
from playwright.sync_api import Page, sync_playwright

from backend.circuits import MeanValues, NodeSet
from backend.circuits.circuit import Circuit, Provenance, slug_of
from backend.circuits.edges import count_edges, induced_edges
from backend.circuits.report import measure_losses
from backend.settings import Settings
from backend.store import open_store, save_circuit
from models import ModelConfig, SparseTransformer, load_checkpoint
from models.checkpoints import Checkpoint, save_native
from models.means import compute_node_means
from tasks import Split, get_task
from tests.e2e.application import running
from tests.e2e.browser import launch

ZOO = Path(__file__).parent.parent / "models" / "zoo"
NAME = "made-for-graph-page"
TASK = "single_double_quote"
PAIRS = 8
OPENED, STILL = 3.0, 100.0
"""Aims: seconds to open, milliseconds that the main thread is blocked."""
REPEATS = 3
REST = 1500
"""Milliseconds that a toggle's work is waited for."""
WATCH = """
    window.blocks = [];
    new PerformanceObserver((list) => {
      for (const each of list.getEntries()) window.blocks.push([each.startTime, each.duration]);
    }).observe({ type: "longtask", buffered: true });
    const look = () => {
      const page = document.querySelector("cx-circuit-page")?.shadowRoot;
      const graph = page?.querySelector("cx-graph-stage")?.drawing;
      const first = graph?.graph?.nodes[0];
      if (!first || !graph.nodePosition(first.id)) return requestAnimationFrame(look);
      requestAnimationFrame(() => requestAnimationFrame(() => (window.opened = performance.now())));
    };
    requestAnimationFrame(look);
"""


@dataclass(frozen=True)
class Measured:
    """Seconds until the drawing is there, and longest blocks in milliseconds by toggle."""

    opened: float
    blocks: dict[str, float]


def random_model(vocab_size: int, nodes: int, edges: int) -> tuple[SparseTransformer, NodeSet]:
    """A model of random weights, and so many nodes of it with about so many edges between them."""
    config = ModelConfig(
        vocab_size=vocab_size, n_ctx=256, n_layer=4, d_model=128, n_head=8, d_head=16, d_mlp=512
    )
    generator = torch.Generator().manual_seed(0)
    model = SparseTransformer(config)
    for weight in model.parameters():
        if weight.ndim == 2:
            weight.data = torch.randn(weight.shape, generator=generator) / 8
    names = NodeSet.all(config).names()
    order = torch.randperm(len(names), generator=generator)[:nodes].tolist()
    chosen = NodeSet.of(config, [names[i] for i in order])
    share = edges / count_edges(model, chosen)
    for weight in model.parameters():
        if weight.ndim == 2:
            weight.data *= torch.rand(weight.shape, generator=generator) < share
    return model.eval(), chosen


def make_circuit(folder: Path, nodes: int, edges: int) -> Circuit:
    """A circuit in a checkpoint that is written into a folder."""
    tokenizer = load_checkpoint(ZOO / "python-2l-128").tokenizer
    assert tokenizer is not None
    model, chosen = random_model(tokenizer.vocab_size, nodes, edges)
    tokens = torch.randint(tokenizer.vocab_size, (8, 64))
    means = compute_node_means(model, [tokens], "random tokens")
    save_native(folder / NAME, model, tokenizer, means, {})
    return measured_circuit(load_checkpoint(folder / NAME), chosen)


def measured_circuit(checkpoint: Checkpoint, chosen: NodeSet) -> Circuit:
    """The circuit of some nodes."""
    assert checkpoint.tokenizer is not None
    assert checkpoint.node_means is not None
    task, means = get_task(TASK), checkpoint.node_means
    splits = (Split.VALIDATION, Split.TEST)
    pairs = [task.batch(checkpoint.tokenizer, split, PAIRS) for split in splits]
    losses, rescaling = measure_losses(
        checkpoint.model, MeanValues(means), chosen, *pairs, task.symmetric
    )
    names, edges = chosen.names(), induced_edges(checkpoint.model, chosen)
    return Circuit(
        slug=slug_of(TASK, checkpoint.digest, means.digest, names, edges),
        nodes=names,
        edges=edges,
        losses=losses,
        rescaling=rescaling,
        provenance=Provenance(
            checkpoint=checkpoint.name,
            checkpoint_digest=checkpoint.digest,
            means_digest=means.digest,
            task=TASK,
            method="random weights",
            seed=0,
            target_loss=0.15,
            hyperparameters={},
            pairs={split.value: PAIRS for split in splits},
            validation_loss=losses.circuit.plain,
            versions={},
            seconds=0.0,
        ),
    )


def longest_block(page: Page, act: str) -> float:
    """Presses a key, moves the mouse or goes to a view; the longest block until all is done."""
    page.evaluate("window.blocks = []")
    if act.startswith("mouse"):
        place = page.locator("cx-circuit-graph").evaluate(
            "(graph) => graph.nodePosition(graph.selection)"
        )
        page.mouse.move(place["x"] + (400 if act == "mouse away" else 0), place["y"])
    elif act in VIEWS:
        page.locator("cx-circuit-toolbar").get_by_text(act, exact=True).click()
    else:
        page.keyboard.press(act)
    page.wait_for_timeout(REST)
    return max((duration for _, duration in page.evaluate("window.blocks")), default=0.0)


TOGGLES = {
    "choose a node": ("ArrowRight",),
    "ablate, restore": ("Enter",),
    "paths": ("p",),
    "paths by mouse": ("mouse on", "mouse away"),
    "fold a layer": ("Shift+O",),
}
VIEWS = ("Graph", "Tokens")
CELLS = {"next token": ("ArrowLeft",), "next row": ("ArrowDown", "ArrowUp")}
"""Keys in the circuit unrolled over tokens."""


def measure(page: Page, url: str) -> Measured:
    """Opens a circuit's page anew each time; the median time, and the longest blocks of all."""
    page.add_init_script(WATCH)
    opened = []
    for _ in range(REPEATS):
        page.goto(url)
        page.wait_for_function("() => window.opened", timeout=120_000)
        opened.append(page.evaluate("window.opened") / 1000)
        page.wait_for_timeout(REST)
    page.locator("cx-circuit-graph .canvas").focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(REST)
    blocks = {
        name: max(longest_block(page, act) for _ in range(REPEATS) for act in acts)
        for name, acts in TOGGLES.items()
    }
    cell = page.locator("cx-token-grid .cell").last
    longest_block(page, "Tokens")
    cell.wait_for()
    blocks["go to tokens"] = max(longest_block(page, view) for view in VIEWS * REPEATS)
    cell.click()
    page.wait_for_timeout(REST)
    blocks |= {
        name: max(longest_block(page, act) for _ in range(REPEATS) for act in acts)
        for name, acts in CELLS.items()
    }
    return Measured(statistics.median(opened), blocks)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--nodes", type=int, default=3000)
    parser.add_argument("--edges", type=int, default=20_000)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    made = make_circuit(folder / "zoo", options.nodes, options.edges)
    log = folder / "server.log"
    with (
        running(folder / "data", log, checkpoint_dirs=str(folder / "zoo")) as server,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        store = open_store(Settings(data_dir=folder / "data").resolved_database_url)
        with store.write() as session:
            save_circuit(session, made)
        with urllib.request.urlopen(f"{server.url}/api/circuits") as response:
            shipped = [each for each in json.load(response) if each["checkpoint"] != NAME]
        largest = max(shipped, key=lambda each: int(each["node_count"]))
        sizes = {
            made.slug: (len(made.nodes), made.induced_edges),
            largest["slug"]: (largest["node_count"], largest["induced_edges"]),
        }
        found = {}
        for slug in sizes:
            page = browser.new_page(viewport={"width": 1600, "height": 1000})
            found[slug] = measure(page, f"{server.url}/circuits/{slug}")
            page.close()
    print(f"aims: {OPENED:g} s to open, {STILL:g} ms blocked by a toggle")
    for slug, (nodes, edges) in sizes.items():
        print(f"{re.sub('-[0-9a-f]+$', '', slug)}: {nodes:,} nodes, {edges:,} edges")
        opened = found[slug].opened
        print(f"  {'open':18}{opened:8.2f} s   {opened / OPENED:6.2f} of the aim")
        for name, block in found[slug].blocks.items():
            print(f"  {name:18}{block:8.0f} ms  {block / STILL:6.2f} of the aim")


if __name__ == "__main__":
    main()
