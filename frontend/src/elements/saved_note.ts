/**
 * Beside the graph of a saved state that was opened: whether its numbers are here what they were
 * when it was saved. Fires `change-state` with a way from one state to the next.
 */
import { LitElement, html } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { EvaluateResponse, SavedState } from "../api/types";
import type { Answered } from "../state/answers";
import type { Change, Exploration } from "../state/exploration";
import { asSaved, leaveSaved, readSaved, stateSaved } from "../state/saved";
import { asksTheSame } from "../state/story";
import { base, controls } from "../styles/shared";
import "./reproduced_note";
import { Resource } from "./resource";
import { storyStyles } from "./story_styles";
import { wordStyles } from "./word_styles";

@customElement("cx-saved-note")
export class SavedNote extends LitElement {
  static override styles = [base, controls, wordStyles, storyStyles];

  /** Of which `saved` is the id of a state. */
  @property({ attribute: false }) exploration!: Exploration;
  @property({ attribute: false }) numbers!: Answered<EvaluateResponse>;

  readonly #saved = new Resource<SavedState>(this, () => readSaved(this.exploration.saved ?? ""));

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("exploration");
    if (before === undefined || before.saved === this.exploration.saved) return;
    this.#saved.data = null;
    void this.#saved.reload();
  }

  #change(change: Change): void {
    this.dispatchEvent(new CustomEvent<Change>("change-state", { detail: change }));
  }

  override render(): TemplateResult {
    return html`<section aria-label="Saved state">
      <header><p class="over">Saved state <code>${this.exploration.saved}</code></p></header>
      ${this.#saved.render((saved) => this.#there(saved))}
      <div class="buttons">
        <button title="The page stays as it is" @click=${() => this.#change(leaveSaved)}>
          Leave
        </button>
      </div>
    </section>`;
  }

  #there(saved: SavedState): TemplateResult {
    const { exploration } = this;
    if (!asksTheSame(exploration, stateSaved(exploration.slug, saved))) {
      return html`<p class="changed">
        The page was changed since.
        <button class="link" @click=${() => this.#change(asSaved(saved))}>As it was saved</button>
      </p>`;
    }
    return saved.numbers
      ? html`<cx-reproduced-note
          .saved=${saved.numbers}
          .numbers=${this.numbers}
        ></cx-reproduced-note>`
      : html`<p class="quiet small" role="status">
          No numbers were saved with it: there is nothing to compare with.
        </p>`;
  }
}
