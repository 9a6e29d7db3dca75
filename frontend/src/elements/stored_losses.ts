/** What the file of another program says of a circuit, beside what was measured here. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { CircuitDetail } from "../api/types";
import { base, tables } from "../styles/shared";
import { decimal, plural, signed } from "../text/format";

@customElement("cx-stored-losses")
export class StoredLosses extends LitElement {
  static override styles = [
    base,
    tables,
    css`
      table {
        margin-bottom: 8px;
      }
      th,
      td {
        padding: 4px 0 4px 8px;
      }
      tr > :first-child {
        padding-left: 0;
      }
      p,
      details {
        margin-bottom: 10px;
        font-size: var(--small);
        color: var(--ink-2);
      }
      summary {
        cursor: pointer;
      }
      .scroll {
        max-height: 260px;
        overflow: auto;
      }
    `,
  ];

  @property({ attribute: false }) detail: CircuitDetail | null = null;

  override render(): TemplateResult | typeof nothing {
    const circuit = this.detail?.circuit;
    const stored = circuit?.stored_losses;
    if (!circuit || !stored) return nothing;
    const row = (name: string, there: number | null | undefined, here: number): TemplateResult =>
      html`<tr>
        <th scope="row">${name}</th>
        <td class="number">${there == null ? "not stored" : decimal(there)}</td>
        <td class="number">${decimal(here)}</td>
        <td class="number">${there == null ? nothing : signed(here - there)}</td>
      </tr>`;
    const elsewhere = Object.entries(stored.left_out ?? {});
    return html`<table>
        <thead>
          <tr>
            <th scope="col">task loss, nats</th>
            <th scope="col" class="number">in the file</th>
            <th scope="col" class="number">here</th>
            <th scope="col" class="number">change</th>
          </tr>
        </thead>
        <tbody>
          ${row("whole model", stored.whole_model, circuit.losses.whole_model.plain)}
          ${row("circuit alone", stored.circuit, circuit.losses.circuit.plain)}
        </tbody>
      </table>
      <p>
        From ${stored.format}, measured there on other pairs and under other node means.
        ${elsewhere.map(
          ([location, count]) =>
            html`${plural(count, "index", "indices")} of <code>${location}</code> kept in the file:
              here that is no place of nodes, and nothing is ablated at it. `,
        )}
      </p>
      ${less("Blocks", "circuit alone less a block", stored.blocks ?? {})}
      ${less("Nodes", "circuit alone less a node", stored.nodes ?? {})}`;
  }
}

/** Losses by what is taken out, worst first. */
function less(title: string, words: string, losses: Record<string, number>): TemplateResult | typeof nothing {
  const worst = Object.entries(losses).sort(([, a], [, b]) => b - a);
  if (worst.length === 0) return nothing;
  return html`<details>
    <summary>${title}: ${words}, as stored</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="${title}, losses as stored">
      <table>
        <tbody>
          ${worst.map(
            ([name, loss]) =>
              html`<tr>
                <th scope="row"><code>${name}</code></th>
                <td class="number">${decimal(loss)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
