/** The fields of a case: its prompt, the token expected next, the one it is compared with. */
import { LitElement, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { CaseDraft } from "../state/cases";
import { base, controls } from "../styles/shared";
import { visibleLine } from "../text/visible";
import { wordStyles } from "./word_styles";

@customElement("cx-case-fields")
export class CaseFields extends LitElement {
  static override styles = [base, controls, wordStyles];

  @property({ attribute: false }) draft!: CaseDraft;
  /** Texts of tokens to choose from. */
  @property({ attribute: false }) tokens: readonly string[] = [];

  #write(part: Partial<CaseDraft>): void {
    const detail = { ...this.draft, ...part };
    this.dispatchEvent(new CustomEvent<CaseDraft>("write", { detail }));
  }

  reportValidity(): boolean {
    return this.shadowRoot?.querySelector("textarea")?.reportValidity() ?? true;
  }

  override render(): TemplateResult {
    const { prompt, expected, against } = this.draft;
    return html`<form @submit=${(event: Event) => event.preventDefault()}>
      <label for="prompt">Prompt</label>
      <textarea
        id="prompt"
        class="mono"
        rows="3"
        required
        maxlength="20000"
        spellcheck="false"
        .value=${prompt}
        @input=${(event: Event) =>
          this.#write({ prompt: (event.target as HTMLTextAreaElement).value })}
      ></textarea>
      ${this.#choice("expected", "Expected next", expected, (text) => this.#write({ expected: text }))}
      ${this.#choice("against", "Compared with", against, (text) => this.#write({ against: text }))}
    </form>`;
  }

  #choice(
    id: string,
    label: string,
    chosen: string,
    write: (text: string) => void,
  ): TemplateResult {
    const tokens = this.tokens.includes(chosen) || chosen === "" ? this.tokens : [chosen, ...this.tokens];
    return html`<label for=${id}>${label}</label>
      <select
        id=${id}
        @change=${(event: Event) => write((event.target as HTMLSelectElement).value)}
      >
        <option value="" ?selected=${chosen === ""}>nothing</option>
        ${tokens.map(
          (text) =>
            html`<option value=${text} .selected=${text === chosen}>${visibleLine(text)}</option>`,
        )}
      </select>`;
  }
}
