/** What is written at a node, an edge or a group: read, edited, taken away and brought back. */
import { LitElement, css, html, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { asProblem } from "../api/problem";
import type { Problem } from "../api/types";
import { predicateOf, predicateWords } from "../state/predicate";
import type { MeasuredNode } from "../state/predicate_store";
import type { LabelWord, WordDocument, Words } from "../state/words";
import type { Draft, WordsStore } from "../state/words_store";
import { lastAuthor } from "../state/words_store";
import { base, controls } from "../styles/shared";
import { instant } from "../text/format";
import "./predicate_result";
import "./problem_panel";
import "./word_form";
import { wordStyles } from "./word_styles";

@customElement("cx-word-card")
export class WordCard extends LitElement {
  static override styles = [
    base,
    controls,
    wordStyles,
    css`
      :host {
        margin-top: 10px;
      }
      .predicate {
        margin-top: 4px;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) store!: WordsStore;
  @property({ attribute: false }) words!: Words;
  @property() target = "";
  /** What the target is: node, edge or group. */
  @property() what = "node";
  /** Of a group: see the form. */
  @property({ attribute: false }) addable: ReadonlyMap<string, readonly string[]> | null = null;
  /** Of a node: where its predicate is measured. */
  @property({ attribute: false }) measured: MeasuredNode | null = null;
  @property({ type: Boolean, reflect: true }) editing = false;
  @state() private problem: Problem | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("target")) return;
    this.editing = this.store.drafts.has(this.target);
    this.problem = null;
  }

  readonly #build = (draft: Draft): WordDocument => {
    const predicate = predicateOf(draft.predicate);
    return {
      kind: "label",
      label: draft.name,
      note: draft.text,
      members: [...draft.members],
      ...(predicate === null ? {} : { predicate }),
    };
  };

  /** Back to reading; the focus goes where writing began. */
  async #done(): Promise<void> {
    this.editing = false;
    this.dispatchEvent(new Event("done"));
    await this.updateComplete;
    this.renderRoot.querySelector("button")?.focus();
  }

  async #do(action: () => Promise<unknown>): Promise<void> {
    this.problem = null;
    try {
      await action();
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  override render(): TemplateResult {
    const { target } = this;
    const word = this.store.at(target);
    if (this.editing || (this.addable !== null && word === null)) {
      return html`<cx-word-form
        .store=${this.store}
        .words=${this.words}
        .target=${target}
        .addable=${this.addable}
        .measured=${this.measured}
        .build=${this.#build}
        @done=${() => void this.#done()}
      ></cx-word-form>`;
    }
    return html`${word?.document?.kind === "label" ? this.#read(word as LabelWord) : this.#none()}
    ${this.problem ? html`<cx-problem .problem=${this.problem}></cx-problem>` : nothing}`;
  }

  #read(word: LabelWord): TemplateResult {
    const { label, note } = word.document;
    return html`<p class="name"><b>${label}</b></p>
      ${note === "" ? nothing : html`<p class="text">${note}</p>`} ${this.#predicate(word)}
      <p class="by">${word.author}, <time datetime=${word.created}>${instant(word.created)}</time></p>
      <div class="buttons">
        <button aria-label="Edit ${label}" @click=${() => (this.editing = true)}>Edit</button>
        <button
          aria-label="Take ${label} away"
          @click=${() => void this.#do(() => this.store.remove(word, lastAuthor() || "no name"))}
        >
          Take away
        </button>
      </div>`;
  }

  /** What the label says of tokens, and how far that is so. */
  #predicate(word: LabelWord): TemplateResult | typeof nothing {
    const { predicate } = word.document;
    if (!predicate || this.measured === null) return nothing;
    return html`<p class="small predicate">
        <code>${predicate.pattern}</code> <span class="quiet">${predicateWords(predicate)}</span>
      </p>
      <cx-predicate-result brief .measured=${this.measured} .predicate=${predicate}></cx-predicate-result>`;
  }

  #none(): TemplateResult {
    const { removed } = this.store;
    const mine = removed?.target === this.target ? removed : null;
    return html`<div class="buttons">
      ${mine
        ? html`<span class="quiet small" role="status">The label was taken away.</span>
            <button @click=${() => void this.#do(() => this.store.bringBack())}>Bring it back</button>`
        : nothing}
      <button @click=${() => (this.editing = true)}>Label this ${this.what}</button>
    </div>`;
  }
}
