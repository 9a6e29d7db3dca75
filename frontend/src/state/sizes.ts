/** The sizes a search passed through, for a logarithmic axis. */
import type { CircuitDetail, PathPoint, SizePath } from "../api/types";

export type SizeBy = "induced_edges" | "nodes";

export const SIZE_NAMES: Record<SizeBy, string> = {
  induced_edges: "induced edges",
  nodes: "nodes",
};

/** Where 0 stands on the axis, which has no place for it. */
const ZERO = 0.5;

export function sizeOnAxis(size: number): number {
  return size > 0 ? size : ZERO;
}

export interface Ticks {
  readonly values: readonly number[];
  readonly words: readonly string[];
}

/** 0 where it is needed, then 1, 2, 5, 10, ... up to the largest size. */
export function sizeTicks(sizes: readonly number[]): Ticks {
  const largest = Math.max(1, ...sizes);
  const values: number[] = [];
  for (let decade = 1; decade <= largest; decade *= 10) {
    values.push(...[1, 2, 5].map((digit) => digit * decade).filter((value) => value <= largest));
  }
  const zero = sizes.includes(0);
  return {
    values: zero ? [ZERO, ...values] : values,
    words: [...(zero ? ["0"] : []), ...values.map((value) => value.toLocaleString("en-US"))],
  };
}

/** The smallest size whose circuit meets the target on validation pairs; null if none does. */
export function smallestMeeting(path: SizePath, target: number): PathPoint | null {
  return path.points.find((point) => point.validation_loss <= target) ?? null;
}

/** Where the scrubber can stand. */
export interface SizeStop {
  /** Nodes of the path; null: the circuit itself. */
  readonly size: number | null;
  readonly nodes: number;
  readonly edges: number;
  /** On test pairs, nats. */
  readonly loss: number;
}

/** The sizes on a circuit's path and the circuit itself in its place among them, smallest first. */
export function sizeStops({ circuit, summary }: CircuitDetail): SizeStop[] {
  const points = circuit.path?.points ?? [];
  if (points.length === 0) return [];
  const own: SizeStop = {
    size: null,
    nodes: summary.node_count,
    edges: summary.kept_edges,
    loss: summary.task_loss,
  };
  const others = points
    .filter(({ nodes }) => nodes > 0 && nodes !== own.nodes)
    .map(({ nodes, induced_edges, test_loss }) => ({
      size: nodes,
      nodes,
      edges: induced_edges,
      loss: test_loss,
    }));
  return [...others, own].sort((a, b) => a.nodes - b.nodes);
}

/** Number of the stop for a size: the nearest one, as any size can be named in an address. */
export function nearestStop(stops: readonly SizeStop[], size: number | null): number {
  const away = (stop: SizeStop): number =>
    size === null ? Number(stop.size !== null) : Math.abs(stop.nodes - size);
  return stops.reduce((best, stop, i) => (away(stop) < away(stops[best] as SizeStop) ? i : best), 0);
}
