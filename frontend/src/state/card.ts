/** A checkpoint's card as tables. Cards are free JSON: whatever is no table entry is shown as is. */
import { decimal } from "../text/format";

export interface CardTasks {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly task: string; readonly values: readonly string[] }[];
}

/** The card's `tasks`, an object of objects of numbers by task; empty if it has none. */
export function cardTasks(card: Record<string, unknown>): CardTasks {
  const tasks = card["tasks"];
  if (!isRecord(tasks)) return { columns: [], rows: [] };
  const entries = Object.entries(tasks).flatMap(([task, value]) =>
    isRecord(value) ? [{ task, value }] : [],
  );
  const columns = [...new Set(entries.flatMap(({ value }) => Object.keys(value)))];
  const rows = entries.map(({ task, value }) => ({
    task,
    values: columns.map((column) => (column in value ? factValue(value[column]) : "")),
  }));
  return { columns, rows };
}

/** Any JSON value on one line. */
export function factValue(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : decimal(value, 4);
  if (typeof value === "string") return value;
  return JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
