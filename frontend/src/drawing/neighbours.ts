/** Where the arrow keys lead: along a row, and to the nearest node of the next one. */
import type { Layout } from "./layout";

export type Direction = "left" | "right" | "up" | "down";

/** The node next to one in a direction; the first of all if there is none to start from. */
export function step(layout: Layout, from: string | null, direction: Direction): string | null {
  const at = from === null ? undefined : layout.places.get(from);
  if (at === undefined) return layout.rows[0]?.nodes[0]?.id ?? null;
  const rowIndex = layout.rows.findIndex((row) => row.y === at.y);
  const sideways = direction === "left" || direction === "right";
  const target = sideways ? rowIndex : rowIndex + (direction === "up" ? 1 : -1);
  const row = layout.rows[target];
  if (row === undefined) return from;
  let best: string | null = null;
  let distance = Infinity;
  for (const node of row.nodes) {
    const x = layout.places.get(node.id)?.x ?? 0;
    const away = direction === "left" ? at.x - x : direction === "right" ? x - at.x : Math.abs(x - at.x);
    if (node.id === from || (sideways && away <= 0) || away >= distance) continue;
    best = node.id;
    distance = away;
  }
  return best ?? from;
}
