import { describe, expect, it } from "vitest";

import type { BenchmarkCell, BenchmarkMean, Comparison, Contender, EqualLoss } from "../src/api/types";
import {
  leftOut,
  meansByLoss,
  meansByTarget,
  nearestFirst,
  ratioWords,
  sizeKey,
  table,
  targetOf,
} from "../src/state/benchmark";
import type { Comparing } from "../src/state/comparing";
import { EVERYTHING, comparingFrom, comparingQuery, dataQuery, toggled } from "../src/state/comparing";
import { looks } from "../src/state/looks";
import { sorted } from "../src/state/order";

function contender(name: string, dense: boolean, loss: number | null): Contender {
  return {
    name,
    digest: name,
    dense,
    nonzero: 100,
    nonzero_fraction: dense ? 1 : 0.02,
    held_out_loss: loss,
    corpus: "c",
  };
}

function mean(checkpoint: string, target: number, value: number | null): BenchmarkMean {
  return {
    checkpoint,
    target_loss: target,
    size: value === null ? null : { value, low: value / 2, high: value * 2 },
    common: null,
    tasks: ["x"],
    missed: [],
    failed: [],
    not_needed: [],
    not_possible: [],
  };
}

function cell(checkpoint: string, task: string, edges: number, kind: BenchmarkCell["kind"]): BenchmarkCell {
  const spread = { median: edges, low: edges, high: edges };
  return {
    checkpoint,
    task,
    target_loss: 0.15,
    kind,
    seeds: 1,
    met: 1,
    sizes: { induced_edges: spread, kept_edges: spread, nodes: spread },
    detail: "",
  };
}

const comparison: Comparison = {
  size_by: "induced_edges",
  checkpoints: [contender("d", true, 1.6), contender("s", false, 1.7), contender("t", false, null)],
  tasks: ["x", "y", "z"],
  targets: [0.5, 0.15],
  cells: [
    cell("s", "x", 9, "met"),
    cell("s", "y", 2, "missed"),
    cell("s", "z", 5, "met"),
    cell("d", "x", 90, "met"),
  ],
  means: [mean("s", 0.5, 4), mean("s", 0.15, 7), mean("d", 0.15, null), mean("t", 0.15, 3)],
  ratios: [],
  equal_loss: [],
};

describe("the URL of a comparison", () => {
  const state: Comparing = {
    checkpoints: ["a", "b"],
    tasks: ["x"],
    target: 0.05,
    size: "nodes",
    mean: "common",
    sort: { by: "a", descending: true },
    open: "b",
  };

  it("leads back to it", () => {
    const query = comparingQuery(state);
    expect(query).toBe("checkpoints=a,b&tasks=x&size=nodes&target=0.05&mean=common&sort=-a&open=b");
    expect(comparingFrom(`?${query}`)).toEqual(state);
    expect(comparingQuery(EVERYTHING)).toBe("");
    expect(comparingFrom("")).toEqual(EVERYTHING);
  });

  it("is read whatever it says", () => {
    expect(comparingFrom("?size=miles&target=-1&mean=&checkpoints=,,&open=")).toEqual(EVERYTHING);
  });

  it("asks the server for what it computes only", () => {
    expect(dataQuery(state)).toBe("checkpoints=a,b&tasks=x&size=nodes");
  });
});

describe("toggled", () => {
  const all = ["a", "b", "c"];

  it("leaves one out, takes it in again, and knows all of them", () => {
    expect(toggled([], all, "b")).toEqual(["a", "c"]);
    expect(toggled(["a"], all, "c")).toEqual(["a", "c"]);
    expect(toggled(["a", "c"], all, "b")).toEqual([]);
  });

  it("keeps the last one", () => {
    expect(toggled(["a"], all, "a")).toEqual(["a"]);
  });
});

describe("the target shown", () => {
  it("is the one asked for, the usual one or the middle one", () => {
    expect(targetOf([0.5, 0.15, 0.05], 0.05)).toBe(0.05);
    expect(targetOf([0.5, 0.15, 0.05], 0.2)).toBe(0.15);
    expect(targetOf([0.5, 0.3, 0.01], null)).toBe(0.3);
    expect(targetOf([], 0.15)).toBeNull();
  });
});

describe("points", () => {
  it("are means in the order of their targets, where there are any", () => {
    const points = meansByTarget(comparison, "s", "own");
    expect(points.map(({ at, size }) => [at, size.value])).toEqual([[0.15, 7], [0.5, 4]]);
    expect(meansByTarget(comparison, "d", "own")).toEqual([]);
    expect(meansByTarget(comparison, "s", "common")).toEqual([]);
  });

  it("stand at the held-out losses that are known", () => {
    const points = meansByLoss(comparison, 0.15, "own");
    expect(points.map(({ at, checkpoint }) => [at, checkpoint.name])).toEqual([[1.7, "s"]]);
  });
});

describe("words", () => {
  const pair = (sparse: string, difference: number, value: number | null): EqualLoss => ({
    dense: "d",
    sparse,
    difference,
    equal: Math.abs(difference) <= 0.02,
    ratios: [
      {
        first: "d",
        second: sparse,
        target_loss: 0.15,
        tasks: ["x", "y"],
        ratio: value === null ? null : { value, low: 8, high: 120.4 },
      },
    ],
  });

  it("say the ratio, its interval and how equal the losses are", () => {
    const { times, words } = ratioWords(pair("s", -0.006, 16.04), 0.15, "induced_edges");
    expect(times).toBe("16.0");
    expect(words).toContain("At equal pretraining loss (that of s is 0.6% lower)");
    expect(words).toContain("16.0 times as many induced edges");
    expect(words).toContain("8.0 to 120, over 2 tasks");
    expect(ratioWords(pair("s", 0.07, 2), 0.15, "nodes").words).toContain(
      "Not at equal loss (that of s is 7.0% higher)",
    );
    expect(ratioWords(pair("s", 0, null), 0.15, "nodes").times).toBeNull();
  });

  it("tell the nearest pair first", () => {
    const pairs = [pair("far", -0.2, 1), pair("near", 0.01, 1), pair("between", 0.1, 1)];
    expect(nearestFirst(pairs).map(({ sparse }) => sparse)).toEqual(["near", "between", "far"]);
  });

  it("name the tasks left out, by reason", () => {
    const one = { ...mean("s", 0.15, 1), missed: ["x"], not_needed: ["y", "z"] };
    expect(leftOut(one)).toBe("missed: x; needs no circuit: y, z");
    expect(leftOut(mean("s", 0.15, 1))).toBe("");
  });
});

describe("the table", () => {
  it("sorts by the sizes of a checkpoint, those that meet the target first", () => {
    const rows = [...table(comparison, 0.15)];
    const key = sizeKey("s", "induced_edges");
    const order = (descending: boolean): string[] =>
      sorted(rows, { s: key }, { by: "s", descending }).map(([task]) => task);
    expect(order(false)).toEqual(["z", "x", "y"]);
    expect(order(true)).toEqual(["x", "z", "y"]);
    expect(table(comparison, 0.5).size).toBe(0);
  });
});

describe("looks", () => {
  it("tell dense from sparse, and every checkpoint from the next", () => {
    const found = looks(comparison.checkpoints);
    expect(found.get("d")).toMatchObject({ dashed: true, symbol: "circle-open" });
    expect(found.get("s")).toMatchObject({ dashed: false, symbol: "square" });
    expect(new Set([...found.values()].map(({ color }) => color)).size).toBe(3);
  });
});
