/** Which edges are too weak to be shown. */
import type { GraphEdge } from "../api/types";
import { edgeName } from "../state/exploration";
import type { Look } from "../state/look";

export type Effects = ReadonlyMap<string, number>;

/** What an edge is weighed by; 0 where it has no effect of its own, as a pruned edge. */
export function magnitude(edge: GraphEdge, by: Look["by"], effects: Effects | null): number {
  if (by === "weight") return Math.abs(edge.weight ?? 0);
  return Math.abs(effects?.get(edgeName(edge)) ?? 0);
}

/** The magnitude below which edges are hidden. */
export function threshold(
  edges: readonly GraphEdge[],
  { by, least }: Pick<Look, "by" | "least">,
  effects: Effects | null,
): number {
  let most = 0;
  for (const edge of edges) most = Math.max(most, magnitude(edge, by, effects));
  return least * most;
}

/** Names of the edges below the threshold. While effects are not there yet, none is. */
export function weakEdges(
  edges: readonly GraphEdge[],
  look: Pick<Look, "by" | "least">,
  effects: Effects | null,
): ReadonlySet<string> {
  const weak = new Set<string>();
  if (look.least === 0 || (look.by === "effect" && effects === null)) return weak;
  const limit = threshold(edges, look, effects);
  for (const edge of edges) {
    if (edge.kind === "weight" && magnitude(edge, look.by, effects) < limit) weak.add(edgeName(edge));
  }
  return weak;
}

/** Positions of the slider are squares apart: most weights are small ones. */
export const STEPS = 100;

export function leastAt(position: number): number {
  return Number(((position / STEPS) ** 2).toFixed(4));
}

export function positionOf(least: number): number {
  return Math.round(Math.sqrt(least) * STEPS);
}
