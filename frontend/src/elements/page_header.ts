/** Head of a page: what it is about, a line of facts, and actions at the right. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";

export const pageHeader = css`
  .page-header {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-end;
    gap: 12px 24px;
    margin-bottom: 22px;
  }
  .page-header > :first-child {
    flex: 1 1 420px;
    min-width: 0;
  }
  .page-header .over {
    font-size: var(--small);
    color: var(--ink-3);
  }
  .page-header h1 {
    overflow-wrap: anywhere;
  }
  .page-header .lead {
    max-width: 90ch;
    margin-top: 4px;
    color: var(--ink-2);
  }
  .page-header .actions {
    display: flex;
    gap: 8px;
  }
  section {
    margin-top: 30px;
  }
  section > h2 {
    margin-bottom: 10px;
    font-size: 15px;
  }
  .empty {
    padding: 26px 24px;
    color: var(--ink-2);
  }
  .empty > * + * {
    margin-top: 8px;
  }
`;

interface Header {
  over?: string;
  title: string;
  lead?: TemplateResult | string;
  actions?: TemplateResult;
}

export function header({ over, title, lead, actions }: Header): TemplateResult {
  return html`<div class="page-header">
    <div>
      ${over ? html`<p class="over">${over}</p>` : nothing}
      <h1>${title}</h1>
      ${lead ? html`<p class="lead">${lead}</p>` : nothing}
    </div>
    ${actions ? html`<div class="actions">${actions}</div>` : nothing}
  </div>`;
}
