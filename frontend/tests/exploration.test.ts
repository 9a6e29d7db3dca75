import { describe, expect, it } from "vitest";

import type { Exploration } from "../src/state/exploration";
import { describeStep } from "../src/state/steps";
import {
  isEdgeKept,
  isEdgeName,
  isKept,
  isUntouched,
  question,
  reset,
  toggle,
  toggleEdge,
  untouched,
} from "../src/state/exploration";

const NODE = "0.mlp.post_act.863";
const OTHER = "1.attn.q.12";
const start = untouched("a-1");

describe("toggle", () => {
  it("ablates a kept node and restores it again", () => {
    const once = toggle(start, [NODE]);
    expect([...once.ablated]).toEqual([NODE]);
    expect(isKept(once, NODE)).toBe(false);
    expect(toggle(once, [NODE])).toEqual(start);
  });

  it("restores to the model where the mode ablates the circuit", () => {
    const inverse = { ...start, mode: "circuit_ablated" as const };
    expect(isKept(inverse, NODE)).toBe(false);
    const once = toggle(inverse, [NODE]);
    expect([...once.restored]).toEqual([NODE]);
    expect(once.ablated.size).toBe(0);
    expect(isKept(once, NODE)).toBe(true);
    expect(toggle(once, [NODE])).toEqual(inverse);
  });

  it("never leaves a node both ablated and restored, whatever the mode was before", () => {
    const ablated = { ...toggle(start, [NODE]), mode: "circuit_ablated" as const };
    const restored = toggle(ablated, [NODE]);
    expect(restored.ablated.has(NODE)).toBe(false);
    expect(isKept(restored, NODE)).toBe(true);
    const again = toggle({ ...restored, mode: "model" }, [NODE]);
    expect(again.restored.has(NODE)).toBe(false);
    expect(isKept(again, NODE)).toBe(false);
  });

  it("takes each of several nodes by itself", () => {
    const both = toggle(toggle(start, [NODE]), [NODE, OTHER]);
    expect([...both.ablated]).toEqual([OTHER]);
  });
});

describe("toggleEdge", () => {
  const kept = { source: NODE, target: OTHER, kept: true };
  const pruned = { ...kept, target: "0.mlp.resid_delta.2", kept: false };
  const name = `${NODE}>${OTHER}`;

  it("ablates a kept edge and restores it again", () => {
    const once = toggleEdge(start, kept);
    expect([...once.ablatedEdges]).toEqual([name]);
    expect(isEdgeKept(once, kept)).toBe(false);
    expect(toggleEdge(once, kept)).toEqual(start);
  });

  it("restores an edge that the search pruned, and takes it out again", () => {
    expect(isEdgeKept(start, pruned)).toBe(false);
    const once = toggleEdge(start, pruned);
    expect([...once.restoredEdges]).toEqual([`${NODE}>0.mlp.resid_delta.2`]);
    expect(isEdgeKept(once, pruned)).toBe(true);
    expect(toggleEdge(once, pruned)).toEqual(start);
  });

  it("finds pruned edges kept in the whole model, and ablates them there", () => {
    const model = { ...start, mode: "model" as const };
    expect(isEdgeKept(model, pruned)).toBe(true);
    expect(toggleEdge(model, pruned).ablatedEdges.size).toBe(1);
    const ablated = { ...toggleEdge(model, pruned), mode: "circuit" as const };
    const restored = toggleEdge(ablated, pruned);
    expect(restored.ablatedEdges.size).toBe(0);
    expect(isEdgeKept(restored, pruned)).toBe(true);
  });

  it("is asked about, described, and undone by a reset", () => {
    const once = toggleEdge(start, kept);
    expect(question(once, null).ablated_edges).toEqual([name]);
    expect(describeStep(start, once)).toBe(`ablate ${name}`);
    expect(isUntouched(once)).toBe(false);
    expect(describeStep(start, toggleEdge(start, pruned))).toContain("restore");
    const both = toggleEdge(once, pruned);
    expect(describeStep(both, toggleEdge(both, kept))).toBe(`restore ${name}`);
    expect(reset(both)).toEqual(start);
  });

  it("has a name that is no node's", () => {
    expect([name, NODE, null].map(isEdgeName)).toEqual([true, false, false]);
  });
});

describe("question", () => {
  it("is the same whatever the order of toggles was", () => {
    const one = toggle(toggle(start, [NODE]), [OTHER]);
    const two = toggle(toggle(start, [OTHER]), [NODE]);
    expect(question(one, null)).toEqual(question(two, null));
  });

  it("does not change with view and selection", () => {
    const looked: Exploration = { ...start, view: "table", selection: NODE };
    expect(question(looked, null)).toEqual(question(start, null));
    expect(question({ ...start, seed: 1 }, null)).not.toEqual(question(start, null));
  });
});

describe("describeStep", () => {
  it.each([
    [toggle(start, [NODE]), `ablate ${NODE}`],
    [toggle(start, [NODE, OTHER]), "ablate 2 nodes"],
    [{ ...start, mode: "model" as const }, "mode: whole model"],
    [{ ...start, value: "resample" as const }, "ablate by resampled"],
    [{ ...start, view: "table" as const }, "table view"],
    [{ ...start, prompt: "x =" }, "prompt"],
    [start, "no change"],
  ])("says what a step did: %#", (next, words) => {
    expect(describeStep(start, next)).toBe(words);
  });

  it("tells a restored node from a reset", () => {
    const both = toggle(start, [NODE, OTHER]);
    expect(describeStep(both, toggle(both, [NODE]))).toBe(`restore ${NODE}`);
    expect(describeStep(both, reset(both))).toBe("reset");
  });
});
