import { describe, expect, it } from "vitest";

import { isKept, isUntouched, question, toggle, untouched } from "../src/state/exploration";
import { ablate, invert, keepOnly, rescale, restore, setTo } from "../src/state/operations";
import { describeStep } from "../src/state/steps";

const A = "0.mlp.post_act.1";
const B = "0.mlp.post_act.2";
const C = "1.attn.q.3";
const start = untouched("a-1");
const inverse = { ...start, mode: "circuit_ablated" as const };

describe("what is done to several nodes", () => {
  it("ablates those that are kept and leaves the others", () => {
    const once = ablate([A, B])(toggle(start, [A]));
    expect([...once.ablated]).toEqual([A, B]);
    expect(restore([A, B])(once)).toEqual(start);
  });

  it("restores where the mode ablates", () => {
    const once = restore([A])(inverse);
    expect([...once.restored]).toEqual([A]);
    expect(ablate([A])(once)).toEqual(inverse);
  });

  it("keeps only some of the circuit, in either mode", () => {
    for (const state of [start, inverse]) {
      const once = keepOnly(new Set([B]), [A, B, C])(state);
      expect([A, B, C].filter((node) => isKept(once, node))).toEqual([B]);
    }
  });

  it("inverts each by itself", () => {
    const once = invert([A, B])(toggle(start, [A]));
    expect([isKept(once, A), isKept(once, B)]).toEqual([true, false]);
  });
});

describe("values of the user's choice", () => {
  it("are asked about, keep the node, and are no toggle", () => {
    const once = setTo([A], 2)(toggle(start, [A]));
    expect(question(once, null)).toMatchObject({ constants: { [A]: 2 }, ablated: [] });
    expect(isKept(once, A)).toBe(true);
    expect(isKept(setTo([A], 2)(inverse), A)).toBe(true);
    expect(isUntouched(once)).toBe(false);
  });

  it("are one of the two, and end with a toggle or a restoring", () => {
    const scaled = rescale([A, B], 0.5)(setTo([A], 2)(start));
    expect([...scaled.constants]).toEqual([]);
    expect([...scaled.factors.keys()]).toEqual([A, B]);
    expect([...toggle(scaled, [A]).ablated]).toEqual([A]);
    expect(restore([A, B])(scaled)).toEqual(start);
  });

  it("are told in words", () => {
    expect(describeStep(start, setTo([A], 2)(start))).toBe(`set ${A} to 2`);
    expect(describeStep(start, rescale([A, B], 0.5)(start))).toBe("rescale 2 nodes by 0.5");
    const scaled = rescale([A], 0.5)(toggle(start, [C]));
    expect(describeStep(scaled, restore([A])(scaled))).toBe(`own value of ${A}`);
    expect(describeStep(scaled, ablate([A])(scaled))).toBe(`ablate ${A}`);
  });
});
