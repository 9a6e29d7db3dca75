/** Which checkpoint a form offers first. */
import type { CheckpointSummary, CircuitSummary } from "../api/types";

/** The name of the one with the most circuits, of equals the first; undefined if there is none. */
export function usualCheckpoint(
  checkpoints: readonly Pick<CheckpointSummary, "name">[],
  circuits: readonly Pick<CircuitSummary, "checkpoint">[],
): string | undefined {
  const count = (name: string): number =>
    circuits.filter(({ checkpoint }) => checkpoint === name).length;
  const counted = checkpoints.map(({ name }) => ({ name, circuits: count(name) }));
  return counted.sort((a, b) => b.circuits - a.circuits)[0]?.name;
}
