/** The nodes of the drawing as a table: the same facts, the same toggles, by keyboard alone. */
import { LitElement, css, html } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { CircuitGraph, GraphNode } from "../api/types";
import { KIND_NAMES } from "../drawing/rows";
import type { Order, SortKey } from "../state/order";
import { sorted } from "../state/order";
import type { Words } from "../state/words";
import { NO_WORDS, labelOf } from "../state/words";
import { base, tables } from "../styles/shared";
import { decimal } from "../text/format";
import { sortHeader } from "./sort_header";

type Column = "place" | "name" | "kind" | "layer" | "head" | "in" | "out" | "mean" | "state";

@customElement("cx-node-table")
export class NodeTable extends LitElement {
  static override styles = [
    base,
    tables,
    css`
      tr.selected {
        background: var(--accent-wash);
      }
      tbody tr {
        scroll-margin: 44px 0;
      }
      tr.ablated th,
      tr.ablated td {
        color: var(--ink-3);
      }
      tr.ablated code {
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
      thead th {
        position: sticky;
        top: 0;
        z-index: 1;
        background: var(--surface);
        box-shadow: inset 0 -1px var(--line);
      }
      td,
      tbody th {
        padding-block: 4px;
      }
    `,
  ];

  @property({ attribute: false }) graph: CircuitGraph | null = null;
  @property({ attribute: false }) ablated: ReadonlySet<string> = new Set();
  @property({ attribute: false }) words: Words = NO_WORDS;
  @property() selection: string | null = null;
  @state() private order: Order<Column> = { by: "place", descending: false };
  #places = new Map<string, number>();

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("graph")) {
      this.#places = new Map(this.graph?.nodes.map((node, i) => [node.id, i]));
    }
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("selection")) {
      this.renderRoot.querySelector("tr.selected")?.scrollIntoView({ block: "nearest" });
    }
  }

  #keys(): Record<Column, SortKey<GraphNode>> {
    return {
      place: (node) => this.#places.get(node.id) ?? null,
      name: (node) => node.id,
      kind: (node) => KIND_NAMES[node.kind],
      layer: (node) => node.layer,
      head: (node) => node.head ?? null,
      in: (node) => node.degree_in,
      out: (node) => node.degree_out,
      mean: (node) => node.mean,
      state: (node) => Number(this.ablated.has(node.id)),
    };
  }

  override render(): TemplateResult {
    const header = (label: string, by: Column, numeric = false): TemplateResult =>
      sortHeader(label, by, this.order, (order) => (this.order = order), numeric);
    const rows = sorted(this.graph?.nodes ?? [], this.#keys(), this.order);
    return html`<table>
      <caption class="visually-hidden">Nodes of the circuit, in forward order unless sorted</caption>
      <thead>
        <tr>
          ${header("#", "place", true)} ${header("Kept", "state")} ${header("Node", "name")}
          ${header("What it is", "kind")} ${header("Layer", "layer", true)}
          ${header("Head", "head", true)} ${header("Edges in", "in", true)}
          ${header("Edges out", "out", true)} ${header("Mean", "mean", true)}
        </tr>
      </thead>
      <tbody>
        ${rows.map((node) => this.#row(node))}
      </tbody>
    </table>`;
  }

  #row(node: GraphNode): TemplateResult {
    const ablated = this.ablated.has(node.id);
    const classes = `${ablated ? "ablated" : ""} ${node.id === this.selection ? "selected" : ""}`;
    return html`<tr class=${classes} @click=${() => this.#send("select-node", node.id)}>
      <td class="number">${(this.#places.get(node.id) ?? 0) + 1}</td>
      <td>
        <input
          type="checkbox"
          aria-label="Keep ${node.id}"
          .checked=${!ablated}
          @change=${() => this.#send("toggle-node", node.id)}
        />
      </td>
      <th scope="row">
        <code>${node.id}</code><span class="label">${labelOf(this.words, node.id)}</span>
      </th>
      <td>${KIND_NAMES[node.kind]}</td>
      <td class="number">${node.layer}</td>
      <td class="number">${node.head ?? ""}</td>
      <td class="number">${node.degree_in}</td>
      <td class="number">${node.degree_out}</td>
      <td class="number">${decimal(node.mean, 4)}</td>
    </tr>`;
  }

  #send(name: "toggle-node" | "select-node", node: string): void {
    this.dispatchEvent(new CustomEvent<string>(name, { detail: node }));
  }
}
