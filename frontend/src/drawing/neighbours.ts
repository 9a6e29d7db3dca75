/**
 * Where the arrow keys lead. From a node: along its line, and to the nearest node of the next one.
 * From an edge: up and down to its ends, sideways through all edges in forward order.
 */
import type { GraphEdge } from "../api/types";
import { edgeName, isEdgeName } from "../state/exploration";
import type { Layout } from "./layout";

export type Direction = "left" | "right" | "up" | "down";

/** The node next to one in a direction; the first of all if there is none to start from. */
export function step(layout: Layout, from: string | null, direction: Direction): string | null {
  const at = from === null ? undefined : layout.places.get(from);
  if (at === undefined) return layout.rows[0]?.nodes[0]?.id ?? null;
  const sideways = direction === "left" || direction === "right";
  const line = sideways ? at.y : nextLine(layout, at.y, direction);
  let best: string | null = null;
  let distance = Infinity;
  for (const [node, { x, y }] of layout.places) {
    if (y !== line || node === from) continue;
    const away = direction === "left" ? at.x - x : direction === "right" ? x - at.x : Math.abs(x - at.x);
    if ((sideways && away <= 0) || away >= distance) continue;
    best = node;
    distance = away;
  }
  return best ?? from;
}

/** Where the nearest nodes above or below stand; null where there are none. */
function nextLine({ places }: Layout, from: number, direction: Direction): number | null {
  let line: number | null = null;
  for (const { y } of places.values()) {
    const isBeyond = direction === "up" ? y < from : y > from;
    if (isBeyond && (line === null || Math.abs(y - from) < Math.abs(line - from))) line = y;
  }
  return line;
}

/** The name next to a selected edge in a direction: one of its ends, or another edge. */
export function stepFromEdge(
  edges: readonly GraphEdge[],
  from: string,
  direction: Direction,
): string {
  const weights = edges.filter((edge) => edge.kind === "weight");
  const at = weights.findIndex((edge) => edgeName(edge) === from);
  const edge = weights[at];
  if (edge === undefined) return from;
  if (direction === "up") return edge.target;
  if (direction === "down") return edge.source;
  const next = weights[at + (direction === "right" ? 1 : -1)];
  return next === undefined ? from : edgeName(next);
}

/** The edge that a key leads to from a node: the strongest it has; none from an edge. */
export function edgeOf(edges: readonly GraphEdge[], name: string | null): string | null {
  if (isEdgeName(name)) return null;
  const own = edges.filter(
    (edge) =>
      edge.kind === "weight" && (name === null || edge.source === name || edge.target === name),
  );
  own.sort((a, b) => Math.abs(b.weight ?? 0) - Math.abs(a.weight ?? 0));
  return own[0] === undefined ? null : edgeName(own[0]);
}
