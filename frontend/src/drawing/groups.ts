/**
 * Boxes around groups of nodes. A box holds members only: where one around all of them would take
 * in a stranger, the group is cut at its widest gap, and each part has a box of its own.
 */
import type { Point } from "./layout";
import { NODE_HEIGHT, NODE_WIDTH } from "./stylesheet";

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Between the shape of a node and the box; below, where its label stands, more. */
const ROOM = 9;
const LABEL_ROOM = 27;

/** Boxes in reading order: the topmost, then the leftmost first. */
export function boxesOf(
  members: readonly string[],
  places: ReadonlyMap<string, Point>,
): readonly Box[] {
  const inside = members.filter((node) => places.has(node));
  const strangers = [...places].filter(([node]) => !inside.includes(node)).map(([, at]) => at);
  const points = inside.map((node) => places.get(node) as Point);
  return split(points, strangers).sort((a, b) => a.top - b.top || a.left - b.left);
}

function split(points: readonly Point[], strangers: readonly Point[]): Box[] {
  if (points.length === 0) return [];
  const box = around(points);
  if (points.length === 1 || !strangers.some((stranger) => meets(box, stranger))) return [box];
  const [first, second] = cut(points);
  return [...split(first, strangers), ...split(second, strangers)];
}

function around(points: readonly Point[]): Box {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  return {
    left: Math.min(...xs) - NODE_WIDTH / 2 - ROOM,
    right: Math.max(...xs) + NODE_WIDTH / 2 + ROOM,
    top: Math.min(...ys) - NODE_HEIGHT / 2 - ROOM,
    bottom: Math.max(...ys) + NODE_HEIGHT / 2 + LABEL_ROOM,
  };
}

/** Whether the shape of a node, not only its centre, reaches into the box. */
function meets(box: Box, { x, y }: Point): boolean {
  const beside = x + NODE_WIDTH / 2 < box.left || x - NODE_WIDTH / 2 > box.right;
  const apart = y + NODE_HEIGHT / 2 < box.top || y - NODE_HEIGHT / 2 > box.bottom;
  return !beside && !apart;
}

/** Two parts, between which lies the widest gap; rows are told apart before columns. */
function cut(points: readonly Point[]): [readonly Point[], readonly Point[]] {
  const ways = (["y", "x"] as const).map((axis) => {
    const sorted = [...points].sort((a, b) => a[axis] - b[axis]);
    const gaps = sorted.slice(1).map((point, i) => point[axis] - (sorted[i] as Point)[axis]);
    const widest = Math.max(...gaps);
    return { widest, sorted, at: gaps.indexOf(widest) + 1 };
  });
  const best = ways.reduce((a, b) => (b.widest > a.widest ? b : a));
  return [best.sorted.slice(0, best.at), best.sorted.slice(best.at)];
}
