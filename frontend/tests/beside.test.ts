import { describe, expect, it } from "vitest";

import type { CircuitSummary, GraphEdge, GraphNode } from "../src/api/types";
import { layout } from "../src/drawing/layout";
import { seated } from "../src/drawing/seated";
import { besidePath, others, union } from "../src/state/beside";

const node = (id: string, layer: number, row: number): GraphNode =>
  ({ id, layer, row, head: null, kind: "read", site: "attn.act_in", index: 0 }) as GraphNode;
const edge = (source: string, target: string): GraphEdge =>
  ({ source, target, kind: "weight", weight: 1, kept: true }) as GraphEdge;
const circuit = (slug: string, task: string, checkpoint: string): CircuitSummary =>
  ({ slug, task, checkpoint }) as CircuitSummary;

describe("two circuits", () => {
  const left = { nodes: [node("a", 0, 0), node("b", 0, 1)], edges: [edge("a", "b")] };
  const right = { nodes: [node("b", 0, 1), node("c", 1, 6)], edges: [edge("b", "c")] };

  it("share one layout: what both have stands in one place, rows of either are in both", () => {
    const both = union(left, right);
    expect(both.nodes.map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(both.edges).toHaveLength(2);
    const whole = layout(both.nodes, both.edges);
    const [one, other] = [seated(whole, left.nodes), seated(whole, right.nodes)];
    expect([...one.places.keys()]).toEqual(["a", "b"]);
    expect(one.places.get("b")).toEqual(other.places.get("b"));
    expect(one.rows.map((row) => row.y)).toEqual(other.rows.map((row) => row.y));
    expect(one.rows.map((row) => row.nodes.length)).toEqual([1, 1, 0]);
    expect(one.extent).toEqual(other.extent);
  });

  it("are offered nearest first, never the same one", () => {
    const all = [
      circuit("x", "other", "other"),
      circuit("l", "t", "c"),
      circuit("t", "t", "other"),
      circuit("s", "t", "c"),
      circuit("c", "other", "c"),
    ];
    const offered = [...others(circuit("l", "t", "c"), all)].map(([, found]) => found[0]?.slug);
    expect(offered).toEqual(["s", "c", "t", "x"]);
    expect(besidePath("l", "r")).toBe("/circuits/l/beside?with=r");
    expect(besidePath("l", null)).toBe("/circuits/l/beside");
  });
});
