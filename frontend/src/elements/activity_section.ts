/** How sparse activations are, site by site, over the held-out sample of a checkpoint. */
import { html } from "lit";
import type { TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import { api, need } from "../api/client";
import type { ActivationSparsity } from "../api/types";
import { count, percent, plural } from "../text/format";
import { CheckpointSection, nothingThere } from "./checkpoint_section";

@customElement("cx-activity-section")
export class ActivitySection extends CheckpointSection<ActivationSparsity> {
  override readonly heading = "Activation sparsity by site";
  protected override readonly route = "activity";
  protected override readonly room = 460;

  protected override fetchData(): Promise<ActivationSparsity> {
    const params = { path: { name: this.checkpoint } };
    return need(api.GET("/api/checkpoints/{name}/activity", { params }));
  }

  protected override about(): string {
    const tokens = this.data?.tokens ?? null;
    const sample = tokens === null ? "the held-out sample" : `${plural(tokens, "held-out token")}`;
    return `Share of the activations that are nonzero after AbsTopK, over ${sample} of the checkpoint, and nodes that are zero at every one of them.`;
  }

  protected override body({ tokens, sites }: ActivationSparsity): TemplateResult {
    if (tokens === null) {
      return nothingThere(
        html`This checkpoint brings no held-out sample to measure on: put
          <code>held_out.safetensors</code>, with a tensor <code>tokens</code> [windows, pos], into its
          folder.`,
      );
    }
    return html`<div class="panel tall" tabindex="0" role="region" aria-label=${this.heading}>
      <table>
        <thead>
          <tr>
            <th scope="col">Site</th>
            <th scope="col" class="number">Nodes</th>
            <th scope="col" class="number">AbsTopK keeps</th>
            <th scope="col" class="number">Nonzero</th>
            <th scope="col"><span class="visually-hidden">Nonzero as a bar</span></th>
            <th scope="col" class="number">Never active</th>
          </tr>
        </thead>
        <tbody>
          ${sites.map((site) => {
            const kept = site.abs_topk ?? null;
            const share = { width: `${100 * site.nonzero_fraction}%` };
            return html`<tr>
              <th scope="row"><code>${site.site}</code></th>
              <td class="number">${count(site.width)}</td>
              <td class="number">${kept === null ? "all" : count(kept)}</td>
              <td class="number">${percent(site.nonzero_fraction)}</td>
              <td class="bar"><i style=${styleMap(share)}></i></td>
              <td class="number">
                ${count(site.never_active)}
                <span class="quiet">(${percent(site.never_active / site.width, 0)})</span>
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>`;
  }
}
