import { describe, expect, it, vi } from "vitest";

import type { Effect, EffectsRequest, EffectsResponse } from "../src/api/types";
import { isClick, isInside } from "../src/drawing/polygon";
import { EffectsRun, interactions, jointParts } from "../src/state/effects";
import { question, untouched, whatIf } from "../src/state/exploration";

const asked = whatIf(untouched("a-1"));

function effect(nodes: string[], change: number): Effect {
  const estimate = { value: change, low: change, high: change };
  return { nodes, task_loss: change, loss_change: estimate, difference_change: estimate };
}

function answer(request: EffectsRequest): EffectsResponse {
  const parts = request.parts.map((nodes) => effect(nodes, nodes.length));
  return { slug: "a-1", request, task_loss: 0.1, parts, milliseconds: 1 };
}

describe("EffectsRun", () => {
  it("asks for a few parts at a time and keeps their order", async () => {
    const ask = vi.fn(async (request: EffectsRequest) => answer(request));
    const run = new EffectsRun(ask, () => undefined);
    const parts = Array.from({ length: 30 }, (_, i) => [`node ${i}`]);
    await run.start(asked, parts);
    expect(ask.mock.calls.length).toBeGreaterThan(1);
    expect(run.effects.map(({ nodes }) => nodes)).toEqual(parts);
    expect([run.running, run.loss, run.total]).toEqual([false, 0.1, 30]);
    expect(run.isStale(asked)).toBe(false);
    expect(run.isStale(whatIf({ ...untouched("a-1"), value: "zero" }))).toBe(true);
  });

  it("keeps what has come when it is stopped", async () => {
    const run = new EffectsRun(
      async (request) => {
        if (request.parts[0]?.[0] !== "node 0") run.stop();
        return answer(request);
      },
      () => undefined,
    );
    await run.start(asked, Array.from({ length: 30 }, (_, i) => [`node ${i}`]));
    expect(run.running).toBe(false);
    expect(run.effects.length).toBeGreaterThan(0);
    expect(run.effects.length).toBeLessThan(30);
  });

  it("shows the problem, with what came before it", async () => {
    const run = new EffectsRun(
      async (request) => {
        if (request.parts[0]?.[0] !== "node 0") throw new Error("gone");
        return answer(request);
      },
      () => undefined,
    );
    await run.start(asked, Array.from({ length: 30 }, (_, i) => [`node ${i}`]));
    expect(run.problem).not.toBeNull();
    expect(run.effects.length).toBeGreaterThan(0);
  });
});

describe("effects together", () => {
  it("asks for all, each, and every pair of few", () => {
    expect(jointParts(["a", "b", "c"], 3)).toEqual([
      ["a", "b", "c"], ["a"], ["b"], ["c"], ["a", "b"], ["a", "c"], ["b", "c"],
    ]);
    expect(jointParts(["a", "b", "c"], 2)).toHaveLength(4);
    expect(jointParts(["a", "b"], 3)).toEqual([["a", "b"], ["a"], ["b"]]);
  });

  it("puts pairs first that are furthest from the sum", () => {
    const found = interactions([
      effect(["a"], 1), effect(["b"], 2), effect(["c"], 0.5),
      effect(["a", "b"], 2.9), effect(["a", "c"], 0), effect(["b", "c"], 5),
    ]);
    expect(found.map(({ nodes }) => nodes.join(""))).toEqual(["bc", "ac", "ab"]);
    expect(found[0]).toMatchObject({ joint: 5, sum: 2.5 });
  });
});

describe("what effects are asked with", () => {
  it("is what numbers are asked with", () => {
    const { references, prompt, ...same } = question(untouched("a-1"), null);
    expect(same).toEqual(asked);
  });
});

describe("a line around things", () => {
  const square = [{ x: 0, y: 0 }, { x: 20, y: 0 }, { x: 20, y: 20 }, { x: 0, y: 20 }];

  it("has points inside and outside", () => {
    expect(isInside(square, { x: 5, y: 19 })).toBe(true);
    expect(isInside(square, { x: 25, y: 5 })).toBe(false);
    expect(isInside(square, { x: 5, y: -1 })).toBe(false);
  });

  it("leaves out what a bow of it leaves out", () => {
    const bow = [...square.slice(0, 2), { x: 10, y: 10 }, ...square.slice(2)];
    expect(isInside(bow, { x: 18, y: 10 })).toBe(false);
    expect(isInside(bow, { x: 5, y: 10 })).toBe(true);
  });

  it("is a click where the mouse hardly moved", () => {
    expect(isClick([{ x: 3, y: 3 }, { x: 5, y: 4 }])).toBe(true);
    expect(isClick(square)).toBe(false);
  });
});
