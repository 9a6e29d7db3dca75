import { describe, expect, it } from "vitest";

import type { CircuitGraph, GraphNode } from "../src/api/types";
import { endWords, placedEnds, textOfNode } from "../src/drawing/ends";
import type { Layout } from "../src/drawing/layout";

const end = (node: string, channel: number, ...texts: string[]): CircuitGraph["ends"]["tokens"][0] => ({
  node,
  channel,
  total: 12,
  tokens: texts.map((text, id) => ({ id, text, weight: id % 2 ? -0.5 : 0.5, answer: id ? null : "first" })),
});

const row = (id: string, y: number) => ({
  layer: 0,
  label: "",
  nodes: [{ id } as GraphNode],
  y,
  height: 90,
});
const layout: Layout = {
  rows: [row("a", 0), row("z", -90)],
  places: new Map([
    ["a", { x: 0, y: 0 }],
    ["b", { x: 4, y: 0 }],
    ["z", { x: 0, y: -90 }],
  ]),
  rowGap: 90,
};
const ends: CircuitGraph["ends"] = {
  tokens: [end("b", 2, "x"), end("a", 1, "\n", "a very long token"), end("gone", 3, "y")],
  logits: [end("z", 9, "')", "=")],
};

describe("text at the ends", () => {
  it("stands below the first row and above the last, in the order of its nodes, apart", () => {
    const tokens = placedEnds(ends, "tokens", layout);
    expect(tokens.map((one) => one.end.node)).toEqual(["a", "b"]);
    const [first, second] = tokens;
    expect((second?.at.x ?? 0) - (first?.at.x ?? 0)).toBeGreaterThan(50);
    expect(first?.at.y).toBeGreaterThan(40);
    expect(placedEnds(ends, "logits", layout)[0]?.at.y).toBeLessThan(-130);
  });

  it("shows signs and what would not show, shortened", () => {
    expect(placedEnds(ends, "tokens", layout)[0]?.lines).toEqual(["+⏎", "\u2212a␣very…"]);
  });

  it("is told in words, of an end and of its node", () => {
    expect(endWords(ends, "end:logits:9")).toBe(
      "channel 9 moves the logits of ') +0.50 (first answer), = \u22120.50 and 10 more",
    );
    expect(textOfNode(ends, "b")).toContain("channel 2 is written by tokens x +0.50");
    expect(textOfNode(ends, "z")).toBe(endWords(ends, "end:logits:9"));
    expect(endWords(ends, "a")).toBe("");
  });
});
