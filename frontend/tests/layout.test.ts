import { describe, expect, it } from "vitest";

import type { GraphEdge, GraphNode } from "../src/api/types";
import { isotonic, layout, restricted, zoomForRows } from "../src/drawing/layout";
import { step } from "../src/drawing/neighbours";
import { nodeLabel, rowsOf } from "../src/drawing/rows";

const ROWS = { read: 3, neuron: 4, write: 5, q: 1, k: 1, v: 1 } as const;

function node(kind: GraphNode["kind"], index: number, layer = 0, head: number | null = null) {
  const site = { read: "mlp.act_in", neuron: "mlp.post_act", write: "mlp.resid_delta" };
  const name = kind in site ? site[kind as keyof typeof site] : `attn.${kind}`;
  return {
    id: `${layer}.${name}.${index}`,
    layer,
    site: name,
    index,
    kind,
    head,
    row: layer * 6 + ROWS[kind],
    mean: 0,
    degree_in: 0,
    degree_out: 0,
  } satisfies GraphNode;
}

function edge(source: GraphNode, target: GraphNode, kind: GraphEdge["kind"] = "weight"): GraphEdge {
  return { source: source.id, target: target.id, kind, weight: kind === "weight" ? 1 : null, kept: true };
}

describe("rowsOf", () => {
  it("orders rows from the input upwards and names them", () => {
    const rows = rowsOf([node("write", 1), node("q", 3, 1, 0), node("read", 1), node("neuron", 2)]);
    expect(rows.map((row) => [row.layer, row.label])).toEqual([
      [0, "MLP reads"],
      [0, "neurons"],
      [0, "MLP writes"],
      [1, "heads"],
    ]);
  });

  it("labels a head's channels within the head", () => {
    expect(nodeLabel(node("q", 35, 1, 2), 16)).toBe("q3");
    expect(nodeLabel(node("neuron", 863), 16)).toBe("863");
  });
});

describe("layout", () => {
  const reads = [node("read", 1), node("read", 2)];
  const neurons = [node("neuron", 10), node("neuron", 20), node("neuron", 30)];
  const writes = [node("write", 5)];
  const nodes = [...reads, ...neurons, ...writes];
  const [r1, r2] = reads as [GraphNode, GraphNode];
  const [n1, n2, n3] = neurons as [GraphNode, GraphNode, GraphNode];
  const edges = [edge(r2, n1), edge(r1, n3), edge(n1, writes[0] as GraphNode), edge(r1, n2)];

  it("puts later sites higher, and nodes of a row on one line", () => {
    const { places } = layout(nodes, edges);
    const y = (one: GraphNode): number => places.get(one.id)?.y ?? NaN;
    expect(y(n1)).toBeLessThan(y(r1));
    expect(y(writes[0] as GraphNode)).toBeLessThan(y(n1));
    expect(new Set(neurons.map(y)).size).toBe(1);
  });

  it("never lets nodes of a row overlap", () => {
    const { rows, places } = layout(nodes, edges);
    for (const row of rows) {
      const xs = row.nodes.map((one) => places.get(one.id)?.x ?? NaN).sort((a, b) => a - b);
      xs.slice(1).forEach((x, i) => expect(x - (xs[i] ?? 0)).toBeGreaterThanOrEqual(47.9));
    }
  });

  it("uncrosses edges", () => {
    const { places } = layout(nodes, edges);
    const x = (one: GraphNode): number => places.get(one.id)?.x ?? NaN;
    expect(Math.sign(x(r1) - x(r2))).toBe(Math.sign(x(n3) - x(n1)));
  });

  it("keeps the places of a part, and drops rows that are empty", () => {
    const whole = layout(nodes, edges);
    const part = restricted(whole, [n2, n1]);
    expect(part?.rows.map((row) => row.nodes.length)).toEqual([2]);
    expect(part?.places.get(n1.id)).toEqual(whole.places.get(n1.id));
    expect(restricted(layout([n1], []), [n1, n2])).toBeNull();
  });

  it("gives the same places every time", () => {
    expect(layout(nodes, edges).places).toEqual(layout([...nodes], [...edges]).places);
  });

  it("keeps the channels of a head together, queries first", () => {
    const heads = [node("v", 3, 0, 0), node("q", 17, 0, 1), node("q", 1, 0, 0), node("k", 1, 0, 0)];
    const { places } = layout(heads, []);
    const order = [...heads].sort(
      (a, b) => (places.get(a.id)?.x ?? 0) - (places.get(b.id)?.x ?? 0),
    );
    const kinds = order.map((one) => `${one.head}${one.kind}`).join(" ");
    expect(["0q 0k 0v 1q", "1q 0q 0k 0v"]).toContain(kinds);
  });

  it("draws nothing of nothing", () => {
    expect(layout([], []).rows).toEqual([]);
  });
});

describe("layout of a large graph", () => {
  const reads = Array.from({ length: 200 }, (_, i) => node("read", i));
  const neurons = Array.from({ length: 300 }, (_, i) => node("neuron", i));
  const heads = Array.from({ length: 120 }, (_, i) =>
    node((["q", "k", "v"] as const)[i % 3] ?? "q", i, 1, i % 8),
  );
  const nodes = [...reads, ...neurons, ...heads];
  const edges = reads.map((read, i) => edge(read, neurons[(7 * i) % 300] as GraphNode));
  const { rows, places, rowGap } = layout(nodes, edges);
  const at = ({ id }: GraphNode) => places.get(id) ?? { x: NaN, y: NaN };
  const range = (values: readonly number[]) => Math.max(...values) - Math.min(...values);

  it("has a shape that fits a screen", () => {
    const points = [...places.values()];
    const shape = range(points.map(({ x }) => x)) / range(points.map(({ y }) => y));
    expect(shape).toBeGreaterThan(0.8);
    expect(shape).toBeLessThan(2.6);
  });

  it("lets no node overlap another", () => {
    const points = [...places.values()];
    const overlapping = points.flatMap((one, i) =>
      points.slice(i + 1).filter(({ x, y }) => Math.abs(x - one.x) < 44 && Math.abs(y - one.y) < 40),
    );
    expect(overlapping).toEqual([]);
  });

  it("keeps rows apart, each around its middle, later ones higher", () => {
    rows.forEach((row, i) => {
      for (const one of row.nodes) expect(Math.abs(at(one).y - row.y)).toBeLessThan(row.height / 2);
      const below = rows[i - 1];
      if (below) expect(row.y + row.height / 2).toBeCloseTo(below.y - below.height / 2);
      expect(row.height).toBeGreaterThanOrEqual(rowGap);
    });
    expect(zoomForRows({ rows, places, rowGap }, 600)).toBeLessThan(600 / range([...places.values()].map(({ y }) => y)));
  });

  it("keeps heads together", () => {
    for (let head = 0; head < 8; head += 1) {
      const own = heads.filter((one) => one.head === head).map(at);
      const [left, right] = [Math.min(...own.map(({ x }) => x)), Math.max(...own.map(({ x }) => x))];
      const [top, bottom] = [Math.min(...own.map(({ y }) => y)), Math.max(...own.map(({ y }) => y))];
      const strangers = heads.filter((one) => one.head !== head).map(at);
      const inside = strangers.filter(({ x, y }) => x >= left && x <= right && y >= top && y <= bottom);
      expect(inside).toEqual([]);
    }
  });

  it("is walked line by line, and no line is left out", () => {
    let here: string | null = reads[0]?.id ?? null;
    const seen = new Set<number>();
    for (let i = 0; i < 200; i += 1) here = step({ rows, places, rowGap }, here, "down");
    for (let i = 0; i < 200; i += 1) {
      seen.add(places.get(here ?? "")?.y ?? NaN);
      here = step({ rows, places, rowGap }, here, "up");
    }
    expect(seen).toEqual(new Set([...places.values()].map(({ y }) => y)));
  });
});

describe("zoomForRows", () => {
  it("keeps the rows and half a gap on either side in sight, and room to name the lines", () => {
    const placed = layout([node("read", 1), node("neuron", 2), node("write", 3)], []);
    const height = 400;
    const taken = placed.rows.length * placed.rowGap * zoomForRows(placed, height);
    expect(taken).toBeLessThanOrEqual(height - 2 * 18);
    expect(taken).toBeGreaterThan(height - 2 * 30);
  });

  it("has an answer where there is nothing to show, or no room", () => {
    expect(zoomForRows(layout([], []), 400)).toBeGreaterThan(0);
    expect(zoomForRows(layout([node("read", 1)], []), 0)).toBe(0);
  });
});

describe("isotonic", () => {
  it("leaves what does not fall as it is", () => {
    expect(isotonic([1, 2, 2, 5])).toEqual([1, 2, 2, 5]);
  });

  it("pools neighbours that fall", () => {
    expect(isotonic([3, 1, 2, 10, 0])).toEqual([2, 2, 2, 5, 5]);
  });
});

describe("step", () => {
  const nodes = [node("read", 1), node("read", 2), node("neuron", 7)];
  const placed = layout(nodes, []);
  const [first, second, neuron] = nodes.map((one) => one.id) as [string, string, string];

  it("walks along a row and stops at its end", () => {
    const xs = [first, second].sort(
      (a, b) => (placed.places.get(a)?.x ?? 0) - (placed.places.get(b)?.x ?? 0),
    ) as [string, string];
    expect(step(placed, xs[0], "right")).toBe(xs[1]);
    expect(step(placed, xs[1], "right")).toBe(xs[1]);
    expect(step(placed, xs[1], "left")).toBe(xs[0]);
  });

  it("climbs to the next row and no further", () => {
    expect(step(placed, first, "up")).toBe(neuron);
    expect(step(placed, neuron, "up")).toBe(neuron);
  });

  it("starts at the bottom", () => {
    expect(placed.rows[0]?.nodes.map((one) => one.id)).toContain(step(placed, null, "up"));
  });
});
