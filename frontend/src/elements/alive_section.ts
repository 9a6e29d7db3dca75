/** How many nodes of each site are alive, layer by layer. */
import { css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import { api, need } from "../api/client";
import type { AliveNodes, AliveSite } from "../api/types";
import { count, percent } from "../text/format";
import { CheckpointSection } from "./checkpoint_section";

@customElement("cx-alive-section")
export class AliveSection extends CheckpointSection<AliveNodes> {
  static override styles = [
    CheckpointSection.styles,
    css`
      td {
        min-width: 88px;
      }
      td,
      th {
        white-space: nowrap;
      }
      thead .quiet {
        display: block;
      }
      .bar {
        margin-top: 3px;
        background: var(--line);
      }
      .bar i {
        height: 5px;
      }
    `,
  ];

  override readonly heading = "Alive neurons and channels";
  protected override readonly route = "alive";
  protected override readonly room = 190;

  protected override fetchData(): Promise<AliveNodes> {
    const params = { path: { name: this.checkpoint } };
    return need(api.GET("/api/checkpoints/{name}/alive", { params }));
  }

  protected override about(): TemplateResult {
    return html`A neuron (<code>mlp.post_act</code>) or a value channel (<code>attn.v</code>) is alive
      if it has at least one nonzero weight in and at least one out; a residual channel that is read
      (<code>act_in</code>) needs one out, one that is written (<code>resid_delta</code>) one in. A
      query or key channel needs one in, and its partner in their product one in or a bias.`;
  }

  protected override body({ sites }: AliveNodes): TemplateResult {
    const kinds = [...new Set(sites.map(({ kind }) => kind))];
    const layers = [...new Set(sites.map(({ layer }) => layer))];
    const rows = layers.map((layer) => ({
      name: `Layer ${layer}`,
      cells: kinds.flatMap((kind) =>
        sites.filter((site) => site.layer === layer && site.kind === kind),
      ),
    }));
    return html`<div class="panel tall" tabindex="0" role="region" aria-label=${this.heading}>
      <table>
        <thead>
          <tr>
            <th scope="col">Alive</th>
            ${kinds.map(
              (kind) => html`<th scope="col">
                <code>${kind}</code>
                <span class="quiet">of ${count(widthOf(sites, kind))} a layer</span>
              </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ name, cells }) => html`<tr>
              <th scope="row">${name}</th>
              ${cells.map(cell)}
            </tr>`,
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">All layers</th>
            ${kinds.map((kind) => cell(together(sites.filter((site) => site.kind === kind))))}
          </tr>
        </tfoot>
      </table>
    </div>`;
  }
}

/** Every layer has sites of the same widths. */
function widthOf(sites: readonly AliveSite[], kind: string): number {
  return sites.find((site) => site.kind === kind)?.width ?? 0;
}

type Share = Pick<AliveSite, "alive" | "width">;

function cell({ alive, width }: Share): TemplateResult {
  return html`<td>
    ${count(alive)} <span class="quiet">${percent(alive / width, 0)}</span>
    <div class="bar"><i style=${styleMap({ width: `${(100 * alive) / width}%` })}></i></div>
  </td>`;
}

function together(sites: readonly AliveSite[]): Share {
  return {
    alive: sites.reduce((sum, site) => sum + site.alive, 0),
    width: sites.reduce((sum, site) => sum + site.width, 0),
  };
}
