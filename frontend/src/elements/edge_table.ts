/**
 * The weights of the circuit as a table, the strongest first, with the same toggles as the drawing.
 * Fires `toggle-edge` and `select-edge`.
 */
import { LitElement, css, html, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { CircuitGraph, GraphEdge } from "../api/types";
import type { Exploration } from "../state/exploration";
import { edgeName, isEdgeKept } from "../state/exploration";
import type { Order, SortKey } from "../state/order";
import { sorted } from "../state/order";
import type { Words } from "../state/words";
import { NO_WORDS, labelOf } from "../state/words";
import { base, controls, tables } from "../styles/shared";
import { plural, signed } from "../text/format";
import { sortHeader } from "./sort_header";

type Column = "source" | "target" | "weight" | "size" | "pruned" | "state";

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
      tr.selected {
        background: var(--accent-wash);
      }
      tbody tr {
        scroll-margin: 44px 0;
      }
      tr.ablated code {
        color: var(--ink-3);
        text-decoration: line-through;
      }
      .label {
        margin-left: 8px;
        font-weight: 400;
        overflow-wrap: anywhere;
      }
      input {
        margin: 0;
        accent-color: var(--accent);
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
  @property({ attribute: false }) exploration!: Exploration;
  @property({ attribute: false }) words: Words = NO_WORDS;
  @state() private order: Order<Column> = { by: "size", descending: true };
  @state() private shown = PAGE;

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get("exploration");
    if (changed.has("exploration") && before?.selection !== this.exploration.selection) {
      this.renderRoot.querySelector("tr.selected")?.scrollIntoView({ block: "nearest" });
    }
  }

  #keys(): Record<Column, SortKey<GraphEdge>> {
    return {
      source: (edge) => edge.source,
      target: (edge) => edge.target,
      weight: (edge) => edge.weight ?? null,
      size: (edge) => Math.abs(edge.weight ?? 0),
      pruned: (edge) => Number(edge.kept),
      state: (edge) => Number(!isEdgeKept(this.exploration, edge)),
    };
  }

  override render(): TemplateResult {
    const header = (label: string, by: Column, numeric = false): TemplateResult =>
      sortHeader(label, by, this.order, (order) => (this.order = order), numeric);
    const weights = (this.graph?.edges ?? []).filter((edge) => edge.kind === "weight");
    const rows = sorted(weights, this.#keys(), this.order);
    return html`<table>
        <caption class="visually-hidden">Induced edges of the circuit</caption>
        <thead>
          <tr>
            ${header("Kept", "state")} ${header("From", "source")} ${header("To", "target")}
            ${header("Weight", "weight", true)} ${header("Size", "size", true)}
            ${header("By the search", "pruned")}
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
    const name = edgeName(edge);
    const kept = isEdgeKept(this.exploration, edge);
    const classes = `${kept ? "" : "ablated"} ${name === this.exploration.selection ? "selected" : ""}`;
    return html`<tr class=${classes} @click=${() => this.#send("select-edge", name)}>
      <td>
        <input
          type="checkbox"
          aria-label="Keep the edge from ${edge.source} to ${edge.target}"
          .checked=${kept}
          @change=${() => this.#send("toggle-edge", name)}
        />
      </td>
      <td><code>${edge.source}</code></td>
      <td>
        <code>${edge.target}</code><span class="label">${labelOf(this.words, name)}</span>
      </td>
      <td class="number ${weight < 0 ? "negative" : "positive"}">${signed(weight, 4)}</td>
      <td class="number">${Math.abs(weight).toFixed(4)}</td>
      <td>${edge.kept ? "kept" : "pruned"}</td>
    </tr>`;
  }

  #send(event: "toggle-edge" | "select-edge", name: string): void {
    this.dispatchEvent(new CustomEvent<string>(event, { detail: name }));
  }
}
