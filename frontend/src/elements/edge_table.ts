/** The weights of the circuit as a table; the strongest come first. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { CircuitGraph, GraphEdge } from "../api/types";
import type { Order, SortKey } from "../state/order";
import { sorted } from "../state/order";
import { base, controls, tables } from "../styles/shared";
import { plural, signed } from "../text/format";
import { sortHeader } from "./sort_header";

type Column = "source" | "target" | "weight" | "size" | "kept";

const KEYS: Record<Column, SortKey<GraphEdge>> = {
  source: (edge) => edge.source,
  target: (edge) => edge.target,
  weight: (edge) => edge.weight ?? null,
  size: (edge) => Math.abs(edge.weight ?? 0),
  kept: (edge) => Number(edge.kept),
};
/** Rows shown at first; a button brings the rest. */
const PAGE = 300;

@customElement("cx-edge-table")
export class EdgeTable extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    css`
      .positive {
        color: var(--positive-text);
      }
      .negative {
        color: var(--negative-text);
      }
      tr.pruned {
        color: var(--ink-3);
      }
      td,
      tbody th {
        padding-block: 4px;
      }
      button.more {
        margin: 10px 12px;
      }
    `,
  ];

  @property({ attribute: false }) graph: CircuitGraph | null = null;
  @state() private order: Order<Column> = { by: "size", descending: true };
  @state() private shown = PAGE;

  override render(): TemplateResult {
    const header = (label: string, by: Column, numeric = false): TemplateResult =>
      sortHeader(label, by, this.order, (order) => (this.order = order), numeric);
    const weights = (this.graph?.edges ?? []).filter((edge) => edge.kind === "weight");
    const rows = sorted(weights, KEYS, this.order);
    return html`<table>
        <caption class="visually-hidden">Induced edges of the circuit</caption>
        <thead>
          <tr>
            ${header("From", "source")} ${header("To", "target")}
            ${header("Weight", "weight", true)} ${header("Size", "size", true)}
            ${header("Pruned", "kept")}
          </tr>
        </thead>
        <tbody>
          ${rows.slice(0, this.shown).map((edge) => this.#row(edge))}
        </tbody>
      </table>
      ${rows.length > this.shown
        ? html`<button class="more" @click=${() => (this.shown = Infinity)}>
            Show ${plural(rows.length - this.shown, "more edge")}
          </button>`
        : nothing}`;
  }

  #row(edge: GraphEdge): TemplateResult {
    const weight = edge.weight ?? 0;
    return html`<tr class=${edge.kept ? "" : "pruned"}>
      <td><code>${edge.source}</code></td>
      <td><code>${edge.target}</code></td>
      <td class="number ${weight < 0 ? "negative" : "positive"}">${signed(weight, 4)}</td>
      <td class="number">${Math.abs(weight).toFixed(4)}</td>
      <td>${edge.kept ? "" : "pruned"}</td>
    </tr>`;
  }
}
