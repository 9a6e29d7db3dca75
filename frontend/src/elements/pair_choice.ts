/** Which pairs the numbers are taken on. Fires `change-state`. */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { Change, Exploration } from "../state/exploration";
import { SPLITS } from "../state/exploration";
import { base, controls } from "../styles/shared";

const LARGEST_SEED = 2 ** 31 - 1;

@customElement("cx-pair-choice")
export class PairChoice extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px;
        margin-top: 8px;
        font-size: var(--small);
        color: var(--ink-3);
      }
      select,
      input[type="number"] {
        min-height: 26px;
        padding: 1px 6px;
        font-size: var(--small);
        color: var(--ink);
      }
      input[type="number"] {
        width: 64px;
      }
    `,
  ];

  @property({ attribute: false }) exploration!: Exploration;

  #change(change: Change): void {
    this.dispatchEvent(new CustomEvent<Change>("change-state", { detail: change }));
  }

  #split(event: Event): void {
    const split = SPLITS.find((one) => one === (event.target as HTMLSelectElement).value);
    if (split) this.#change((state) => ({ ...state, split }));
  }

  #seed(event: Event): void {
    const field = event.target as HTMLInputElement;
    const seed = field.valueAsNumber;
    if (Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED) {
      this.#change((state) => ({ ...state, seed }));
    } else {
      field.value = String(this.exploration.seed);
    }
  }

  override render(): TemplateResult {
    const { split, seed } = this.exploration;
    return html`measured on
      <select aria-label="Split of the pairs" @change=${this.#split}>
        ${SPLITS.map((one) => html`<option .selected=${one === split} value=${one}>${one}</option>`)}
      </select>
      pairs,
      <label for="seed">seed</label>
      <input
        id="seed"
        type="number"
        min="0"
        max=${LARGEST_SEED}
        step="1"
        .value=${String(seed)}
        @change=${this.#seed}
      />`;
  }
}
