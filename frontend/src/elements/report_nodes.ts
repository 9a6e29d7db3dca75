/** What each node of a circuit adds, those that add nothing marked. Fires `select-node`. */
import { LitElement, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { NodeReport } from "../api/types";
import type { Order, SortKey } from "../state/order";
import { sorted } from "../state/order";
import { base, chips, controls, tables } from "../styles/shared";
import { decimal, percent, plural, signed } from "../text/format";
import { partStyles } from "./report_part_styles";
import { sortHeader } from "./sort_header";

type Column = "node" | "adds" | "needed" | "inclusion" | "correlation" | "flips";

const KEYS: Record<Column, SortKey<NodeReport>> = {
  node: (row) => row.node,
  adds: (row) => row.adds,
  needed: (row) => Number(row.needed),
  inclusion: (row) => row.inclusion ?? null,
  correlation: (row) => row.correlation ?? null,
  flips: (row) => row.sign_flips ?? null,
};

@customElement("cx-report-nodes")
export class ReportNodes extends LitElement {
  static override styles = [base, controls, tables, chips, partStyles];

  @property({ attribute: false }) nodes: readonly NodeReport[] = [];
  @property() selection: string | null = null;
  @state() private order: Order<Column> = { by: "adds", descending: true };

  override render(): TemplateResult {
    const header = (label: string, by: Column, numeric = true): TemplateResult =>
      sortHeader(label, by, this.order, (order) => (this.order = order), numeric);
    const seeds = this.#hasSeeds();
    const idle = this.nodes.filter((row) => !row.needed).length;
    return html`<details open>
      <summary>
        ${plural(this.nodes.length, "node")}${idle > 0
          ? html`, <span class="idle">${idle} that ${idle === 1 ? "adds" : "add"} nothing</span>`
          : nothing}
      </summary>
      <p class="quiet small">
        Adds: how much the test loss rises when the node alone is ablated from the circuit. Choose a
        node to see it in the graph.
      </p>
      <div class="scroll">
        <table>
          <caption class="visually-hidden">What each node adds</caption>
          <thead>
            <tr>
              ${header("Node", "node", false)} ${header("Adds, nats", "adds")}
              ${header("Needed", "needed", false)}
              ${seeds ? header("In circuits of other seeds", "inclusion") : nothing}
              ${header("Correlation with the whole model", "correlation")}
              ${header("Sign flips", "flips")}
            </tr>
          </thead>
          <tbody>
            ${sorted(this.nodes, KEYS, this.order).map((row) => this.#row(row))}
          </tbody>
        </table>
      </div>
    </details>`;
  }

  #row(row: NodeReport): TemplateResult {
    const classes = `${row.needed ? "" : "idle"} ${row.node === this.selection ? "selected" : ""}`;
    const known = (value: number | null | undefined, write: (value: number) => string): string =>
      typeof value === "number" ? write(value) : "";
    return html`<tr class=${classes}>
      <th scope="row">
        <button class="link" @click=${() => this.#select(row.node)}><code>${row.node}</code></button>
      </th>
      <td class="number">${signed(row.adds, 4)}</td>
      <td>${row.needed ? "✓ yes" : "✗ adds nothing"}</td>
      ${this.#hasSeeds()
        ? html`<td class="number">${known(row.inclusion, (value) => percent(value, 0))}</td>`
        : nothing}
      <td class="number">${known(row.correlation, (value) => decimal(value, 2))}</td>
      <td class="number">${known(row.sign_flips, (value) => percent(value))}</td>
    </tr>`;
  }

  /** Stability was computed. */
  #hasSeeds(): boolean {
    return this.nodes.some((row) => typeof row.inclusion === "number");
  }

  #select(node: string): void {
    this.dispatchEvent(new CustomEvent<string>("select-node", { detail: node }));
  }
}
