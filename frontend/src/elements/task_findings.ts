/** What is wrong with a task file, line by line. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";

import type { TaskFinding } from "../api/types";

export const findingList = css`
  .findings {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 6px 14px;
    margin: 10px 0 0;
  }
  .findings dt {
    font: var(--small) / 1.6 var(--mono);
    color: var(--ink-3);
    text-align: right;
  }
  .findings dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .findings span {
    color: var(--ink-2);
  }
`;

export function findings(found: readonly TaskFinding[]): TemplateResult | typeof nothing {
  if (found.length === 0) return nothing;
  return html`<dl class="findings">
    ${found.map(
      (one) => html`<dt>line ${one.line}</dt>
        <dd>${one.warning ? "Warning: " : ""}${one.message} <span>${one.rule} ${one.remedy}</span></dd>`,
    )}
  </dl>`;
}
