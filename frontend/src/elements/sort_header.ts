/** The header of a column that can be sorted by. */
import type { TemplateResult } from "lit";
import { html } from "lit";

import type { Order } from "../state/order";
import { reordered } from "../state/order";

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
