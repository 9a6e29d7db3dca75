/** What stands around the canvas and moves with it: bands and names of layers, names of rows. */
import { html } from "lit";
import type { TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";

import { layerName } from "../drawing/fold";
import type { Viewport } from "../drawing/sight";
import type { Layout, PlacedRow } from "../drawing/layout";

/** Rows closer than this, in pixels, have no room for their names. */
const LEAST_ROW = 13;

export interface Margin {
  readonly layout: Layout | null;
  readonly viewport: Viewport | null;
  readonly folded: ReadonlySet<string>;
  /** A layer's name. */
  readonly pressed: (name: string) => void;
  readonly chosen: (row: PlacedRow) => void;
}

export function graphMargin({ layout, viewport, folded, pressed, chosen }: Margin): TemplateResult {
  const rows = layout?.rows ?? [];
  const first = rows[0];
  const last = rows.at(-1);
  if (viewport === null || first === undefined || last === undefined) return html``;
  const y = (at: number): number => viewport.pan.y + at * viewport.zoom;
  const above = (row: PlacedRow): number => y(row.y - row.height / 2);
  const below = (row: PlacedRow): number => y(row.y + row.height / 2);
  const line = (at: number, label: string): TemplateResult =>
    html`<div class="end" aria-hidden="true" style=${styleMap({ top: `${at}px` })}>
      <span>${label}</span>
    </div>`;
  const band = (layer: number): TemplateResult => {
    const inside = rows.filter((row) => row.layer === layer);
    const top = above(inside.at(-1) as PlacedRow);
    const bottom = below(inside[0] as PlacedRow);
    const isFolded = folded.has(layerName({ layer }));
    return html`<div
      class="band ${layer % 2 ? "odd" : ""}"
      style=${styleMap({ top: `${top}px`, height: `${bottom - top}px` })}
    >
      <button
        aria-pressed=${isFolded ? "true" : "false"}
        title=${isFolded ? "Draw its nodes again" : "Draw the layer as one node"}
        @click=${() => pressed(layerName({ layer }))}
      >
        layer ${layer}
      </button>
    </div>`;
  };
  const name = (row: PlacedRow): TemplateResult | string =>
    row.height * viewport.zoom < LEAST_ROW || folded.has(layerName(row))
      ? ""
      : html`<span
          class="row"
          aria-hidden="true"
          title="Choose this row"
          style=${styleMap({ top: `${y(row.y)}px` })}
          @click=${() => chosen(row)}
          >${row.label}</span
        >`;
  return html`<div class="margin">
    ${[...new Set(rows.map((row) => row.layer))].map(band)} ${rows.map(name)}
    ${line(below(first), "tokens, embedded")} ${line(above(last), "logits")}
  </div>`;
}
