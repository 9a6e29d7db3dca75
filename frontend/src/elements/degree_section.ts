/** How many edges nodes have, in and out, by site; of one layer or of all. */
import { css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { DegreeDistributions } from "../api/types";
import type { Degrees } from "../state/anatomy";
import { byKind, summaryOf } from "../state/anatomy";
import { count, decimal } from "../text/format";
import { CheckpointSection } from "./checkpoint_section";
import { DegreeFigure } from "./degree_figure";

const SIDES = ["in", "out"] as const;
type Side = (typeof SIDES)[number];

@customElement("cx-degree-section")
export class DegreeSection extends CheckpointSection<DegreeDistributions> {
  static override styles = [
    CheckpointSection.styles,
    css`
      .sides {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr));
        gap: 20px;
      }
      .sides > div {
        min-width: 0;
      }
      h3 {
        margin-bottom: 6px;
        font-size: 13px;
        font-weight: 620;
      }
    `,
  ];

  override readonly heading = "Edges by node";
  protected override readonly route = "degrees";
  protected override readonly room = 640;
  @state() private layer: number | null = null;
  readonly #figures = new Map<Side, DegreeFigure>();

  protected override fetchData(): Promise<DegreeDistributions> {
    const params = { path: { name: this.checkpoint } };
    return need(api.GET("/api/checkpoints/{name}/degrees", { params }));
  }

  protected override updated(): void {
    super.updated();
    const { data } = this;
    if (data === null) return;
    for (const side of SIDES) {
      const figure = this.#figures.get(side) ?? new DegreeFigure();
      figure.sites = this.#sites(data, side);
      if (figure.isConnected) continue;
      figure.side = side;
      figure.slot = side;
      this.#figures.set(side, figure);
      this.append(figure);
    }
  }

  #sites(data: DegreeDistributions, side: Side): Map<string, Degrees> {
    return byKind(side === "in" ? data.into : data.out, this.layer);
  }

  protected override about(): string {
    return "An edge is a nonzero weight between two nodes. On logarithmic axes, where nodes without an edge have no place: the table counts them.";
  }

  protected override body(data: DegreeDistributions): TemplateResult {
    const layers = [...new Set(data.into.map(({ layer }) => layer))];
    return html`<div class="choose">
        <label for="layer">Layer</label>
        <select
          id="layer"
          @change=${(event: Event) => {
            const { value } = event.target as HTMLSelectElement;
            this.layer = value === "" ? null : Number(value);
          }}
        >
          <option value="">all together</option>
          ${layers.map((layer) => html`<option value=${layer}>${layer}</option>`)}
        </select>
      </div>
      <div class="sides">
        ${SIDES.map(
          (side) => html`<div>
            <h3>Edges ${side}</h3>
            <div class="panel figure"><slot name=${side}></slot></div>
            ${table(side, this.#sites(data, side))}
          </div>`,
        )}
      </div>`;
  }
}

function table(side: Side, sites: ReadonlyMap<string, Degrees>): TemplateResult {
  return html`<div class="panel scroll" tabindex="0" role="region" aria-label="Edges ${side}, in sum">
    <table>
      <thead>
        <tr>
          <th scope="col">Site</th>
          ${["Nodes", "Without edge", "Median", "Mean", "Most"].map(
            (name) => html`<th scope="col" class="number">${name}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${[...sites].map(([kind, degrees]) => {
          const sum = summaryOf(degrees);
          return html`<tr>
            <th scope="row"><code>${kind}</code></th>
            <td class="number">${count(sum.nodes)}</td>
            <td class="number">${count(sum.none)}</td>
            <td class="number">${count(sum.median)}</td>
            <td class="number">${decimal(sum.mean, 1)}</td>
            <td class="number">${count(sum.largest)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}
