import { describe, expect, it } from "vitest";

import type { CircuitGraph, GraphEdge, GraphNode } from "../src/api/types";
import { fold, foldable } from "../src/drawing/fold";
import { contrast, mixed, painted } from "../src/drawing/paint";
import { Paths, onPath } from "../src/drawing/paths";
import { leastAt, positionOf, threshold, weakEdges } from "../src/drawing/threshold";
import { question, untouched } from "../src/state/exploration";
import { describeStep } from "../src/state/steps";
import { PLAIN, describeLook, fold as folding, lookFromParams } from "../src/state/look";
import { nearestStop, sizeStops } from "../src/state/sizes";

const node = (id: string, kind: GraphNode["kind"], layer = 0, head: number | null = null) =>
  ({ id, kind, layer, head, site: "", index: 0, row: 0, mean: 0, degree_in: 0, degree_out: 0 }) as GraphNode;
const edge = (source: string, target: string, weight: number | null, kept = true): GraphEdge => ({
  source,
  target,
  weight,
  kept,
  kind: weight === null ? "join" : "weight",
});

// Two heads of layer 0 that read a, one of which writes w; w is read in layer 1.
const nodes = [
  node("0.attn.act_in.1", "read"),
  node("0.attn.q.0", "q", 0, 0),
  node("0.attn.k.0", "k", 0, 0),
  node("0.attn.v.1", "v", 0, 0),
  node("0.attn.v.9", "v", 0, 1),
  node("0.attn.resid_delta.5", "write"),
  node("1.mlp.act_in.5", "read", 1),
];
const [a, q, k, v, other, w, r] = nodes.map((one) => one.id) as [
  string, string, string, string, string, string, string,
];
const edges = [
  edge(a, q, 0.5),
  edge(a, v, -2),
  edge(a, k, 0.1, false),
  edge(a, other, 0.25),
  edge(v, w, 1),
  edge(w, r, null),
];
const places = new Map(nodes.map(({ id }, i) => [id, { x: 10 * i, y: -i }]));
const graph: Pick<CircuitGraph, "nodes" | "edges"> = { nodes, edges };

describe("folding", () => {
  it("can fold each layer and its heads", () => {
    expect(foldable(nodes)).toEqual(["layer:0", "head:0.0", "head:0.1", "layer:1"]);
  });

  it("sums the weights of kept edges between the same ends", () => {
    const { edges: sums, nodes: parts, within } = fold(graph, places, new Set(["head:0.0"]), new Set());
    expect(parts.map((part) => [part.name, part.members.length, part.at.x])).toEqual([["head:0.0", 3, 20]]);
    expect(within.get(q)).toBe("head:0.0");
    expect(sums).toEqual([
      { source: a, target: "head:0.0", kind: "weight", weight: -1.5, magnitude: 2.5, count: 2 },
      { source: "head:0.0", target: w, kind: "weight", weight: 1, magnitude: 1, count: 1 },
    ]);
  });

  it("leaves out edges that are not shown, and edges inside; a layer takes its heads along", () => {
    const folded = new Set(["layer:0", "head:0.0"]);
    const { edges: sums, nodes: parts } = fold(graph, places, folded, new Set([`${a}>${v}`]));
    expect(parts.map((part) => part.name)).toEqual(["layer:0"]);
    expect(sums.map(({ source, target, weight }) => [source, target, weight])).toEqual([["layer:0", r, null]]);
    expect(fold(graph, places, new Set(["head:0.0"]), new Set([`${a}>${v}`])).edges[0]?.weight).toBe(0.5);
  });
});

describe("a folded group", () => {
  const groups = [
    { target: "group:x", label: "quote type classifier of the first", members: [a, v] },
    { target: "group:y", label: "second", members: [v, w] },
  ];

  it("has its label, and the place of a member where others are in the middle", () => {
    const { nodes: parts, within } = fold(graph, places, new Set(["group:x"]), new Set(), groups);
    expect(parts.map((part) => [part.name, part.members])).toEqual([["group:x", [a, v]]]);
    expect(parts[0]?.title).toBe("quote type classifier of the first");
    expect(parts[0]?.label.split("\n")).toEqual(["quote type", "classifier of the …", "2 nodes"]);
    expect([places.get(a), places.get(v)]).toContainEqual(parts[0]?.at);
    expect(within.get(a)).toBe("group:x");
  });

  it("goes along with a layer, takes nodes of heads along, and is the first of two", () => {
    const within = (...folded: string[]) =>
      fold(graph, places, new Set(folded), new Set(), groups).within;
    expect(within("layer:0", "group:x").get(a)).toBe("layer:0");
    expect(within("head:0.0", "group:x").get(v)).toBe("group:x");
    expect(within("head:0.0", "group:x").get(q)).toBe("head:0.0");
    expect(within("group:y", "group:x").get(v)).toBe("group:x");
    expect(within("group:gone").size).toBe(0);
  });

  it("is in the address", () => {
    const params = new URLSearchParams({ folded: "group:quote-type,group:<b>,head:1.3" });
    expect([...lookFromParams(params).folded]).toEqual(["group:quote-type", "head:1.3"]);
  });
});

describe("the threshold", () => {
  it("hides edges below a share of the largest weight", () => {
    expect(threshold(edges, { by: "weight", least: 0.25 }, null)).toBe(0.5);
    expect([...weakEdges(edges, { by: "weight", least: 0.25 }, null)]).toEqual([`${a}>${k}`, `${a}>${other}`]);
    expect(weakEdges(edges, { by: "weight", least: 0 }, null).size).toBe(0);
  });

  it("hides by effect once effects are there; pruned edges have none", () => {
    const look = { by: "effect", least: 0.1 } as const;
    expect(weakEdges(edges, look, null).size).toBe(0);
    const effects = new Map([[`${a}>${q}`, -1], [`${a}>${v}`, 0.05], [`${v}>${w}`, 0.2], [`${a}>${other}`, 0.1]]);
    expect([...weakEdges(edges, look, effects)]).toEqual([`${a}>${v}`, `${a}>${k}`]);
  });

  it("stands where it was put", () => {
    for (const position of [0, 1, 37, 100]) expect(positionOf(leastAt(position))).toBe(position);
  });
});

describe("paths", () => {
  const paths = new Paths(nodes, edges);

  it("run along kept edges and joins, both ways", () => {
    const { up, down } = paths.around(v);
    expect([...up].sort()).toEqual([a, v].sort());
    expect([...down].sort()).toEqual([r, v, w].sort());
  });

  it("lead from queries and keys to what the head writes", () => {
    expect(paths.around(q).down.has(r)).toBe(true);
    expect(paths.around(other).down).toEqual(new Set([other]));
    expect(paths.around(r).up.has(k)).toBe(true);
  });

  it("are bright between nodes of one side alone", () => {
    const around = paths.around(v);
    expect(onPath(around, a, v)).toBe(true);
    expect(onPath(around, a, q)).toBe(false);
    expect(onPath(paths.around(`${v}>${w}`), w, r)).toBe(true);
  });
});

describe("paint", () => {
  const inks = { surface: "#fff", ink: "#14202b", quiet: "#5f6c78", positive: "#0072b2", negative: "#d55e00" };

  it("is the paper's colour at zero and the full one at the most", () => {
    const values = new Map([["a", 0], ["b", 2], ["c", -2], ["d", null]]);
    const all = painted({ colour: "activation", values, most: 2 }, ["a", "b", "c", "d", "e"], inks);
    expect(["a", "b", "c"].map((name) => all.get(name)?.fill)).toEqual(["#ffffff", "#0072b2", "#d55e00"]);
    expect(["a", "d", "e"].map((name) => all.get(name)?.known)).toEqual([true, false, false]);
  });

  it("keeps names readable at every strength", () => {
    for (let share = 0; share <= 1; share += 0.1) {
      const values = new Map([["n", share]]);
      const { fill, text } = painted({ colour: "inclusion", values, most: 1 }, ["n"], inks).get("n") ?? {
        fill: "#000",
        text: "#000",
      };
      expect(contrast(fill, text)).toBeGreaterThan(4);
    }
    expect(mixed("#000", "#ffffff", 0.5)).toBe("#808080");
  });
});

describe("a look", () => {
  const start = untouched("a-1");

  it("changes no question but by its size", () => {
    const coloured = { ...start, look: { ...PLAIN, colour: "effect", least: 0.5 } as const };
    expect(question(coloured, null)).toEqual(question(start, null));
    expect(question({ ...start, look: { ...PLAIN, size: 9 } }, null).size).toBe(9);
  });

  it("takes no cell or share that cannot be", () => {
    const look = (text: string) => lookFromParams(new URLSearchParams(text));
    expect(look("cell=answer:0&flow=0.25")).toMatchObject({ cell: "answer:0", flow: 0.25 });
    expect(look("cell=0.attn.q.5&flow=2")).toMatchObject({ cell: null, flow: 0 });
  });

  it("is told in the history's words", () => {
    const folded = folding(PLAIN, ["head:1.3"], true);
    expect(describeStep(start, { ...start, look: folded })).toBe("fold head 3 of layer 1");
    expect(describeLook(folded, folding(folded, ["head:1.3"], false))).toBe("unfold head 3 of layer 1");
    expect(describeLook(PLAIN, { ...PLAIN, size: 7 })).toBe("size 7");
    expect(describeLook(PLAIN, { ...PLAIN, flow: 0.5 })).toBe("tokens: threshold");
    expect(describeLook(PLAIN, { ...PLAIN })).toBeNull();
  });
});

describe("stops of the size scrubber", () => {
  const point = (size: number) => ({ nodes: size, induced_edges: size, validation_loss: 1, test_loss: 1 / size });
  const detail = {
    circuit: { path: { ranking: [], points: [point(2), point(5), point(30)] } },
    summary: { node_count: 5, kept_edges: 4, task_loss: 0.1 },
  } as unknown as Parameters<typeof sizeStops>[0];

  it("are the path's points with the circuit in its place", () => {
    const stops = sizeStops(detail);
    expect(stops.map(({ size, nodes }) => [size, nodes])).toEqual([[2, 2], [null, 5], [30, 30]]);
    expect([null, 2, 30, 25].map((size) => nearestStop(stops, size))).toEqual([1, 0, 2, 2]);
  });
});
