/** Names and values in two columns. */
import { css, html } from "lit";
import type { TemplateResult } from "lit";

export const factStyles = css`
  dl {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 4px 18px;
    margin: 0 0 14px;
    font-size: 13px;
  }
  dt {
    color: var(--ink-3);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
`;

export function facts(entries: readonly (readonly [string, TemplateResult | string])[]): TemplateResult {
  return html`<dl>
    ${entries.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}
