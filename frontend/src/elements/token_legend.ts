/** What colours and lines stand for in the circuit unrolled over tokens. */
import { css, html } from "lit";
import type { TemplateResult } from "lit";

import { heat } from "../drawing/heat";
import type { Side } from "../state/look";

export const tokenLegendStyles = css`
  .key {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  .key i {
    width: 72px;
    height: 11px;
    border: 1px solid var(--line-2);
    border-radius: 2px;
  }
  .key b {
    width: 20px;
    height: 0;
    border-top: 3px solid;
  }
  .key .plus {
    border-color: var(--positive);
  }
  .key .minus {
    border-color: var(--negative);
  }
  .key .join {
    border-top: 1.5px dashed var(--ink-3);
  }
  .key .attends {
    border-color: var(--kind-q);
  }
`;

export function tokenLegend(side: Side): TemplateResult {
  const stops = [-1, -0.5, 0, 0.5, 1].map((part) => heat(part, 1)).join(", ");
  const what = side === "difference" ? "difference" : "value";
  return html`<span class="key" title="Full colour is the largest magnitude of the row, in the circuit or the model">
      −<i style="background: linear-gradient(to right, ${stops})"></i>+ ${what}, by row
    </span>
    <span class="key"><b class="plus"></b>adds</span>
    <span class="key"><b class="minus"></b>takes away</span>
    <span class="key"><b class="join"></b>same residual channel</span>
    <span class="key"><b class="attends"></b>attention</span>`;
}
