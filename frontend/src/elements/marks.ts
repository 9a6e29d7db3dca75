/** The pictures of the numbers that a number is read against, on its line and in the table. */
import { css, html, svg } from "lit";
import type { SVGTemplateResult, TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";

export type MarkKind = "before" | "model" | "nothing" | "chance";

const SHAPES: Record<MarkKind, SVGTemplateResult> = {
  before: svg`<circle cx="5" cy="5" r="3.4"/>`,
  model: svg`<rect x="1.6" y="1.6" width="6.8" height="6.8"/>`,
  nothing: svg`<path d="m1.6 1.6 6.8 6.8m0-6.8-6.8 6.8"/>`,
  chance: svg`<path d="M5-1v12" stroke-dasharray="2 1.6"/>`,
};

/** A mark; with `left`, for a place on a line. */
export function markPicture(kind: MarkKind, left?: string): TemplateResult {
  const style = left === undefined ? {} : { left };
  return html`<svg
    class="mark ${kind}"
    viewBox="0 0 10 10"
    style=${styleMap(style)}
    aria-hidden="true"
  >
    ${SHAPES[kind]}
  </svg>`;
}

export const markStyles = css`
  .mark {
    fill: var(--surface);
    stroke: var(--ink-2);
    stroke-width: 1.5;
  }
  .mark.nothing,
  .mark.chance {
    fill: none;
  }
`;
