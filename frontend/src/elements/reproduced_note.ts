/** Says whether numbers that were saved with a state are those that it has here. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { EvaluateResponse, StateNumbers } from "../api/types";
import type { Answered } from "../state/answers";
import { QUANTITIES, RULES, WITHIN, notReproduced } from "../state/reproduced";
import { numbersOf } from "../state/story";
import { base, chips } from "../styles/shared";

@customElement("cx-reproduced-note")
export class ReproducedNote extends LitElement {
  static override styles = [
    base,
    chips,
    css`
      p {
        min-height: 40px;
        margin: 6px 0 0;
        font-size: var(--small);
        color: var(--ink-2);
      }
    `,
  ];

  @property({ attribute: false }) saved!: StateNumbers;
  /** The answer to the same state here. */
  @property({ attribute: false }) numbers!: Answered<EvaluateResponse>;

  override render(): TemplateResult {
    return html`<p role="status" title=${WITHIN}>${this.#words()}</p>`;
  }

  #words(): TemplateResult | typeof nothing {
    const { answer, stale, problem } = this.numbers;
    if (problem) return nothing;
    const here = stale ? null : numbersOf(answer);
    if (here === null) return html`Comparing with the saved numbers …`;
    const other = notReproduced(this.saved, here);
    if (other.length === 0) {
      const all = QUANTITIES.map((name) => `${RULES[name].name} ${this.#saved(name)}`);
      return html`<span class="chip good">reproduced</span> ${all.join(", ")}: as saved.`;
    }
    const all = other.map(
      (name) => `${RULES[name].name} was ${this.#saved(name)}, is ${RULES[name].write(here[name])} here`,
    );
    return html`<span class="chip bad">not reproduced</span> ${all.join("; ")}.`;
  }

  #saved(name: keyof StateNumbers): string {
    return RULES[name].write(this.saved[name]);
  }
}
