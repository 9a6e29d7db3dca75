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

export interface CardSection {
  readonly name: string;
  readonly facts: readonly (readonly [string, string])[];
}

/** What else the card says: its plain entries first (no name), then a section for each object. */
export function cardSections(card: Record<string, unknown>): CardSection[] {
  const plain = Object.entries(card).filter(([, value]) => !isRecord(value));
  const objects = Object.entries(card).filter(([name, value]) => name !== "tasks" && isRecord(value));
  return [
    { name: "", facts: plain.map(([name, value]) => [name, factValue(value)] as const) },
    ...objects.map(([name, value]) => ({ name, facts: flattened(value, "") })),
  ].filter((section) => section.facts.length > 0);
}

function flattened(value: unknown, name: string): (readonly [string, string])[] {
  if (!isRecord(value)) return [[name, factValue(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flattened(inner, name === "" ? key : `${name}.${key}`),
  );
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
