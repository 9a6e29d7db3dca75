/** Sortable tables: the order as a value, and the headers that change it. */
import type { TemplateResult } from "lit";
import { html } from "lit";

export interface Order<K extends string> {
  readonly by: K;
  readonly descending: boolean;
}

export type SortKey<T> = (row: T) => string | number | null;

/** Rows in order; equal ones as they came, missing values last. */
export function sorted<T, K extends string>(
  rows: readonly T[],
  keys: Record<K, SortKey<T>>,
  order: Order<K>,
): T[] {
  const key = keys[order.by];
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    if (typeof x === "number" && typeof y === "number") return sign * (x - y);
    return sign * String(x).localeCompare(String(y), "en", { numeric: true });
  });
}

/** The order after a click on a header: another column, or the other way round. */
export function reordered<K extends string>(order: Order<K>, by: K): Order<K> {
  return order.by === by ? { by, descending: !order.descending } : { by, descending: false };
}

export function sortHeader<K extends string>(
  label: string,
  by: K,
  order: Order<K>,
  change: (order: Order<K>) => void,
  numeric = false,
): TemplateResult {
  const direction = order.by !== by ? "none" : order.descending ? "descending" : "ascending";
  return html`<th scope="col" class=${numeric ? "number" : ""} aria-sort=${direction}>
    <button @click=${() => change(reordered(order, by))}>${label}</button>
  </th>`;
}
