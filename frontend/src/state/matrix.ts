/** Which circuit stands in each cell of the overview: checkpoints by tasks. */
import type { CircuitSummary } from "../api/types";

export interface Cell {
  readonly best: CircuitSummary;
  readonly others: number;
}

/** Circuits found for other targets, by a benchmark say, are held to this one all the same. */
export const USUAL_TARGET = 0.15;

/**
 * The smallest circuit whose loss is at most the usual target, whatever it was searched for; else
 * the one that comes nearest: of least loss.
 */
export function better(a: CircuitSummary, b: CircuitSummary): CircuitSummary {
  const [x, y] = [rank(a), rank(b)];
  for (const [place, value] of x.entries()) {
    const other = y[place] as number;
    if (value !== other) return value < other ? a : b;
  }
  return a;
}

function rank(circuit: CircuitSummary): number[] {
  const { task_loss, induced_edges } = circuit;
  return task_loss <= USUAL_TARGET ? [0, induced_edges, task_loss] : [1, task_loss, induced_edges];
}

/** What is to be said of a circuit that does not meet the usual target; null if it does. */
export function exception(circuit: CircuitSummary): string | null {
  if (circuit.task_loss <= USUAL_TARGET) return null;
  return `${circuit.meets_target ? "meets" : "misses"} ${circuit.target_loss}`;
}

export function matrix(circuits: readonly CircuitSummary[]): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const circuit of circuits) {
    const key = cellKey(circuit.checkpoint, circuit.task);
    const cell = cells.get(key);
    cells.set(key, {
      best: cell ? better(cell.best, circuit) : circuit,
      others: cell ? cell.others + 1 : 0,
    });
  }
  return cells;
}

export function cellKey(checkpoint: string, task: string): string {
  return `${checkpoint}\n${task}`;
}
