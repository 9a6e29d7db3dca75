"""What `benchmarks/search.py` measures of one search, and what it makes of many.

The rules (Gao et al. 2025, section 2, with the misses in sight): a method meets a task where more
than half of its seeds meet the target on test pairs; its size there is the median over the seeds
that do. Geometric means are over the tasks that all methods meet, of max(edges, 1). Tasks whose
loss with every node ablated meets the target already need no circuit and are left out.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from backend.circuits import Circuit
from backend.circuits.statistics import Estimate


class Row(BaseModel):
    """One search: a line of the JSON file. Losses in nats, on test pairs unless said otherwise.

    Attributes:
        digest: of the checkpoint.
        trials: that `paper` may make.
        rule: how the time budget was set: `none`, `match path` or seconds.
        budget: that time in seconds; None for as long as it takes.
        whole: loss of the whole model.
        nothing: loss with every node ablated.
        failure: why there is no circuit; None if there is one.
        low: end of the 95% interval over templates of the test loss.
        high: the other end.
        validation_loss: on the pairs that select.
        seconds: wall-clock, of the whole search with its report.
        forward: passes of a batch.
        backward: passes of a batch.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    task: str
    seed: int
    method: str
    target: float
    trials: int
    rule: str
    budget: float | None
    whole: float
    nothing: float
    seconds: float
    failure: str | None = None
    slug: str | None = None
    induced_edges: int | None = None
    kept_edges: int | None = None
    nodes: int | None = None
    test_loss: float | None = None
    low: float | None = None
    high: float | None = None
    validation_loss: float | None = None
    forward: int | None = None
    backward: int | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What was asked; a run that goes on does not ask it again."""
        asked = (self.digest, self.task, self.seed, self.method, self.target, self.rule)
        return (*asked, self.trials if self.method.startswith("paper") else None)

    @property
    def met(self) -> bool:
        """The circuit meets the target on test pairs."""
        return self.test_loss is not None and self.test_loss <= self.target

    @property
    def needs_no_circuit(self) -> bool:
        """The target is met with every node ablated."""
        return self.nothing <= self.target

    def with_circuit(self, circuit: Circuit, interval: Estimate) -> Row:
        """This row with what was found."""
        provenance = circuit.provenance
        return self.model_copy(
            update={
                "failure": None,
                "slug": circuit.slug,
                "induced_edges": circuit.induced_edges,
                "kept_edges": circuit.kept_edges,
                "nodes": len(circuit.nodes),
                "test_loss": circuit.task_loss,
                "low": interval.low,
                "high": interval.high,
                "validation_loss": provenance.validation_loss,
                "seconds": provenance.seconds,
                "forward": provenance.passes.get("forward"),
                "backward": provenance.passes.get("backward"),
            }
        )


def geometric_mean(sizes: Iterable[float]) -> float:
    """exp(mean(log(max(size, 1)))); NaN of nothing."""
    logs = [math.log(max(size, 1)) for size in sizes]
    return math.exp(statistics.fmean(logs)) if logs else math.nan


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _of(rows: Iterable[Row], method: str, task: str) -> list[Row]:
    return [row for row in rows if row.method == method and row.task == task]


def needless_tasks(rows: Iterable[Row]) -> list[str]:
    """Tasks that need no circuit."""
    return _distinct(row.task for row in rows if row.needs_no_circuit)


def meets(rows: Sequence[Row], method: str, task: str) -> bool:
    """More than half of the method's seeds meet the target of the task on test pairs."""
    own = _of(rows, method, task)
    return sum(row.met for row in own) > len(own) / 2


def common_tasks(rows: Sequence[Row]) -> list[str]:
    """Tasks that need a circuit and that every method of the rows meets."""
    needless = needless_tasks(rows)
    methods = _distinct(row.method for row in rows)
    return [
        task
        for task in _distinct(row.task for row in rows)
        if task not in needless and all(meets(rows, method, task) for method in methods)
    ]


def size_of(rows: Sequence[Row], method: str, task: str) -> float:
    """Median induced edges over the seeds that meet the target on test pairs."""
    own = [row.induced_edges for row in _of(rows, method, task) if row.met]
    return statistics.median(edges for edges in own if edges is not None)


def misses(rows: Sequence[Row], method: str) -> dict[str, list[int]]:
    """Seeds with which a method misses the target on test pairs, by task that needs a circuit."""
    found: dict[str, list[int]] = {}
    for row in rows:
        if row.method == method and not row.met and not row.needs_no_circuit:
            found.setdefault(row.task, []).append(row.seed)
    return found


def mean_sizes(rows: Sequence[Row]) -> dict[str, float]:
    """Geometric mean of induced edges by method, over the common tasks."""
    tasks = common_tasks(rows)
    return {
        method: geometric_mean(size_of(rows, method, task) for task in tasks)
        for method in _distinct(row.method for row in rows)
    }


def mean_sizes_by_seed(rows: Sequence[Row]) -> dict[str, list[float]]:
    """`mean_sizes` of each seed alone, but for seeds in which no task is met by all methods."""
    found: dict[str, list[float]] = {}
    for seed in sorted({row.seed for row in rows}):
        own = [row for row in rows if row.seed == seed]
        if common_tasks(own):
            for method, size in mean_sizes(own).items():
                found.setdefault(method, []).append(size)
    return found


def table(head: Sequence[str], lines: Iterable[Sequence[str]], markdown: bool) -> str:
    """Columns under their heads, the first two to the left, the others to the right."""
    cells = [list(head), *(list(line) for line in lines)]
    widths = [max(3, *(len(line[i]) for line in cells)) for i in range(len(head))]
    aligned = [
        [
            cell.ljust(width) if i < 2 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        for line in cells
    ]
    if not markdown:
        return "\n".join("  ".join(line).rstrip() for line in aligned)
    rule = ["-" * width if i < 2 else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (aligned[0], rule, *aligned[1:]))


def spread(values: Iterable[float | None], digits: int = 0) -> str:
    """Median and range: `14 (12-19)`; one number where all are the same, a dash for none."""
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    middle, low, high = (
        f"{value:.{digits}f}" for value in (statistics.median(known), min(known), max(known))
    )
    if low == high:
        return low
    if digits == 0 and statistics.median(known) % 1:
        middle = f"{statistics.median(known):.1f}"
    return f"{middle} ({low}-{high})"


TASK_HEAD = (
    "task", "method", "induced edges", "kept edges", "nodes", "test loss", "validation loss",
    "seconds", "forward", "backward", "met",
)  # fmt: skip


def task_lines(rows: Sequence[Row]) -> list[list[str]]:
    """A line a task and method: medians and ranges over seeds, and how many seeds meet."""
    lines = []
    for task in _distinct(row.task for row in rows):
        for method in _distinct(row.method for row in rows if row.task == task):
            own = _of(rows, method, task)
            single = own[0] if len(own) == 1 else None
            loss = spread((row.test_loss for row in own), 3)
            if single is not None and single.low is not None:
                loss += f" [{single.low:.3f}, {single.high:.3f}]"
            lines.append(
                [
                    task,
                    method,
                    spread(row.induced_edges for row in own),
                    spread(row.kept_edges for row in own),
                    spread(row.nodes for row in own),
                    loss,
                    spread((row.validation_loss for row in own), 3),
                    spread((row.seconds for row in own), 1),
                    spread(row.forward for row in own),
                    spread(row.backward for row in own),
                    f"{sum(row.met for row in own)}/{len(own)}",
                ]
            )
    return lines


def mean_lines(rows: Sequence[Row], beside: str) -> list[list[str]]:
    """A line a method: geometric mean over the common tasks, its ratio, both seed by seed."""
    means, by_seed = mean_sizes(rows), mean_sizes_by_seed(rows)
    lines = []
    for method, mean in means.items():
        ratio, ratios = "-", "-"
        if beside in means:
            ratio = f"{mean / means[beside]:.2f}"
            pairs = zip(by_seed.get(method, []), by_seed.get(beside, []), strict=True)
            ratios = spread((own / other for own, other in pairs), 2)
        seeds = spread(by_seed.get(method, []), 1)
        lines.append([method, "induced edges", f"{mean:.1f}", ratio, seeds, ratios])
    return lines


def report(rows: Sequence[Row], markdown: bool, beside: str = "path") -> str:
    """Tables and lists of one target.

    Args:
        rows: of one checkpoint and target.
        markdown: for the documentation.
        beside: the method that ratios are to.
    """
    tasks, needless = common_tasks(rows), needless_tasks(rows)
    head = (
        "method",
        "geometric mean of",
        "all seeds",
        f"/ {beside}",
        "by seed",
        f"/ {beside} by seed",
    )
    parts = [table(TASK_HEAD, task_lines(rows), markdown)]
    if tasks:
        parts += [
            f"Over the {len(tasks)} tasks that all methods meet ({', '.join(tasks)}):",
            table(head, mean_lines(rows, beside), markdown),
        ]
    else:
        parts.append("No task that all methods meet, so no means.")
    for method in _distinct(row.method for row in rows):
        missed = [
            f"{task} (seeds {', '.join(map(str, seeds))})"
            for task, seeds in misses(rows, method).items()
        ]
        parts.append(f"Missed by {method} on test pairs: {', '.join(missed) or 'none'}.")
    parts.append(f"Need no circuit, left out: {', '.join(needless) or 'none'}.")
    return "\n\n".join(parts)
