/** A problem: what happened, and what to do about it. Fires `retry`. */
import { LitElement, css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { Problem } from "../api/types";
import { base, controls } from "../styles/shared";

@customElement("cx-problem")
export class ProblemPanel extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .panel {
        padding: 14px 16px;
        border-left: 3px solid var(--bad);
      }
      .panel > * + * {
        margin-top: 4px;
      }
      h2 span {
        margin-left: 6px;
        font: var(--small) var(--mono);
        color: var(--ink-3);
      }
      button {
        margin-top: 10px !important;
      }
    `,
  ];

  @property({ attribute: false }) problem: Problem | null = null;
  /** Whether trying again can help. */
  @property({ type: Boolean, attribute: "no-retry" }) noRetry = false;

  override render() {
    const { problem } = this;
    if (problem === null) return nothing;
    return html`<div class="panel" role="alert">
      <h2>${problem.title}${problem.status > 0 ? html`<span>${problem.status}</span>` : nothing}</h2>
      <p>${problem.detail}</p>
      ${problem.remedy ? html`<p class="quiet">${problem.remedy}</p>` : nothing}
      ${this.noRetry
        ? nothing
        : html`<button @click=${() => this.dispatchEvent(new Event("retry"))}>Try again</button>`}
    </div>`;
  }
}
