/** Which circuit stands in each cell of the overview: checkpoints by tasks. */
import type { CircuitSummary } from "../api/types";

export interface Cell {
  readonly best: CircuitSummary;
  readonly others: number;
}

/** The smallest circuit that meets its target; where none does, the one of smallest loss. */
export function better(a: CircuitSummary, b: CircuitSummary): CircuitSummary {
  if (a.meets_target !== b.meets_target) return a.meets_target ? a : b;
  const [x, y] = a.meets_target
    ? [a.induced_edges, b.induced_edges]
    : [a.task_loss, b.task_loss];
  if (x !== y) return x < y ? a : b;
  return a.task_loss <= b.task_loss ? a : b;
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
