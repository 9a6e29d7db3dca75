import cytoscape from "cytoscape";
import type { EdgeSingular, NodeSingular } from "cytoscape";
import { describe, expect, it } from "vitest";

import type { Palette } from "../src/drawing/palette";
import { Strokes } from "../src/drawing/strokes";
import { stylesheet } from "../src/drawing/stylesheet";

const kind = { fill: "#123456", text: "#ffffff" };
const PALETTE: Palette = {
  surface: "#ffffff", ink: "#000000", quiet: "#888888", accent: "#0000ff",
  positive: "#0072b2", negative: "#d55e00",
  kinds: { read: kind, write: kind, q: kind, k: kind, v: kind, neuron: kind },
};

const node = (id: string, x: number, classes: string) => ({
  group: "nodes" as const, data: { id, label: id }, position: { x, y: 0 }, classes,
});
const edge = (source: string, target: string, width: number, classes: string) => ({
  group: "edges" as const, data: { id: `${source}>${target}`, source, target, width }, classes,
});

function elements(extra = ""): (NodeSingular | EdgeSingular)[] {
  const cy = cytoscape({
    headless: true,
    styleEnabled: true,
    style: stylesheet(PALETTE),
    layout: { name: "preset" },
    elements: [
      edge("a", "b", 1.01, "weight positive"),
      edge("b", "c", 1.2, "weight positive"),
      edge("a", "c", 3.1, "weight negative"),
      node("a", 0, "channel neuron"),
      node("b", 500, `channel neuron ${extra}`),
      node("c", 1000, "channel read"),
    ],
  });
  return [...cy.edges().toArray(), ...cy.nodes().toArray()] as (NodeSingular | EdgeSingular)[];
}

/** A context that writes down what it is asked for, with the colours and widths at that time. */
function recorder() {
  const calls: string[] = [];
  const state: Record<string, unknown> = { lineWidth: 1 };
  const context = new Proxy(state, {
    get: (_, name: string) => {
      if (name in state) return state[name];
      return (...given: unknown[]) => {
        const look = name === "fill" ? state.fillStyle : `${state.strokeStyle} ${state.lineWidth}`;
        if (name === "fill" || name === "stroke") calls.push(`${name} ${look} ${state.globalAlpha}`);
        else calls.push(`${name} ${given.join(" ")}`.trim());
      };
    },
    set: (_, name: string, value) => Boolean(((state[name] = value), true)),
  });
  return { calls, context: context as unknown as CanvasRenderingContext2D };
}

const EVERYTHING = { x1: -1e6, x2: 1e6, y1: -1e6, y2: 1e6 };

describe("strokes", () => {
  it("draws what looks alike as one path, edges first", () => {
    const { calls, context } = recorder();
    const left: string[][] = [];
    new Strokes().draw(context, elements(), 0.2, (some) => left.push(some.map((each) => each.id())));
    const drawn = calls.filter((call) => /^(fill|stroke) /.test(call));
    expect(drawn).toEqual([
      "stroke rgb(0,114,178) 1 1",
      "stroke rgb(213,94,0) 3 1",
      "fill rgb(18,52,86) 1",
      "fill rgb(18,52,86) 1",
    ]);
    expect(calls.filter((call) => call.startsWith("lineTo")).slice(0, 3)).toEqual([
      "lineTo 500 0", "lineTo 1000 0", "lineTo 1000 0",
    ]);
    expect(left).toEqual([[], []]);
  });

  it("leaves to cytoscape what has something of its own about it", () => {
    const left: string[][] = [];
    const { context } = recorder();
    new Strokes().draw(context, elements("chosen"), 0.2, (some) => left.push(some.map((each) => each.id())));
    expect(left).toEqual([[], ["b"]]);
  });

  it("draws the halo of a line below it", () => {
    const { calls, context } = recorder();
    const all = elements();
    all[0]?.addClass("lit");
    new Strokes().draw(context, all, 0.2, () => undefined);
    expect(calls.filter((call) => call.startsWith("stroke ")).slice(0, 2)).toEqual([
      "stroke rgb(0,0,255) 7 0.22",
      "stroke rgb(0,114,178) 1 1",
    ]);
  });

  it("crosses out what is ablated and fills it no more", () => {
    const { calls, context } = recorder();
    new Strokes().draw(context, elements("ablated"), 1, () => undefined);
    expect(calls.filter((call) => call.startsWith("fill "))).toHaveLength(2);
    expect(calls).toContain("setLineDash 4,2");
    expect(calls.slice(calls.indexOf("setLineDash 4,2")).join("; ")).toContain(
      "moveTo 480 -13; lineTo 520 13; moveTo 520 -13; lineTo 480 13; stroke",
    );
  });

  it("draws dashes too short to be seen as a fainter line", () => {
    const { calls, context } = recorder();
    new Strokes().draw(context, elements("ablated"), 0.1, () => undefined);
    expect(calls).not.toContain("setLineDash 4,2");
    expect(calls.filter((call) => call.startsWith("stroke rgb(18,52,86) 1.5 0.66"))).not.toEqual([]);
  });

  it("sees what is near the extent, and no edge of a hidden node", () => {
    const seen = (extra: string, x1: number, x2: number): string[] =>
      new Strokes()
        .inSight(elements(extra), { ...EVERYTHING, x1, x2 })
        .map((each) => each.id());
    expect(seen("", -100, 2000)).toHaveLength(6);
    expect(seen("", -100, 100)).toEqual(["a>b", "a>c", "a"]);
    expect(seen("away", -100, 2000)).toEqual(["a>c", "a", "c"]);
  });

  it("looks again after a change", () => {
    const all = elements();
    const strokes = new Strokes();
    expect(strokes.inSight(all, EVERYTHING)).toHaveLength(6);
    const [first] = all;
    first?.cy().style().selector("edge").style({ display: "none" }).update();
    strokes.forget();
    expect(strokes.inSight(all, EVERYTHING).map((each) => each.id())).toEqual(["a", "b", "c"]);
  });
});
