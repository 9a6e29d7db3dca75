/** Two circuits side by side: one layout for both, and which second one is offered first. */
import type { CircuitGraph, CircuitSummary } from "../api/types";

export type Drawing = Pick<CircuitGraph, "nodes" | "edges">;

/** All nodes and edges of both, each once: what both find their places in. */
export function union(left: Drawing, right: Drawing): Drawing {
  const nodes = new Map([...left.nodes, ...right.nodes].map((node) => [node.id, node]));
  const edges = new Map(
    [...left.edges, ...right.edges].map((edge) => [
      `${edge.kind} ${edge.source}>${edge.target}`,
      edge,
    ]),
  );
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** Others to choose from, by heading: nearest first. */
export function others(
  left: CircuitSummary,
  circuits: readonly CircuitSummary[],
): ReadonlyMap<string, readonly CircuitSummary[]> {
  const groups = new Map<string, CircuitSummary[]>([
    ["same task, same checkpoint", []],
    ["same checkpoint", []],
    ["same task", []],
    ["others", []],
  ]);
  for (const circuit of circuits) {
    if (circuit.slug === left.slug) continue;
    const task = circuit.task === left.task;
    const checkpoint = circuit.checkpoint === left.checkpoint;
    const heading = checkpoint
      ? task
        ? "same task, same checkpoint"
        : "same checkpoint"
      : task
        ? "same task"
        : "others";
    groups.get(heading)?.push(circuit);
  }
  return new Map([...groups].filter(([, found]) => found.length > 0));
}

export function besidePath(left: string, right: string | null): string {
  const query = right === null ? "" : `?${new URLSearchParams({ with: right })}`;
  return `/circuits/${left}/beside${query}`;
}
