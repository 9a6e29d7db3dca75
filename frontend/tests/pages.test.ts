import { describe, expect, it } from "vitest";

import { asProblem, ApiError, problemOf } from "../src/api/problem";
import type { CircuitSummary, Progress } from "../src/api/types";
import { cardSections, cardTasks } from "../src/state/card";
import { choices, filterFrom, filterQuery, filtered } from "../src/state/circuit_filter";
import { cellKey, exception, matrix } from "../src/state/matrix";
import { reordered, sorted } from "../src/state/order";
import { decades, series } from "../src/state/progress";
import { shortcutOf } from "../src/state/shortcuts";
import { byCircuits, usualCheckpoint } from "../src/state/usual_checkpoint";

function circuit(slug: string, edges: number, loss: number): CircuitSummary {
  return {
    slug,
    checkpoint: "c",
    task: "t",
    node_count: 1,
    induced_edges: edges,
    kept_edges: edges,
    task_loss: loss,
    accuracy: 1,
    target_loss: 0.15,
    meets_target: loss <= 0.15,
    seed: 0,
    seconds: 1,
    created: "2026-11-20T10:22:00Z",
    method: "path",
    has_report: false,
    stories: 0,
  };
}

describe("the usual checkpoint", () => {
  const named = (...names: string[]) => names.map((name) => ({ name }));
  const found = (...checkpoints: string[]) => checkpoints.map((checkpoint) => ({ checkpoint }));

  it("is the one with the most circuits", () => {
    expect(usualCheckpoint(named("a", "b", "c"), found("c", "b", "b"))).toBe("b");
  });

  it("is the first of those with equally many", () => {
    expect(usualCheckpoint(named("a", "b", "c"), found("c", "b"))).toBe("b");
    expect(usualCheckpoint(named("a", "b"), [])).toBe("a");
    expect(byCircuits(named("a", "b", "c"), found("c"))).toEqual(named("c", "a", "b"));
  });

  it("is one that is there", () => {
    expect(usualCheckpoint(named("a", "b"), found("gone", "gone", "b"))).toBe("b");
    expect(usualCheckpoint([], found("gone"))).toBeUndefined();
  });
});

describe("matrix", () => {
  const best = (...circuits: CircuitSummary[]) => matrix(circuits).get(cellKey("c", "t"));

  it("shows the smallest circuit that meets its target", () => {
    const cell = best(circuit("a", 40, 0.1), circuit("b", 5, 0.4), circuit("c", 12, 0.14));
    expect(cell?.best.slug).toBe("c");
    expect(cell?.others).toBe(2);
  });

  it("holds circuits found for other targets to the usual one", () => {
    const loose = { ...circuit("loose", 2, 0.4), target_loss: 0.5, meets_target: true };
    const strict = { ...circuit("strict", 9, 0.04), target_loss: 0.05 };
    expect(best(loose, circuit("usual", 12, 0.14))?.best.slug).toBe("usual");
    expect(best(circuit("usual", 12, 0.14), strict)?.best.slug).toBe("strict");
    expect(best(circuit("missed", 20, 0.2), loose)?.best.slug).toBe("missed");
    expect([loose, strict, circuit("missed", 1, 0.2)].map(exception)).toEqual([
      "meets 0.5",
      null,
      "misses 0.15",
    ]);
  });

  it("shows the one of least loss where none meets it", () => {
    expect(best(circuit("a", 40, 0.3), circuit("b", 5, 0.4))?.best.slug).toBe("a");
  });
});

describe("the filter of circuits", () => {
  const loose = { ...circuit("loose", 2, 0.4), target_loss: 0.5, task: "u" };
  const all = [circuit("a", 40, 0.1), loose];

  it("is its query", () => {
    expect(filterQuery(filterFrom("?task=u&target=0.5"))).toBe("task=u&target=0.5");
    expect(filterQuery(filterFrom(""))).toBe("");
  });

  it("lets through what has all that is chosen", () => {
    expect(filtered(all, filterFrom(""))).toEqual(all);
    expect(filtered(all, filterFrom("?target=0.5&task=u"))).toEqual([loose]);
    expect(filtered(all, filterFrom("?target=0.5&task=t"))).toEqual([]);
  });

  it("offers what there is, and what is chosen", () => {
    expect(choices(all, "target", "")).toEqual(["0.15", "0.5"]);
    expect(choices(all, "task", "gone")).toEqual(["gone", "t", "u"]);
  });
});

describe("series", () => {
  it("lets each stage go on where the one before it ended", () => {
    const event = (stage: string, at: number, edges: number | null): Progress => ({
      stage,
      step: at,
      steps: 10,
      loss: 0.5,
      nodes: 9,
      edges,
    });
    const found = series([event("masks", 0, null), event("masks", 8, 4), event("bisection", 1, 3)]);
    expect(found.x).toEqual([0, 8, 9]);
    expect(found.edges).toEqual([null, 4, 3]);
    expect(found.stages).toEqual([
      { name: "masks", start: 0 },
      { name: "bisection", start: 8 },
    ]);
  });
});

describe("decades", () => {
  it("are whole ones around every size, nodes and edges", () => {
    expect(decades({ nodes: [5632, 12], edges: [null, 8] })).toEqual([0, 4]);
    expect(decades({ nodes: [1000, 100], edges: [] })).toEqual([1, 3]);
  });

  it("are there before anything is drawn, and with sizes of 0", () => {
    expect(decades({ nodes: [], edges: [] })).toEqual([1, 2]);
    expect(decades({ nodes: [20, 0], edges: [0] })).toEqual([1, 2]);
  });
});

describe("cardTasks", () => {
  it("makes a table of a card's tasks", () => {
    const table = cardTasks({ tasks: { x: { loss: 0.5, n: 3 }, y: { loss: 0.25 } }, other: 1 });
    expect(table.columns).toEqual(["loss", "n"]);
    expect(table.rows).toEqual([
      { task: "x", values: ["0.5000", "3"] },
      { task: "y", values: ["0.2500", ""] },
    ]);
  });

  it("keeps the rest in sections, nested names joined by dots", () => {
    const card = { name: "m", recipe: { seed: 0, model: { norm: "rms" } }, tasks: { x: { n: 1 } } };
    expect(cardSections(card)).toEqual([
      { name: "", facts: [["name", "m"]] },
      {
        name: "recipe",
        facts: [
          ["seed", "0"],
          ["model.norm", "rms"],
        ],
      },
    ]);
  });

  it("takes any other card as one without tasks", () => {
    expect(cardTasks({ tasks: [1, 2] }).rows).toEqual([]);
  });
});

describe("sorting", () => {
  const rows = [{ n: 2 }, { n: null }, { n: 10 }, { n: 1 }];
  const keys = { n: (row: { n: number | null }) => row.n };

  it("sorts by number either way, missing ones last", () => {
    const order = { by: "n" as const, descending: false };
    expect(sorted(rows, keys, order).map((row) => row.n)).toEqual([1, 2, 10, null]);
    const back = reordered(order, "n");
    expect(sorted(rows, keys, back).map((row) => row.n)).toEqual([10, 2, 1, null]);
  });

  it("sorts names with numbers as people do", () => {
    const names = ["n.10", "n.9"].map((id) => ({ id }));
    const order = { by: "id" as const, descending: false };
    expect(sorted(names, { id: (row) => row.id }, order).map((row) => row.id)).toEqual([
      "n.9",
      "n.10",
    ]);
  });
});

describe("shortcutOf", () => {
  const press = (key: string, held: Partial<Record<"ctrlKey" | "shiftKey" | "altKey", boolean>> = {}) =>
    shortcutOf({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

  it.each([
    [press("z", { ctrlKey: true }), "undo"],
    [press("Z", { ctrlKey: true, shiftKey: true }), "redo"],
    [press("y", { ctrlKey: true }), "redo"],
    [press("R"), "reset"],
    [press("?", { shiftKey: true }), "help"],
    [press("r", { ctrlKey: true }), null],
    [press("t", { altKey: true }), null],
    [press("x"), null],
  ])("%#: %s", (found, expected) => {
    expect(found).toBe(expected);
  });
});

describe("problems", () => {
  it("are in the server's words where it has any", () => {
    const problem = { title: "Not Found", status: 404, detail: "no such circuit", remedy: "look" };
    expect(problemOf(problem, new Response(null, { status: 404 }))).toEqual(problem);
    expect(problemOf("<html>", new Response(null, { status: 502 })).status).toBe(502);
  });

  it("come of any error but one that was wanted", () => {
    const problem = { title: "x", status: 400, detail: "y", remedy: "" };
    expect(asProblem(new ApiError(problem))).toBe(problem);
    expect(asProblem(new TypeError("Failed to fetch"))?.title).toContain("cannot be reached");
    expect(asProblem(new DOMException("", "AbortError"))).toBeNull();
    expect(asProblem("odd")?.detail).toBe("odd");
  });
});
