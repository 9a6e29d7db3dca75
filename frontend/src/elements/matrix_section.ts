/** Nonzero entries of each weight matrix, bias and embedding, and of all together. */
import { html } from "lit";
import type { TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import { api, need } from "../api/client";
import type { Matrices } from "../api/types";
import { compact, count, sparsity } from "../text/format";
import { CheckpointSection } from "./checkpoint_section";

@customElement("cx-matrix-section")
export class MatrixSection extends CheckpointSection<Matrices> {
  override readonly heading = "Nonzero fraction by matrix";
  protected override readonly route = "matrices";
  protected override readonly room = 480;

  protected override fetchData(): Promise<Matrices> {
    const params = { path: { name: this.checkpoint } };
    return need(api.GET("/api/checkpoints/{name}/matrices", { params }));
  }

  protected override about(): string {
    return "Share of the entries that are not zero. Norms, attention sinks and the bigram table are never sparse and are not counted.";
  }

  protected override body({ matrices, nonzero, entries, fraction }: Matrices): TemplateResult {
    const largest = Math.max(...matrices.map((matrix) => matrix.fraction), Number.MIN_VALUE);
    return html`<div class="panel tall" tabindex="0" role="region" aria-label=${this.heading}>
      <table>
        <thead>
          <tr>
            <th scope="col">Matrix</th>
            <th scope="col">Shape</th>
            <th scope="col" class="number">Nonzero</th>
            <th scope="col" class="number">Fraction</th>
            <th scope="col"><span class="visually-hidden">Fraction as a bar</span></th>
          </tr>
        </thead>
        <tbody>
          ${matrices.map(
            (matrix) => html`<tr>
              <th scope="row"><code>${matrix.name}</code></th>
              <td>${matrix.shape.map(count).join(" × ")}</td>
              <td class="number">${count(matrix.nonzero)}</td>
              <td class="number">${sparsity(matrix.fraction)}</td>
              <td class="bar"><i style=${styleMap({ width: `${(100 * matrix.fraction) / largest}%` })}></i></td>
            </tr>`,
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">All together</th>
            <td>${compact(entries)} entries</td>
            <td class="number">${count(nonzero)}</td>
            <td class="number">${sparsity(fraction)}</td>
            <td class="bar"><i style=${styleMap({ width: `${(100 * fraction) / largest}%` })}></i></td>
          </tr>
        </tfoot>
      </table>
    </div>`;
  }
}
