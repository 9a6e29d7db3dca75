/** What the colours of tokens mean: from the lowest value through zero to the highest. */
import { css, html } from "lit";
import type { TemplateResult } from "lit";

import { heat } from "../drawing/heat";
import { decimal } from "../text/format";

export const heatScaleStyles = css`
  .scale {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    font-size: var(--small);
    color: var(--ink-2);
  }
  .scale i {
    width: 90px;
    height: 10px;
    border-radius: 2px;
    border: 1px solid var(--line-2);
  }
`;

export function heatScale(most: number, least = -most, strongest?: number): TemplateResult {
  const parts = least < 0 ? [-1, -0.5, 0, 0.5, 1] : [0, 0.5, 1];
  const stops = parts.map((part) => heat(part, 1, strongest)).join(", ");
  return html`<span class="scale">
    ${decimal(least, 2)}<i style="background: linear-gradient(to right, ${stops})"></i>${decimal(most, 2)}
  </span>`;
}
