/**
 * Places nodes in rows, with short and nearly vertical edges.
 *
 * Nodes of a head stay together and move as one unit. Sweeping up and down over the rows, each
 * unit is drawn to the weighted mean place of its neighbours (Sugiyama et al. 1981); the units of
 * a row are ordered by that wish and put as close to it as their widths allow, which is isotonic
 * regression (pool adjacent violators). Rows of large graphs are divided into lines, over which
 * their units go in turn, so that left stays left. Only the graph decides, never what is ablated, so
 * toggles move nothing. The same graph always gives the same places.
 */
import type { GraphEdge, GraphNode } from "../api/types";
import type { Box } from "./groups";
import { LINE_GAP, grid, isLarge, linesOf, rowHeight } from "./lines";
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
  /** Its middle. */
  readonly y: number;
  /** With half the gap to the rows on both sides. */
  readonly height: number;
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
  const all = rows.reduce((sum, row) => sum + row.height, 0) || rowGap;
  return Math.max(0, height - 2 * LINE_ROOM) / (all + more * rowGap);
}

/** Nodes that move together: one node, or all nodes of a head. */
interface Unit {
  readonly members: readonly GraphNode[];
  /** From its middle. */
  readonly offsets: readonly Point[];
  readonly width: number;
  wish: number;
}

/** The units of a row, and how many lines they take. */
interface Line {
  units: Unit[];
  readonly lines: number;
  /** Of one line. */
  readonly height: number;
}

interface Pull {
  readonly other: string;
  readonly weight: number;
}

export function layout(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Layout {
  const rows = rowsOf(nodes);
  const rowGap = gapFor(ROW_GAP, rows.length);
  const lines = linesOfRows(rows, rowGap);
  const pulls = pullsOf(edges, nodes);
  const places = new Map<string, Point>();
  for (const row of lines) place(row, places);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const order = sweep % 2 === 0 ? lines : [...lines].reverse();
    for (const row of order) {
      for (const unit of row.units) unit.wish = wishOf(unit, pulls, places);
      row.units.sort((a, b) => a.wish - b.wish);
      place(row, places);
    }
  }
  return { rows: stacked(rows, lines, rowGap, places), places, rowGap };
}

/** The rows above each other, and their nodes moved there. */
function stacked(
  rows: readonly Row[],
  lines: readonly Line[],
  rowGap: number,
  places: Map<string, Point>,
): PlacedRow[] {
  let top = rowGap / 2;
  return rows.map((row, i) => {
    const { height: line, lines: count } = lines[i] as Line;
    const height = rowHeight({ width: 0, height: line }, count, rowGap);
    const y = top - height / 2;
    top -= height;
    for (const { id } of row.nodes) {
      const at = places.get(id) as Point;
      places.set(id, { x: at.x, y: at.y + y });
    }
    return { ...row, y, height };
  });
}

function linesOfRows(rows: readonly Row[], rowGap: number): Line[] {
  const nodeGap = gapFor(NODE_GAP, Math.max(...rows.map((row) => row.nodes.length)));
  const plain = rows.map((row) => unitsOf(row.nodes, nodeGap, false));
  if (!isLarge(plain.map(widthOf))) {
    return plain.map((units) => ({ units, lines: 1, height: rowGap }));
  }
  const units = rows.map((row) => unitsOf(row.nodes, nodeGap, true));
  const rooms = units.map((row) => ({ width: widthOf(row), height: highest(row) }));
  const counts = linesOf(rooms, rowGap);
  return units.map((row, i) => ({
    units: row,
    lines: counts[i] ?? 1,
    height: rooms[i]?.height ?? LINE_GAP,
  }));
}

const widthOf = (units: readonly Unit[]): number => units.reduce((sum, { width }) => sum + width, 0);

/** Of the units of a row, the height of the highest with the gap to the next line. */
function highest(units: readonly Unit[]): number {
  const heights = units.map(({ members, offsets }) => {
    const ys = offsets.map(({ y }) => y);
    const margin = members[0]?.head === null ? 0 : HEAD_MARGIN;
    return Math.max(...ys) - Math.min(...ys) + LINE_GAP + margin;
  });
  return Math.max(LINE_GAP, ...heights);
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

/** @param folded nodes of a head stand in several lines. */
function unitsOf(nodes: readonly GraphNode[], nodeGap: number, folded: boolean): Unit[] {
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
    const offsets = folded
      ? grid(members.length, nodeGap)
      : members.map((_, i) => ({ x: (i - (members.length - 1) / 2) * nodeGap, y: 0 }));
    const width = 2 * Math.max(...offsets.map(({ x }) => x)) + nodeGap + margin;
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

function wishOf(
  unit: Unit,
  pulls: ReadonlyMap<string, Pull[]>,
  places: ReadonlyMap<string, Point>,
): number {
  let sum = 0;
  let total = CENTRE_PULL;
  unit.members.forEach((member, i) => {
    for (const { other, weight } of pulls.get(member.id) ?? []) {
      const there = places.get(other);
      if (there === undefined) continue;
      sum += weight * (there.x - (unit.offsets[i]?.x ?? 0));
      total += weight;
    }
  });
  return sum / total;
}

/**
 * Puts the units of a row, in their order, as near to their wishes as their widths allow: each on
 * the line that ends furthest to the left. Lines are around y = 0, several around x = 0 too: full as
 * they are, rows would wander off to both sides.
 */
function place({ units, lines, height }: Line, places: Map<string, Point>): void {
  const starts: number[] = [];
  let start = 0;
  for (const { width } of units) {
    starts.push(start + width / lines / 2);
    start += width / lines;
  }
  const moves = isotonic(units.map((unit, i) => unit.wish - (starts[i] ?? 0)));
  const ends = Array<number>(lines).fill(-Infinity);
  const seats = units.map(({ width }, i) => {
    const line = ends.indexOf(Math.min(...ends));
    const wish = (starts[i] ?? 0) + (moves[i] ?? 0);
    const x = lines === 1 ? wish : Math.max(wish, (ends[line] ?? 0) + width / 2);
    ends[line] = x + width / 2;
    return { x, y: (line - (lines - 1) / 2) * height };
  });
  const first = (seats[0]?.x ?? 0) - (units[0]?.width ?? 0) / 2;
  const middle = lines === 1 ? 0 : (first + Math.max(...ends)) / 2;
  units.forEach((unit, i) => {
    const { x, y } = seats[i] ?? { x: 0, y: 0 };
    unit.wish = x - middle;
    unit.members.forEach((member, j) => {
      const offset = unit.offsets[j] ?? { x: 0, y: 0 };
      places.set(member.id, { x: unit.wish + offset.x, y: y + offset.y });
    });
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
