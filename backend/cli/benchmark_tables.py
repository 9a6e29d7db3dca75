"""What `circuit-explorer benchmark` prints: a line a search, then tables."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.table import Table

from backend.circuits.benchmark import OutcomeKind, SearchOutcome
from backend.circuits.benchmark.cells import Cell, Spread
from backend.circuits.benchmark.comparison import Comparison, EqualLoss, Interval, Mean, Ratio
from backend.cli.common import print_table, results
from backend.jobs.benchmark import Broken

WORDS = {
    OutcomeKind.MET: "met",
    OutcomeKind.MISSED: "missed",
    OutcomeKind.FAILED: "no circuit",
    OutcomeKind.NOT_NEEDED: "needs no circuit",
    OutcomeKind.NOT_POSSIBLE: "not possible",
}


def sentence(ended: SearchOutcome | Broken) -> str:
    """How a search ended, on a line."""
    if isinstance(ended, Broken):
        asked = ended.params
        return f"{_search(asked.checkpoint, asked.task, asked.target_loss, asked.seed)}: " + (
            f"{ended.status}, no outcome. {ended.reason}"
        )
    place = _search(ended.checkpoint, ended.task, ended.target_loss, ended.seed)
    size = f"{ended.induced_edges} induced edges" if ended.slug else ended.detail
    loss = "" if ended.task_loss is None else f", test loss {ended.task_loss:.3f}"
    seconds = "" if ended.seconds is None else f", {ended.seconds:.0f} s"
    return f"{place}: {WORDS[ended.kind]}, {size}{loss}{seconds}"


def _search(checkpoint: str, task: str, target: float, seed: int) -> str:
    return f"{checkpoint} {task} at {target:g}, seed {seed}"


def show(compared: Comparison) -> None:
    """Prints the tables of a comparison."""
    for target in compared.targets:
        print_table(_cells(compared, target))
    print_table(_means(compared.means))
    for mean in compared.means:
        for line in _beside(mean):
            results.print(line, markup=False, soft_wrap=True)
    if compared.ratios:
        print_table(_ratios(compared.ratios))
    for pair in compared.equal_loss:
        for line in equal_loss_lines(pair):
            results.print(line, markup=False, soft_wrap=True)


def _table(title: str, names: Iterable[str], numbers: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in names:
        table.add_column(name, no_wrap=True)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _cells(compared: Comparison, target: float) -> Table:
    table = _table(
        f"Target {target:g} nats",
        ("task", "checkpoint", "outcome"),
        ("induced", "kept", "nodes", "test loss", "95% interval", "s"),
    )
    task = None
    for cell in compared.cells:
        if cell.target_loss != target:
            continue
        if task not in (None, cell.task):
            table.add_section()
        task = cell.task
        table.add_row(*_row(cell))
    return table


def _row(cell: Cell) -> tuple[str, ...]:
    kind = WORDS[cell.kind]
    if cell.seeds > 1:
        kind += f" ({cell.met} of {cell.seeds} seeds meet it)"
    sizes: Iterable[str] = ("-", "-", "-")
    if cell.sizes is not None:
        counted = (cell.sizes.induced_edges, cell.sizes.kept_edges, cell.sizes.nodes)
        sizes = map(_spread, counted)
    loss = "-" if cell.task_loss is None else f"{cell.task_loss:.4f}"
    interval = "-"
    if cell.loss_low is not None and cell.loss_high is not None:
        interval = f"{cell.loss_low:.4f} to {cell.loss_high:.4f}"
    seconds = "-" if cell.seconds is None else f"{cell.seconds:.1f}"
    return cell.task, cell.checkpoint, kind, *sizes, loss, interval, seconds


def _spread(spread: Spread) -> str:
    if spread.low == spread.high:
        return f"{spread.median:g}"
    return f"{spread.median:g} ({spread.low:g} to {spread.high:g})"


def _means(means: Iterable[Mean]) -> Table:
    table = _table(
        "Geometric mean of induced edges over the tasks that meet the target",
        ("checkpoint", "target"),
        ("tasks", "mean", "95% interval", "over common tasks", "95% interval"),
    )
    for mean in means:
        table.add_row(
            mean.checkpoint,
            f"{mean.target_loss:g}",
            str(len(mean.tasks)),
            *_interval(mean.size),
            *_interval(mean.common),
        )
    return table


def _beside(mean: Mean) -> Iterable[str]:
    """The tasks that are not in a mean, and why."""
    for kind, tasks in (
        ("miss the target on test pairs", mean.missed),
        ("have no circuit", mean.failed),
        ("need no circuit", mean.not_needed),
        ("are not possible", mean.not_possible),
    ):
        if tasks:
            yield f"{mean.checkpoint} at {mean.target_loss:g}, {kind}: {', '.join(tasks)}."


def _ratios(ratios: Iterable[Ratio]) -> Table:
    table = _table(
        "How many times larger the circuits of the first are",
        ("first", "second", "target"),
        ("tasks both meet", "ratio", "95% interval"),
    )
    for each in ratios:
        if each.ratio is None:  # no task that both meet
            continue
        table.add_row(
            each.first,
            each.second,
            f"{each.target_loss:g}",
            str(len(each.tasks)),
            *_interval(each.ratio, decimals=2),
        )
    return table


def _interval(interval: Interval | None, decimals: int = 1) -> tuple[str, str]:
    if interval is None:
        return "-", "-"
    return (
        f"{interval.value:.{decimals}f}",
        f"{interval.low:.{decimals}f} to {interval.high:.{decimals}f}",
    )


def equal_loss_lines(pair: EqualLoss) -> Iterable[str]:
    """The ratio of a dense and a sparse checkpoint of like held-out loss, in words."""
    relation = "equal (within 2%)" if pair.equal else "not equal"
    yield (
        f"{pair.sparse} (sparse) and {pair.dense} (dense): held-out losses {relation}, that of the "
        f"sparse one {abs(pair.difference):.1%} {'higher' if pair.difference > 0 else 'lower'}."
    )
    for each in pair.ratios:
        if each.ratio is not None:
            yield (
                f"  at {each.target_loss:g}: sparse circuits {each.ratio.value:.1f} times smaller "
                f"(95% interval {each.ratio.low:.1f} to {each.ratio.high:.1f}, "
                f"{len(each.tasks)} tasks)"
            )
