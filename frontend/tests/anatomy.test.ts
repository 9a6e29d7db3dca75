import { describe, expect, it } from "vitest";

import type { DegreeDistribution, TrainingCurve } from "../src/api/types";
import {
  binName,
  busiest,
  byKind,
  digitTicks,
  doublingBins,
  lookedFrom,
  lookedQuery,
  panelsOf,
  summaryOf,
  unmarked,
  whole,
} from "../src/state/anatomy";

function curve(name: string, kind: TrainingCurve["kind"]): TrainingCurve {
  return { name, kind, steps: [1], values: [2] };
}

describe("panels of a training log", () => {
  const curves = [
    curve("grad_norm", "other"),
    curve("learning_rate", "rate"),
    curve("loss", "loss"),
    curve("held_out_loss", "loss"),
  ];
  const names = (further: string): string[][] =>
    panelsOf(curves, further).map((panel) => panel.curves.map(({ name }) => name));

  it("groups curves of a kind and leaves out empty panels and further columns", () => {
    expect(names("")).toEqual([["loss", "held_out_loss"], ["learning_rate"]]);
  });

  it("adds the further column that is chosen", () => {
    expect(names("grad_norm")).toEqual([["loss", "held_out_loss"], ["learning_rate"], ["grad_norm"]]);
  });
});

it("gives logarithmic axes whole numbers to read them by", () => {
  expect(digitTicks([0.02, 1])).toEqual([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]);
  expect(digitTicks([0, 300])).toEqual([100, 200, 500]);
  expect(digitTicks([0])).toEqual([]);
});

function distribution(layer: number, degrees: number[], nodes: number[]): DegreeDistribution {
  return { site: `${layer}.attn.q`, layer, kind: "attn.q", degrees, nodes };
}

describe("degrees", () => {
  const two = [distribution(0, [0, 3], [5, 1]), distribution(1, [1, 3], [2, 4])];

  it("are added up over layers, or those of one", () => {
    expect(byKind(two, null).get("attn.q")).toEqual({ degrees: [0, 1, 3], nodes: [5, 2, 5] });
    expect(byKind(two, 1).get("attn.q")).toEqual({ degrees: [1, 3], nodes: [2, 4] });
    expect(byKind(two, 7).size).toBe(0);
  });

  it("fall into bins that double, without nodes of no edge", () => {
    const bins = doublingBins({ degrees: [0, 1, 2, 3, 4, 9], nodes: [7, 1, 2, 3, 4, 5] });
    expect(bins).toEqual([
      { from: 1, to: 1, nodes: 1 },
      { from: 2, to: 3, nodes: 5 },
      { from: 4, to: 7, nodes: 4 },
      { from: 8, to: 15, nodes: 5 },
    ]);
  });

  it("are named by their bins", () => {
    expect([binName({ from: 1, to: 1, nodes: 1 }), binName({ from: 1024, to: 2047, nodes: 1 })]).toEqual(
      ["1", "1,024–2,047"],
    );
  });

  it("are summed up", () => {
    const sum = summaryOf({ degrees: [0, 1, 10], nodes: [1, 2, 1] });
    expect(sum).toEqual({ nodes: 4, none: 1, mean: 3, median: 1, largest: 10 });
    expect(summaryOf({ degrees: [2], nodes: [3] }).none).toBe(0);
  });
});

describe("what the section of channels shows", () => {
  it("is in the query, and what makes no sense is nothing", () => {
    for (const query of ["?channel=17", "?token=5"]) {
      expect(lookedQuery(lookedFrom(query))).toBe(query);
    }
    for (const query of ["", "?channel=-1", "?channel=x", "?token=1.5"]) {
      expect(lookedFrom(query)).toBeNull();
    }
  });

  it("begins with the channel of most weights", () => {
    expect(busiest([1, 4, 4], [2, 0, 1])).toBe(2);
    expect(busiest([0, 0], [0, 0])).toBe(0);
  });
});

it("reads marks as the characters they stand for", () => {
  expect(unmarked("␣in⏎⇥")).toBe(" in\n\t");
});

it("takes whole numbers only", () => {
  expect([whole("12"), whole("0"), whole("1e3"), whole(""), whole(null)]).toEqual([12, 0, null, null, null]);
});
