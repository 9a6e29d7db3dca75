/** The sizes a search passed through, for a logarithmic axis. */
import type { PathPoint, SizePath } from "../api/types";

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
