/** Which circuits a list shows: by checkpoint, task and target, as the query of its URL. */
import type { CircuitSummary } from "../api/types";

export interface CircuitFilter {
  readonly checkpoint: string;
  readonly task: string;
  readonly target: string;
}

export type FilterBy = keyof CircuitFilter;

export const FILTERS: Record<FilterBy, { label: string; of(circuit: CircuitSummary): string }> = {
  checkpoint: { label: "Checkpoint", of: (circuit) => circuit.checkpoint },
  task: { label: "Task", of: (circuit) => circuit.task },
  target: { label: "Target", of: (circuit) => String(circuit.target_loss) },
};

const NAMES = Object.keys(FILTERS) as FilterBy[];

export function filterFrom(query: string): CircuitFilter {
  const params = new URLSearchParams(query);
  return {
    checkpoint: params.get("checkpoint") ?? "",
    task: params.get("task") ?? "",
    target: params.get("target") ?? "",
  };
}

/** The query without its `?`; empty where nothing is filtered. */
export function filterQuery(filter: CircuitFilter): string {
  const params = new URLSearchParams();
  for (const name of NAMES) if (filter[name] !== "") params.set(name, filter[name]);
  return params.toString();
}

export function filtered(
  circuits: readonly CircuitSummary[],
  filter: CircuitFilter,
): CircuitSummary[] {
  return circuits.filter((circuit) =>
    NAMES.every((name) => filter[name] === "" || FILTERS[name].of(circuit) === filter[name]),
  );
}

/** What there is to choose from, in order; the present choice is always among it. */
export function choices(
  circuits: readonly CircuitSummary[],
  name: FilterBy,
  chosen: string,
): string[] {
  const found = new Set(circuits.map((circuit) => FILTERS[name].of(circuit)));
  if (chosen !== "") found.add(chosen);
  return [...found].sort((a, b) => Number(a) - Number(b) || a.localeCompare(b, "en"));
}
