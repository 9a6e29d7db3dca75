/** The order of a table's rows, as a value. */

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
