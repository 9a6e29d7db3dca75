/**
 * Places nodes in rows, with short and nearly vertical edges.
 *
 * Nodes of a head stay together and move as one unit. Sweeping up and down over the rows, each
 * unit is drawn to the weighted mean place of its neighbours (Sugiyama et al. 1981); the units of
 * a row are ordered by that wish and put as close to it as their widths allow, which is isotonic
 * regression (pool adjacent violators). Only the graph decides, never what is ablated, so toggles
 * move nothing. The same graph always gives the same places.
 */
import type { GraphEdge, GraphNode } from "../api/types";
import type { Box } from "./groups";
import type { Row } from "./rows";
import { rowsOf } from "./rows";

/** How far nodes of a row, and rows, stand apart: closer where there are many, within limits. */
const NODE_GAP = { most: 112, least: 48, all: 900 } as const;
const ROW_GAP = { most: 92, least: 56, all: 900 } as const;
const HEAD_MARGIN = 26;
const SWEEPS = 16;
/** A residual channel pulls on its later reads more than single weights do: columns emerge. */
const JOIN_PULL = 3;
/** Every unit is drawn to the middle a little, so that parts of the graph do not drift apart. */
const CENTRE_PULL = 0.2;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedRow extends Row {
  readonly y: number;
}

export interface Layout {
  /** What is brought into sight, where that is more than what is drawn. */
  readonly extent?: Box;
  readonly rows: readonly PlacedRow[];
  readonly places: ReadonlyMap<string, Point>;
  readonly rowGap: number;
}

/** Room for the names of the lines of tokens and logits, at the bottom and at the top, in pixels. */
const LINE_ROOM = 22;

/** The zoom at which all rows, both lines around them and so many rows more are just in sight. */
export function zoomForRows({ rows, rowGap }: Layout, height: number, more = 0): number {
  return Math.max(0, height - 2 * LINE_ROOM) / ((Math.max(1, rows.length) + more) * rowGap);
}

/** Nodes that move together: one node, or all nodes of a head. */
interface Unit {
  readonly members: readonly GraphNode[];
  readonly offsets: readonly number[];
  readonly width: number;
  wish: number;
}

interface Pull {
  readonly other: string;
  readonly weight: number;
}

export function layout(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Layout {
  const rows = rowsOf(nodes);
  const nodeGap = gapFor(NODE_GAP, Math.max(...rows.map((row) => row.nodes.length)));
  const units = rows.map((row) => unitsOf(row.nodes, nodeGap));
  const pulls = pullsOf(edges, nodes);
  const x = new Map<string, number>();
  for (const row of units) place(row, x);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const order = sweep % 2 === 0 ? units : [...units].reverse();
    for (const row of order) {
      for (const unit of row) unit.wish = wishOf(unit, pulls, x);
      row.sort((a, b) => a.wish - b.wish);
      place(row, x);
    }
  }
  const places = new Map<string, Point>();
  const rowGap = gapFor(ROW_GAP, rows.length);
  const placedRows = rows.map((row, i) => ({ ...row, y: -i * rowGap }));
  for (const row of placedRows) {
    for (const node of row.nodes) places.set(node.id, { x: x.get(node.id) ?? 0, y: row.y });
  }
  return { rows: placedRows, places, rowGap };
}

/** Some of the nodes of a layout, each in its place; null where one of them has none. */
export function restricted(known: Layout, nodes: readonly GraphNode[]): Layout | null {
  const places = new Map<string, Point>();
  for (const { id } of nodes) {
    const at = known.places.get(id);
    if (at === undefined) return null;
    places.set(id, at);
  }
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const rows = known.rows.map((row) => ({
    ...row,
    nodes: row.nodes.flatMap(({ id }) => byId.get(id) ?? []),
  }));
  return { rows: rows.filter((row) => row.nodes.length > 0), places, rowGap: known.rowGap };
}

const KIND_ORDER: Record<GraphNode["kind"], number> = {
  read: 0,
  write: 0,
  neuron: 0,
  q: 0,
  k: 1,
  v: 2,
};

function gapFor(gap: { most: number; least: number; all: number }, count: number): number {
  return Math.max(gap.least, Math.min(gap.most, gap.all / count));
}

function unitsOf(nodes: readonly GraphNode[], nodeGap: number): Unit[] {
  const sorted = [...nodes].sort(
    (a, b) =>
      (a.head ?? -1) - (b.head ?? -1) ||
      KIND_ORDER[a.kind] - KIND_ORDER[b.kind] ||
      a.index - b.index,
  );
  const groups: GraphNode[][] = [];
  for (const node of sorted) {
    const last = groups.at(-1);
    if (last && node.head !== null && last[0]?.head === node.head) last.push(node);
    else groups.push([node]);
  }
  let start = 0;
  return groups.map((members) => {
    const margin = members[0]?.head === null ? 0 : HEAD_MARGIN;
    const width = members.length * nodeGap + margin;
    const offsets = members.map((_, i) => (i - (members.length - 1) / 2) * nodeGap);
    const wish = start + width / 2;
    start += width;
    return { members, offsets, width, wish };
  });
}

function pullsOf(edges: readonly GraphEdge[], nodes: readonly GraphNode[]): Map<string, Pull[]> {
  const pulls = new Map<string, Pull[]>(nodes.map((node) => [node.id, []]));
  for (const edge of edges) {
    if (edge.kind === "qk") continue;
    const weight = edge.kind === "join" ? JOIN_PULL : 1;
    pulls.get(edge.source)?.push({ other: edge.target, weight });
    pulls.get(edge.target)?.push({ other: edge.source, weight });
  }
  return pulls;
}

function wishOf(unit: Unit, pulls: Map<string, Pull[]>, x: Map<string, number>): number {
  let sum = 0;
  let total = CENTRE_PULL;
  unit.members.forEach((member, i) => {
    for (const { other, weight } of pulls.get(member.id) ?? []) {
      const there = x.get(other);
      if (there === undefined) continue;
      sum += weight * (there - (unit.offsets[i] ?? 0));
      total += weight;
    }
  });
  return sum / total;
}

/** Puts the units of a row, in their order, as near to their wishes as their widths allow. */
function place(row: readonly Unit[], x: Map<string, number>): void {
  const starts: number[] = [];
  let start = 0;
  for (const unit of row) {
    starts.push(start + unit.width / 2);
    start += unit.width;
  }
  const moves = isotonic(row.map((unit, i) => unit.wish - (starts[i] ?? 0)));
  row.forEach((unit, i) => {
    const centre = (starts[i] ?? 0) + (moves[i] ?? 0);
    unit.wish = centre;
    unit.members.forEach((member, j) => x.set(member.id, centre + (unit.offsets[j] ?? 0)));
  });
}

/** The non-decreasing sequence nearest to the given one in squares. */
export function isotonic(values: readonly number[]): number[] {
  const blocks: { mean: number; size: number }[] = [];
  for (const value of values) {
    let block = { mean: value, size: 1 };
    for (let last = blocks.at(-1); last && last.mean > block.mean; last = blocks.at(-1)) {
      blocks.pop();
      const size = last.size + block.size;
      block = { mean: (last.mean * last.size + block.mean * block.size) / size, size };
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ mean, size }) => Array<number>(size).fill(mean));
}
