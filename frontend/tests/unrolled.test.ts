import { describe, expect, it } from "vitest";

import type { CircuitGraph, GraphEdge, GraphNode, Unrolled } from "../src/api/types";
import {
  ROW_HEIGHT,
  attentionArcs,
  attentionBetween,
  chooseRows,
  columnX,
  flowLines,
  layoutUnrolled,
  nextCell,
} from "../src/drawing/unrolled";
import type { Cell, Flow } from "../src/state/flows";
import { Flows, strongest } from "../src/state/flows";
import type { Side } from "../src/state/look";

const ROW = { read: 0, q: 1, k: 1, v: 1, write: 2 } as const;
const node = (id: string, kind: keyof typeof ROW, index: number, head: number | null = null): GraphNode => ({
  id, kind, index, head, layer: 0, site: id.slice(2, id.lastIndexOf(".")), row: ROW[kind],
  mean: 0, degree_in: 0, degree_out: 0,
});

// A head that reads channel 2 where a quote stands, and writes channel 5 at the last of three tokens.
const [R, Q, K, V, W, Z] = [
  "0.attn.act_in.2", "0.attn.q.0", "0.attn.k.0", "0.attn.v.1", "0.attn.resid_delta.5",
  "0.attn.resid_delta.9",
] as const;
const nodes = [
  node(R, "read", 2), node(Q, "q", 0, 0), node(K, "k", 0, 0), node(V, "v", 1, 0),
  node(W, "write", 5), node(Z, "write", 9),
];
const weighted = (source: string, target: string, weight: number): GraphEdge => ({
  source, target, kind: "weight", weight, kept: true,
});
const answer = (id: number, weight: number) => ({ id, text: "a", weight, answer: "first" as const });
const graph = {
  slug: "a-1", nodes, edges: [weighted(R, V, 2), weighted(R, K, 1), weighted(V, W, -3)],
  ends: { tokens: [], logits: [{ node: W, channel: 5, total: 1, tokens: [answer(7, 0.5)] }] },
} as unknown as CircuitGraph;

const values = (name: string, now: number[], model = now, instead: number[] | null = null) => ({
  name, now, model, inflow: null, instead,
});
const attention = [[0.5], [0.25, 0.25], [0.8, 0.1, 0.1]];
function unrolled(change: Partial<Unrolled> = {}): Unrolled {
  return {
    slug: "a-1",
    request: { prompt: null } as Unrolled["request"],
    tokens: ["'", "b", "c"].map((text, id) => ({ id, text })),
    pairs: 1,
    nodes: [
      values(R, [4, 0, 0]), values(Q, [0, 0, 1]), values(K, [1, 0, 0]), values(V, [8, 0, 2], [8, 0, 0]),
      values(W, [-12, -6, -19.8]), values(Z, [0, 0, 0]),
    ],
    heads: [{ name: "0.attn.head.0", now: attention, model: attention }],
    edges: graph.edges.map(({ source, target, weight }) => ({
      source, target, weight: weight ?? 0, ablated: false,
    })),
    channels: [{ channel: 2, embedding: [1.5, 0, 0] }],
    answers: [
      { token: { id: 7, text: "a" }, now: [-3, -2, -1], model: [-3, -2, -0.5] },
      { token: { id: 8, text: "b" }, now: [-3, -2, -4], model: [-3, -2, -4.5] },
    ],
    ...change,
  };
}
const flows = (side: Side = "now", of = unrolled(), ablated: string[] = []): Flows =>
  new Flows(of, graph, side, new Set(ablated));
const at = (name: string, place: number): Cell => ({ name, at: place });
const told = (found: readonly Flow[]): string[] =>
  found.map(({ source, target }) => `${source.name}@${source.at}>${target.name}@${target.at}`);

describe("flows", () => {
  it("go through attention from each key to a query, each by its own part", () => {
    const into = flows().into(at(W, 2));
    expect(into.map(({ source, amount }) => [source.at, amount])).toEqual([
      [0, -3 * 0.8 * 8],
      [2, -3 * 0.1 * 2],
    ]);
    expect(into.every(({ head }) => head === "0.attn.head.0")).toBe(true);
    const sum = into.reduce((total, { amount }) => total + amount, 0);
    expect(sum).toBeCloseTo(-19.8);
  });

  it("carry what ablation puts in their place where they are ablated by themselves", () => {
    const of = unrolled();
    const changed = unrolled({
      nodes: [values(R, [4, 0, 0], [4, 0, 0], [0.5, 0.5, 0.5]), ...of.nodes.slice(1)],
      edges: of.edges.map((edge) => ({ ...edge, ablated: edge.target === V })),
    });
    expect(flows("now", changed).into(at(V, 0))[0]?.amount).toBe(1);
    expect(flows("model", changed).into(at(V, 0))[0]?.amount).toBe(8);
    expect(flows("now", changed).into(at(K, 0))[0]?.amount).toBe(4);
  });

  it("are the question's less the model's in the difference", () => {
    const into = flows("difference").into(at(W, 2));
    expect(into).toHaveLength(1);
    expect(into[0]?.amount).toBeCloseTo(-3 * 0.1 * 2);
    expect(flows("difference").value(at("answer:0", 2))).toBeCloseTo(Math.exp(-1) - Math.exp(-0.5));
    expect(flows("difference").answersApart(2)).toBeCloseTo(3 - 4);
  });

  it("are followed from the answers back to the token they start from", () => {
    const all = told(flows().through(null));
    expect(all[0]).toBe(`${W}@2>answer:0@2`);
    expect(new Set(all)).toEqual(
      new Set([
        `${W}@2>answer:0@2`,
        `${V}@0>${W}@2`,
        `${Q}@2>0.attn.head.0@2`,
        `${K}@0>0.attn.head.0@0`,
        `${R}@0>${V}@0`,
        `${R}@0>${K}@0`,
        `tokens@0>${R}@0`,
      ]),
    );
  });

  it("are those to a cell and from there to the answers", () => {
    const found = told(flows().through(at(V, 0)));
    expect(found).toContain(`${R}@0>${V}@0`);
    expect(found).toContain(`${W}@2>answer:0@2`);
    expect(found).not.toContain(`${R}@0>${K}@0`);
    expect(new Set(told(flows().through(at(W, 1))))).toEqual(
      new Set([`${V}@0>${W}@1`, `${K}@0>0.attn.head.0@0`, `${R}@0>${V}@0`, `${R}@0>${K}@0`, `tokens@0>${R}@0`]),
    );
  });

  it("are all that leads to the answers where a head is chosen", () => {
    const found = flows();
    expect(found.through(at("0.attn.head.0", 2))).toEqual(found.through(null));
    expect(strongest(found.through(null))).toBeCloseTo(3 * 0.8 * 8);
    expect(strongest([])).toBe(0);
  });

  it("leave to a head's sink what no token gets", () => {
    expect(flows().sink("0.attn.head.0", 2)).toBeCloseTo(0);
    const [head] = unrolled().heads;
    const less = { ...head, now: head?.now.map((row) => row.map((share) => share / 4)) };
    const sunk = flows("now", unrolled({ heads: [less] as Unrolled["heads"] }));
    expect(sunk.sink("0.attn.head.0", 2)).toBeCloseTo(0.75);
    expect(sunk.sink("0.attn.head.9", 2)).toBe(0);
  });

  it("do not lead into a node that is ablated, but in the whole model", () => {
    expect(flows("now", unrolled(), [V]).followed(at(V, 0))).toEqual([]);
    expect(flows("model", unrolled(), [V]).followed(at(V, 0))).toHaveLength(1);
  });

  it("end at what is written last where no answer is known", () => {
    expect(flows("now", unrolled({ answers: [] })).ends()).toEqual([at(W, 2), at(Z, 2)]);
  });
});

describe("rows", () => {
  it("stand with the input at the bottom, a head above its values, keys and queries", () => {
    const { rows, height } = layoutUnrolled(nodes, 2, 3, 900);
    expect(rows.map(({ name }) => name)).toEqual([
      "answer:0", "answer:1", W, Z, "0.attn.head.0", V, K, Q, R,
    ]);
    const tops = rows.map(({ top }) => top);
    rows.slice(1).forEach(({ above, top }, i) => {
      expect(top).toBe((tops[i] ?? 0) + ROW_HEIGHT + above);
    });
    expect(height).toBeGreaterThan((tops.at(-1) ?? 0) + ROW_HEIGHT);
  });

  it("have columns as wide as there is room, within limits", () => {
    expect(layoutUnrolled(nodes, 0, 3, 900).column).toBe(76);
    expect(layoutUnrolled(nodes, 0, 200, 900).column).toBe(38);
  });

  it("that are 0 at every token are left out and counted, unless they are selected", () => {
    const chosen = chooseRows(nodes, flows(), 40, false, null);
    expect([chosen.nodes.length, chosen.inactive, chosen.beyond]).toEqual([5, 1, 0]);
    expect(chooseRows(nodes, flows(), 40, false, Z).inactive).toBe(0);
    expect(chooseRows(nodes, flows(), 40, true, null).nodes).toHaveLength(6);
  });

  it("on the way to the answers come first where there are too many", () => {
    const without = unrolled({ answers: [] });
    const few = chooseRows(nodes, flows("now", without), 2, true, Z);
    expect(few.nodes.map(({ id }) => id)).toEqual([R, Z]);
    expect(few.beyond).toBe(4);
  });
});

describe("lines", () => {
  const layout = layoutUnrolled(nodes, 2, 3, 900);
  it("join cells that are shown, the strongest into a cell at full strength", () => {
    const lines = flowLines(flows().into(at(W, 2)), layout);
    expect(lines.map(({ strength }) => strength)).toEqual([1, expect.closeTo(0.6 / 19.2)]);
    expect(lines.every(({ negative }) => negative)).toBe(true);
    expect(lines[0]?.path).toMatch(/^M\S+ \S+L.*C/);
    expect(flowLines(flows().into(at(W, 2)), layoutUnrolled([nodes[4] as GraphNode], 0, 3, 900))).toEqual([]);
  });

  it("of attention lead from keys to the query, as wide as it is large", () => {
    const arcs = attentionArcs(flows(), "0.attn.head.0", "query", 2, layout);
    expect(arcs).toHaveLength(3);
    expect(arcs[0]?.path.startsWith(`M${columnX(layout, 0)} `)).toBe(true);
    expect(arcs[0]?.path.endsWith(`${columnX(layout, 2)} ${layout.rows[4]?.top}`)).toBe(true);
    expect((arcs[0]?.width ?? 0) - (arcs[1]?.width ?? 0)).toBeCloseTo(5 * 0.7);
    const toKey = attentionArcs(flows(), "0.attn.head.0", "key", 1, layout);
    expect(toKey.map(({ strength }) => strength)).toEqual([1, expect.closeTo(0.1 / 0.25)]);
    expect(attentionBetween(flows(), "0.attn.head.0", "key", 1, 0)).toBeNull();
    expect(attentionBetween(flows(), "0.attn.head.0", "query", 1, 0)).toBe(0.25);
  });
});

describe("the arrow keys", () => {
  it("go from cell to cell and stop at the edges", () => {
    const from = (key: string): Cell | null => nextCell(["a", "b"], 3, at("a", 1), key);
    expect(from("ArrowRight")).toEqual(at("a", 2));
    expect(from("ArrowUp")).toEqual(at("a", 1));
    expect(from("ArrowDown")).toEqual(at("b", 1));
    expect(from("End")).toEqual(at("a", 2));
    expect(from("Home")).toEqual(at("a", 0));
    expect(from("x")).toBeNull();
  });
});
