/** How far the attention of each head in the circuit is from that in the whole model. */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import type { HeadReport } from "../api/types";
import type { Order, SortKey } from "../state/order";
import { sorted } from "../state/order";
import { base, controls, tables } from "../styles/shared";
import { decimal, plural } from "../text/format";
import { partStyles } from "./report_part_styles";
import { sortHeader } from "./sort_header";

type Column = "head" | "divergence";

const KEYS: Record<Column, SortKey<HeadReport>> = {
  head: (row) => row.head,
  divergence: (row) => row.divergence,
};

@customElement("cx-report-heads")
export class ReportHeads extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    partStyles,
    css`
      td.bar {
        width: 50%;
      }
      .bar i {
        display: block;
        height: 8px;
        min-width: 1px;
        border-radius: 1px;
        background: var(--accent);
      }
    `,
  ];

  @property({ attribute: false }) heads: readonly HeadReport[] = [];
  @state() private order: Order<Column> = { by: "divergence", descending: true };

  override render(): TemplateResult {
    const header = (label: string, by: Column, numeric = false): TemplateResult =>
      sortHeader(label, by, this.order, (order) => (this.order = order), numeric);
    return html`<details open>
      <summary>${plural(this.heads.length, "head")}</summary>
      <p class="quiet small">
        Jensen-Shannon divergence of a head's attention in the circuit from that in the whole model,
        in nats: 0 is the same pattern, ${decimal(Math.LN2)} no overlap.
      </p>
      <table>
        <caption class="visually-hidden">Divergence of attention by head</caption>
        <thead>
          <tr>
            ${header("Head", "head")} ${header("Divergence", "divergence", true)}
            <td></td>
          </tr>
        </thead>
        <tbody>
          ${sorted(this.heads, KEYS, this.order).map(
            ({ head, divergence }) => html`<tr>
              <th scope="row"><code>${head}</code></th>
              <td class="number">${decimal(divergence)}</td>
              <td class="bar">
                <i style=${styleMap({ width: `${Math.min(100, (100 * divergence) / Math.LN2)}%` })}></i>
              </td>
            </tr>`,
          )}
        </tbody>
      </table>
    </details>`;
  }
}
