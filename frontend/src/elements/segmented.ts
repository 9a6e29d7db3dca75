/** A few choices beside each other, one of them chosen: a radio group. Fires `choose`. */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { base } from "../styles/shared";

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

@customElement("cx-segmented")
export class Segmented extends LitElement {
  static override styles = [
    base,
    css`
      fieldset {
        display: flex;
        align-items: center;
        gap: 8px;
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        float: left;
        padding: 0;
        font-size: var(--small);
        color: var(--ink-3);
        white-space: nowrap;
      }
      .choices {
        display: flex;
        overflow: hidden;
        border: 1px solid var(--line-2);
        border-radius: var(--radius);
        background: var(--surface);
      }
      .choices:focus-within {
        outline: 2px solid var(--accent);
        outline-offset: 1px;
      }
      label {
        display: flex;
        align-items: center;
        min-height: 28px;
        padding: 0 9px;
        font-size: 13px;
        color: var(--ink-2);
        white-space: nowrap;
        cursor: pointer;
      }
      label + label {
        border-left: 1px solid var(--line);
      }
      label:hover {
        background: var(--surface-2);
      }
      label:has(:checked) {
        background: var(--accent-wash);
        color: var(--accent);
        font-weight: 600;
      }
      input {
        position: absolute;
        opacity: 0;
        pointer-events: none;
      }
    `,
  ];

  @property() name = "";
  @property({ attribute: false }) choices: readonly Choice[] = [];
  @property() value = "";

  override render(): TemplateResult {
    return html`<fieldset>
      <legend>${this.name}</legend>
      <div class="choices">
        ${this.choices.map(
          ({ value, label, hint }) => html`<label title=${hint ?? ""}>
            <input
              type="radio"
              name="choice"
              .value=${value}
              .checked=${value === this.value}
              @change=${() => this.#choose(value)}
            />
            ${label}
          </label>`,
        )}
      </div>
    </fieldset>`;
  }

  #choose(value: string): void {
    this.dispatchEvent(new CustomEvent<string>("choose", { detail: value }));
  }
}
