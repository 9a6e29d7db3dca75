"""The published search with all its trials (Gao et al. 2025, A.5: 256), and elimination after it.

    python benchmarks/published.py CHECKPOINT FOLDER [--tasks a,b] [--trials 256] [--seed 0]
        [--target 0.15] [--markdown]

Takes hours. A trial is a line of FOLDER/TASK-SEED-TARGET.jsonl as soon as it is done, and a run
that was ended goes on after the last; fewer --trials than there are lines give the tables of that
many. Printed are the size of the best circuit after 1, 2, 4, ... trials, and then `paper`,
`paper+elimination` and `path` beside each other. Seconds are the processor's, of all threads:
whatever else the machine does, they say what the search costs.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from backend.circuits import NodeSet, SearchConfig, evaluate
from backend.circuits.edges import circuit_alone, count_edges
from backend.circuits.search.config import SearchFailed, Watcher
from backend.circuits.search.eliminate import Eliminator
from backend.circuits.search.methods import METHODS
from backend.circuits.search.methods.paper import RandomSearch
from backend.circuits.search.methods.trials import PaperConfig
from backend.circuits.search.problem import Found, Problem
from backend.circuits.search.run import pose
from backend.circuits.statistics import Estimate, cluster_bootstrap
from benchmarks.search_rows import table
from models import load_checkpoint
from models.checkpoints import Checkpoint
from tasks import Batch, Task, get_task

TASKS = "single_double_quote,bracket_counting"


class Trial(BaseModel):
    """One trial: a line of the ledger.

    Attributes:
        digest: of the checkpoint.
        number: of the trial.
        seconds: of the processor.
        forward: passes of a batch.
        backward: passes of a batch.
        edges: that the nodes induce; None where no set of the trial's ranking meets the target.
        nodes: names of the circuit's nodes, where it is the smallest so far.
        size: number of its nodes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    number: int
    seconds: float
    forward: int
    backward: int
    edges: int | None = None
    size: int | None = None
    nodes: list[str] | None = None

    @property
    def rank(self) -> tuple[float, float]:
        """Edges, then nodes; smaller is better."""
        if self.edges is None or self.size is None:
            return (math.inf, math.inf)
        return (self.edges, self.size)


class Ledger:
    """The trials of one search, kept in a file.

    Args:
        path: JSON lines.
        digest: of the checkpoint they are of.

    Raises:
        ValueError: the file's are of another.
    """

    def __init__(self, path: Path, digest: str) -> None:
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.trials = [Trial.model_validate_json(line) for line in lines if line]
        if any(trial.digest != digest for trial in self.trials):
            raise ValueError(f"{path}: trials of another checkpoint; name another folder")

    def add(self, trial: Trial) -> None:
        """Write one down."""
        self.trials.append(trial)
        with self.path.open("a") as file:
            file.write(trial.model_dump_json() + "\n")

    def best(self, trials: int) -> Trial | None:
        """The smallest circuit of the first so many; None where none meets the target."""
        found = min(self.trials[:trials], key=lambda trial: trial.rank, default=None)
        return None if found is None or found.edges is None else found


def fill(ledger: Ledger, problem: Problem, digest: str, trials: int) -> None:
    """Run the trials that the ledger lacks."""
    search = RandomSearch(problem, PaperConfig())
    for number in range(len(ledger.trials), trials):
        before = (time.process_time(), problem.passes.forward, problem.passes.backward)
        nodes = search.trial(number, search.config.steps_range[1])
        spent = Trial(
            digest=digest,
            number=number,
            seconds=time.process_time() - before[0],
            forward=problem.passes.forward - before[1],
            backward=problem.passes.backward - before[2],
        )
        if nodes is not None:
            size = {"edges": count_edges(problem.model, nodes), "size": len(nodes)}
            spent = spent.model_copy(update=size)
            best = ledger.best(len(ledger.trials))
            if best is None or spent.rank < best.rank:
                spent = spent.model_copy(update={"nodes": nodes.names()})
        ledger.add(spent)
        print(f"{ledger.path.stem}: trial {number}, {spent.edges} induced edges", flush=True)


@dataclass(frozen=True)
class Outcome:
    """What a method found.

    Attributes:
        method: its name.
        found: the circuit.
        test: loss on test pairs with its interval, nats.
        seconds: of the processor.
        forward: passes of a batch.
        backward: passes of a batch.
    """

    method: str
    found: Found
    test: Estimate
    seconds: float
    forward: int
    backward: int


class Measured:
    """Measures methods on one problem.

    Args:
        problem: to solve; passes are counted from where it stands.
        test: pairs that report.
    """

    def __init__(self, problem: Problem, test: Batch) -> None:
        self.problem, self.test = problem, test

    def outcome(
        self, method: str, find: Callable[[Problem], Found], before: Iterable[Trial] = ()
    ) -> Outcome:
        """Run a method and say what it cost, with the trials it stands on."""
        passes, trials = self.problem.passes, list(before)
        begun = (time.process_time(), passes.forward, passes.backward)
        found = find(self.problem)
        return Outcome(
            method=method,
            found=found,
            test=self._loss(found),
            seconds=time.process_time() - begun[0] + sum(each.seconds for each in trials),
            forward=passes.forward - begun[1] + sum(each.forward for each in trials),
            backward=passes.backward - begun[2] + sum(each.backward for each in trials),
        )

    def _loss(self, found: Found) -> Estimate:
        alone = circuit_alone(found.nodes, self.problem.values, found.dropped)
        losses = evaluate(self.problem.model, self.test, alone).losses
        return cluster_bootstrap(losses, self.test.template)


def eliminated(problem: Problem, nodes: NodeSet) -> Found:
    """What exact elimination of single nodes leaves of a circuit."""
    eliminator = Eliminator(problem)
    return Found(problem.alone.numbering.node_set(eliminator.nodes(eliminator.draft(nodes)).keep))


def milestones(trials: int) -> list[int]:
    """1, 2, 4, ... and the number itself."""
    doubled = [2**power for power in range(trials.bit_length()) if 2**power < trials]
    return [*doubled, trials]


def growth_lines(ledger: Ledger, trials: int) -> list[list[str]]:
    """A line a milestone: the best circuit so far, and what it cost."""
    lines = []
    for count in milestones(trials):
        best = ledger.best(count)
        spent = sum(trial.seconds for trial in ledger.trials[:count])
        sizes = ["-", "-"] if best is None else [str(best.edges), str(best.size)]
        lines.append([str(count), *sizes, f"{spent:.0f}"])
    return lines


OUTCOME_HEAD = (
    "task", "method", "induced edges", "kept edges", "nodes", "test loss", "met",
    "processor seconds", "forward", "backward",
)  # fmt: skip


def outcome_line(task: str, outcome: Outcome, problem: Problem) -> list[str]:
    """A method's line of the table."""
    edges = count_edges(problem.model, outcome.found.nodes)
    test = outcome.test
    return [
        task,
        outcome.method,
        str(edges),
        str(edges - len(outcome.found.dropped)),
        str(len(outcome.found.nodes)),
        f"{test.value:.3f} [{test.low:.3f}, {test.high:.3f}]",
        "yes" if test.value <= problem.config.target_loss else "no",
        f"{outcome.seconds:.0f}",
        str(outcome.forward),
        str(outcome.backward),
    ]


def compare(
    checkpoint: Checkpoint, task: Task, config: SearchConfig, folder: Path, markdown: bool
) -> None:
    """Run what is missing of one task, and print its tables."""
    ledger_path = folder / f"{task.name}-{config.seed}-{config.target_loss:g}.jsonl"
    ledger = Ledger(ledger_path, checkpoint.digest)
    problem, test = pose(checkpoint, task, config, Watcher())
    fill(ledger, problem, checkpoint.digest, config.trials)
    head = ("trials", "induced edges", "nodes", "processor seconds")
    print("\n" + table(head, growth_lines(ledger, config.trials), markdown) + "\n")
    measured, trials = Measured(problem, test), ledger.trials[: config.trials]
    outcomes = []
    best = ledger.best(config.trials)
    if best is None:
        print(f"{task.name}: no trial meets the target\n")
    else:
        assert best.nodes is not None
        nodes = NodeSet.of(checkpoint.config, best.nodes)
        outcomes += [
            measured.outcome("paper", lambda _: Found(nodes), trials),
            measured.outcome("paper+elimination", lambda each: eliminated(each, nodes), trials),
        ]
    try:
        outcomes.append(measured.outcome("path", METHODS["path"].find))
    except SearchFailed as failure:
        print(f"{task.name}, path: {failure.detail}\n")
    lines = [outcome_line(task.name, outcome, problem) for outcome in outcomes]
    print(table(OUTCOME_HEAD, lines, markdown), flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Two tables a task."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path, help="of the ledgers")
    parser.add_argument("--tasks", default=TASKS, help="names, with commas between")
    parser.add_argument("--trials", type=int, default=256)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--target", type=float, default=0.15, help="nats")
    parser.add_argument("--markdown", action="store_true", help="tables for the documentation")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    checkpoint = load_checkpoint(options.checkpoint)
    config = SearchConfig(trials=options.trials, seed=options.seed, target_loss=options.target)
    for name in options.tasks.split(","):
        try:
            compare(checkpoint, get_task(name), config, options.folder, options.markdown)
        except ValueError as error:
            parser.error(str(error))


if __name__ == "__main__":
    main()
