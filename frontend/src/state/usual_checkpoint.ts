/** In what order checkpoints are shown, and which one a form offers first. */
import type { CheckpointSummary, CircuitSummary } from "../api/types";

type Named = Pick<CheckpointSummary, "name">;
type Found = Pick<CircuitSummary, "checkpoint">;

/** Those with the most circuits first, of equals in the order given. */
export function byCircuits<C extends Named>(
  checkpoints: readonly C[],
  circuits: readonly Found[],
): C[] {
  const counts = new Map<string, number>();
  for (const { checkpoint } of circuits) counts.set(checkpoint, (counts.get(checkpoint) ?? 0) + 1);
  const count = ({ name }: Named): number => counts.get(name) ?? 0;
  return [...checkpoints].sort((a, b) => count(b) - count(a));
}

/** The name of the first of them; undefined if there is none. */
export function usualCheckpoint(
  checkpoints: readonly Named[],
  circuits: readonly Found[],
): string | undefined {
  return byCircuits(checkpoints, circuits)[0]?.name;
}
