/** What each kept edge of a circuit adds, those that add nothing marked. Fires `select-edge`. */
import { LitElement, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { EdgeReport } from "../api/types";
import { edgeName } from "../state/exploration";
import type { Order, SortKey } from "../state/order";
import { sorted } from "../state/order";
import { base, chips, controls, tables } from "../styles/shared";
import { plural, signed } from "../text/format";
import { partStyles } from "./report_part_styles";
import { sortHeader } from "./sort_header";

type Column = "source" | "target" | "adds" | "needed";

const KEYS: Record<Column, SortKey<EdgeReport>> = {
  source: (row) => row.source,
  target: (row) => row.target,
  adds: (row) => row.adds,
  needed: (row) => Number(row.needed),
};
/** Rows shown at first; a button brings the rest. */
const PAGE = 200;

@customElement("cx-report-edges")
export class ReportEdges extends LitElement {
  static override styles = [base, controls, tables, chips, partStyles];

  @property({ attribute: false }) edges: readonly EdgeReport[] = [];
  @property() selection: string | null = null;
  @state() private order: Order<Column> = { by: "adds", descending: true };
  @state() private shown = PAGE;

  override render(): TemplateResult | typeof nothing {
    if (this.edges.length === 0) return nothing;
    const header = (label: string, by: Column, numeric = false): TemplateResult =>
      sortHeader(label, by, this.order, (order) => (this.order = order), numeric);
    const idle = this.edges.filter((row) => !row.needed).length;
    const rows = sorted(this.edges, KEYS, this.order);
    return html`<details ?open=${rows.length <= 40}>
      <summary>
        ${plural(rows.length, "kept edge")}${idle > 0
          ? html`, <span class="idle">${idle} that ${idle === 1 ? "adds" : "add"} nothing</span>`
          : nothing}
      </summary>
      <div class="scroll">
        <table>
          <caption class="visually-hidden">What each kept edge adds</caption>
          <thead>
            <tr>
              ${header("From", "source")} ${header("To", "target")}
              ${header("Adds, nats", "adds", true)} ${header("Needed", "needed")}
            </tr>
          </thead>
          <tbody>
            ${rows.slice(0, this.shown).map((row) => this.#row(row))}
          </tbody>
        </table>
      </div>
      ${rows.length > this.shown
        ? html`<button class="more" @click=${() => (this.shown = Infinity)}>
            Show ${plural(rows.length - this.shown, "more edge")}
          </button>`
        : nothing}
    </details>`;
  }

  #row(row: EdgeReport): TemplateResult {
    const name = edgeName(row);
    const classes = `${row.needed ? "" : "idle"} ${name === this.selection ? "selected" : ""}`;
    return html`<tr class=${classes}>
      <th scope="row">
        <button
          class="link"
          aria-label="Edge from ${row.source} to ${row.target}"
          @click=${() => this.#select(name)}
        >
          <code>${row.source}</code>
        </button>
      </th>
      <td><code>${row.target}</code></td>
      <td class="number">${signed(row.adds, 4)}</td>
      <td>${row.needed ? "✓ yes" : "✗ adds nothing"}</td>
    </tr>`;
  }

  #select(edge: string): void {
    this.dispatchEvent(new CustomEvent<string>("select-edge", { detail: edge }));
  }
}
