"""The benchmark's arithmetic, on rows made by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from benchmarks.search import Budget, budget_of, describe, rows_in
from benchmarks.search_rows import (
    Row,
    common_tasks,
    geometric_mean,
    mean_sizes,
    mean_sizes_by_seed,
    meets,
    misses,
    needless_tasks,
    report,
    size_of,
    spread,
    table,
)


def row(
    method: str, task: str, seed: int, edges: int | None, loss: float = 0.1, nothing: float = 0.7
) -> Row:
    """A search that found so many edges, or failed."""
    empty = Row(
        digest="d",
        task=task,
        seed=seed,
        method=method,
        target=0.15,
        trials=256,
        rule="match path",
        budget=10,
        whole=0.01,
        nothing=nothing,
        seconds=9.5,
    )
    if edges is None:
        return empty.model_copy(update={"failure": "nothing reaches 0.15"})
    found = {"induced_edges": edges, "kept_edges": edges - 1, "nodes": edges + 2}
    losses = {"test_loss": loss, "validation_loss": 0.12, "low": loss - 0.02, "high": loss + 0.02}
    return empty.model_copy(update={**found, **losses, "forward": 100, "backward": 50})


ROWS = [
    # Both meet "quotes": medians 4 and 16.
    *(row("path", "quotes", seed, edges) for seed, edges in enumerate([3, 4, 9])),
    *(row("paper", "quotes", seed, edges) for seed, edges in enumerate([16, 12, 90])),
    # Both meet "loops", `paper` with two of three seeds; the missed seed's size does not count.
    *(row("path", "loops", seed, 9) for seed in range(3)),
    *(row("paper", "loops", seed, 36) for seed in range(2)),
    row("paper", "loops", 2, 1, loss=0.16),
    # `paper` meets "brackets" with one seed of three only.
    *(row("path", "brackets", seed, 50) for seed in range(3)),
    row("paper", "brackets", 0, 60),
    row("paper", "brackets", 1, 10, loss=0.2),
    row("paper", "brackets", 2, None),
    # "trivial" is met with every node ablated.
    *(
        row(method, "trivial", seed, 0, nothing=0.1)
        for method in ("path", "paper")
        for seed in (0,)
    ),
]


def test_geometric_means_count_no_edge_as_one() -> None:
    assert geometric_mean([4, 9]) == pytest.approx(6)
    assert geometric_mean([0, 16]) == pytest.approx(4)
    assert math.isnan(geometric_mean([]))


def test_a_task_is_met_by_more_than_half_of_the_seeds() -> None:
    assert meets(ROWS, "paper", "loops")
    assert not meets(ROWS, "paper", "brackets")
    assert not meets([row("path", "a", 0, 3), row("path", "a", 1, None)], "path", "a")


def test_common_tasks_need_a_circuit_and_are_met_by_every_method() -> None:
    assert needless_tasks(ROWS) == ["trivial"]
    assert common_tasks(ROWS) == ["quotes", "loops"]


def test_sizes_are_medians_over_the_seeds_that_meet() -> None:
    assert size_of(ROWS, "paper", "quotes") == 16
    assert size_of(ROWS, "paper", "loops") == 36
    assert mean_sizes(ROWS) == pytest.approx({"path": 6, "paper": 24})


def test_each_seed_has_geometric_means_of_its_own() -> None:
    by_seed = mean_sizes_by_seed(ROWS)
    # Seed 0 has three common tasks, seed 1 two, seed 2 "quotes" alone.
    assert by_seed["path"] == pytest.approx([(3 * 9 * 50) ** (1 / 3), 6, 9])
    assert by_seed["paper"] == pytest.approx([(16 * 36 * 60) ** (1 / 3), (12 * 36) ** 0.5, 90])


def test_misses_name_task_and_seed() -> None:
    assert misses(ROWS, "paper") == {"loops": [2], "brackets": [1, 2]}
    assert misses(ROWS, "path") == {}


def test_the_report_says_ratios_misses_and_what_is_left_out() -> None:
    text = report(ROWS, markdown=True)
    assert "Over the 2 tasks that all methods meet (quotes, loops):" in text
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    assert ["paper", "induced edges", "24.0", "4.00"] in [line[:4] for line in lines]
    assert ["quotes", "paper", "16 (12-90)", "15 (11-89)", "18 (14-92)"] in [
        line[:5] for line in lines
    ]
    assert ["brackets", "paper", "1/3"] in [[*line[:2], line[-1]] for line in lines if line]
    assert "Missed by paper on test pairs: loops (seeds 2), brackets (seeds 1, 2)." in text
    assert "Missed by path on test pairs: none." in text
    assert "Need no circuit, left out: trivial." in text


def test_a_report_without_the_method_to_compare_with_has_no_ratios() -> None:
    text = report([each for each in ROWS if each.method == "paper"], markdown=False)
    assert "| " not in text
    assert "24.0" in text


def test_a_report_without_a_task_that_all_meet_has_no_means() -> None:
    text = report([each for each in ROWS if each.task == "brackets"], markdown=True)
    assert "No task that all methods meet" in text
    assert "geometric mean" not in text
    assert "Missed by paper on test pairs: brackets (seeds 1, 2)." in text


def test_spreads_and_tables() -> None:
    assert spread([3, 1, 2]) == "2 (1-3)"
    assert spread([1, 2]) == "1.5 (1-2)"
    assert spread([0.1234, 0.1234], 3) == "0.123"
    assert spread([None]) == "-"
    assert table(["a", "b", "c"], [["x", "yy", "1"]], markdown=True).splitlines() == [
        "| a   | b   |   c |",
        "| --- | --- | --: |",
        "| x   | yy  |   1 |",
    ]


def test_rows_survive_a_file_and_know_what_was_asked(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    assert rows_in(path, resume=False) == []
    path.write_text("".join(each.model_dump_json() + "\n" for each in ROWS))
    assert rows_in(path, resume=True) == ROWS
    with pytest.raises(ValueError, match="--resume"):
        rows_in(path, resume=False)
    assert len({each.key for each in ROWS}) == len(ROWS)
    more = ROWS[0].model_copy(update={"trials": 3})
    assert more.key == ROWS[0].key  # only `paper` counts trials
    assert ROWS[3].model_copy(update={"trials": 3}).key != ROWS[3].key


def test_budgets() -> None:
    assert budget_of(None, None, ["path", "paper"]) == Budget("path", None)
    assert budget_of(None, None, ["paper"]) == Budget(None, None)
    assert budget_of(None, "none", ["path"]).rule == "none"
    assert budget_of(None, "20", ["path"]) == Budget(None, 20)
    assert budget_of("paper", None, ["paper"]).rule == "match paper"
    with pytest.raises(ValueError, match="exclude each other"):
        budget_of("path", "20", ["path"])
    with pytest.raises(ValueError, match="not among"):
        budget_of("path", None, ["paper"])


def test_a_line_tells_misses_and_failures() -> None:
    assert "misses the target" in describe(row("path", "a", 0, 5, loss=0.2))
    assert "nothing reaches 0.15" in describe(row("path", "a", 0, None))
    assert describe(row("path", "a", 0, 5)).endswith("50")
    assert describe(row("path", "a", 0, 0, nothing=0.1)).endswith("needs no circuit")
