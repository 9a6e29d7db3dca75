/**
 * The drawing's nodes and edges as tables. Fires `toggle-node`, `select-node`, `toggle-edge` and
 * `select-edge`.
 */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { CircuitGraph } from "../api/types";
import type { Exploration } from "../state/exploration";
import type { Words } from "../state/words";
import { NO_WORDS } from "../state/words";
import { base } from "../styles/shared";
import "./edge_table";
import "./node_table";
import { passOn } from "./pass_on";

@customElement("cx-circuit-tables")
export class CircuitTables extends LitElement {
  static override styles = [
    base,
    css`
      h2 {
        padding: 14px 12px 6px;
      }
    `,
  ];

  @property({ attribute: false }) graph: CircuitGraph | null = null;
  @property({ attribute: false }) ablated: ReadonlySet<string> = new Set();
  @property({ attribute: false }) exploration!: Exploration;
  @property({ attribute: false }) words: Words = NO_WORDS;

  override render(): TemplateResult {
    return html`<h2>Nodes</h2>
      <cx-node-table
        .graph=${this.graph}
        .words=${this.words}
        .ablated=${this.ablated}
        .selection=${this.exploration.selection}
        @toggle-node=${this.#pass}
        @select-node=${this.#pass}
      ></cx-node-table>
      <h2>Edges</h2>
      <cx-edge-table
        .graph=${this.graph}
        .words=${this.words}
        .exploration=${this.exploration}
        @toggle-edge=${this.#pass}
        @select-edge=${this.#pass}
      ></cx-edge-table>`;
  }

  #pass(event: CustomEvent<string>): void {
    passOn(this, event);
  }
}
