/**
 * Fields of a predicate, and a button that measures what is in them, saved or not. Fires `write`
 * with the draft at each change.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query, queryAll, state } from "lit/decorators.js";

import type { Active, At, Predicate } from "../api/types";
import type { PredicateDraft } from "../state/predicate";
import { ACTIVE_WORDS, AT_WORDS, isEmpty, predicateOf, samePredicate } from "../state/predicate";
import type { MeasuredNode } from "../state/predicate_store";
import { base, controls } from "../styles/shared";
import "./predicate_result";

@customElement("cx-predicate-form")
export class PredicateForm extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      details {
        margin-top: 6px;
        padding: 6px 9px;
        border: 1px solid var(--line);
        border-radius: var(--radius);
      }
      summary {
        font-size: var(--small);
        color: var(--ink-2);
        cursor: pointer;
      }
      .fields {
        display: grid;
        gap: 3px;
        margin-top: 6px;
      }
      label {
        margin-top: 4px;
      }
      input,
      select {
        width: 100%;
        min-width: 0;
      }
      #pattern {
        font-family: var(--mono);
      }
      .rule {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 6px;
      }
      button {
        justify-self: start;
        margin: 8px 0;
      }
    `,
  ];

  @property({ attribute: false }) draft!: PredicateDraft;
  @property({ attribute: false }) measured!: MeasuredNode;
  @query("details") private readonly details!: HTMLDetailsElement;
  @queryAll("input") private readonly fields!: NodeListOf<HTMLInputElement>;
  /** What was measured last. */
  @state() private tried: Predicate | null = null;

  #write(part: Partial<PredicateDraft>): void {
    const detail = { ...this.draft, ...part };
    this.dispatchEvent(new CustomEvent<PredicateDraft>("write", { detail }));
  }

  /** Says what is wrong with a field, if anything is; without a pattern nothing can be. */
  reportValidity(): boolean {
    if (isEmpty(this.draft)) return true;
    this.details.open = true;
    return [...this.fields].every((field) => field.reportValidity());
  }

  #measure(): void {
    if (this.reportValidity()) this.tried = predicateOf(this.draft);
  }

  /** Enter in a field measures; it does not save. */
  #key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || isEmpty(this.draft)) return;
    event.preventDefault();
    this.#measure();
  }

  override render(): TemplateResult {
    const { draft, tried } = this;
    return html`<details ?open=${!isEmpty(draft)}>
      <summary>Predicate: make the label testable</summary>
      <div class="fields" @keydown=${this.#key}>
        <p class="quiet small">
          A regular expression that says at which tokens the node is active (Rust's syntax; $ is
          the text's end). Without one the label has no predicate.
        </p>
        <label for="pattern">Pattern</label>
        <input
          id="pattern"
          maxlength="200"
          autocomplete="off"
          spellcheck="false"
          .value=${draft.pattern}
          @input=${(event: Event) => this.#write({ pattern: valueOf(event) })}
        />
        <label for="at">Found in</label>
        <select id="at" @change=${(event: Event) => this.#write({ at: valueOf(event) as At })}>
          ${options(AT_WORDS, draft.at)}
        </select>
        <div class="rule">
          <div>
            <label for="active">Active means</label>
            <select
              id="active"
              @change=${(event: Event) => this.#write({ active: valueOf(event) as Active })}
            >
              ${options(ACTIVE_WORDS, draft.active)}
            </select>
          </div>
          <div>
            <label for="threshold">Threshold</label>
            <input
              id="threshold"
              type="number"
              step="any"
              min=${draft.active === "beyond" ? 0 : -1e6}
              max="1e6"
              placeholder="usual"
              title="Left out: 0 for a node that is mostly zero, else what a tenth of all tokens exceeds"
              .value=${draft.threshold}
              @input=${(event: Event) => this.#write({ threshold: valueOf(event) })}
            />
          </div>
        </div>
        <button type="button" ?disabled=${isEmpty(draft)} @click=${this.#measure}>Measure</button>
      </div>
      ${tried === null
        ? nothing
        : html`<cx-predicate-result
            .measured=${this.measured}
            .predicate=${tried}
            ?stale=${!samePredicate(tried, predicateOf(draft))}
          ></cx-predicate-result>`}
    </details>`;
  }
}

function options<T extends string>(words: Record<T, string>, chosen: T): TemplateResult[] {
  return (Object.entries(words) as [T, string][]).map(
    ([value, said]) => html`<option value=${value} ?selected=${value === chosen}>${said}</option>`,
  );
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value;
}
