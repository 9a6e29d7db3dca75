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
  const gap = (layout?.rowGap ?? 0) * viewport.zoom;
  const line = (at: number, label: string): TemplateResult =>
    html`<div class="end" aria-hidden="true" style=${styleMap({ top: `${at}px` })}>
      <span>${label}</span>
    </div>`;
  const band = (layer: number): TemplateResult => {
    const inside = rows.filter((row) => row.layer === layer);
    const top = y(inside.at(-1)?.y ?? 0) - gap / 2;
    const bottom = y(inside[0]?.y ?? 0) + gap / 2;
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
    gap < LEAST_ROW || folded.has(layerName(row))
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
    ${line(y(first.y) + gap / 2, "tokens, embedded")} ${line(y(last.y) - gap / 2, "logits")}
  </div>`;
}
