/**
 * The prompts that are kept with a circuit: saved, opened, edited, taken away and brought back.
 * Those with the prompt that is asked say whether what they expect comes. Fires `ask` with the
 * prompt of the case that is opened.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { asProblem } from "../api/problem";
import type { Case, Problem, PromptAnswer } from "../api/types";
import type { CaseDraft } from "../state/cases";
import { NO_CASE, candidates, caseDraft, openCases, outcome } from "../state/cases";
import { MODES, MODE_NAMES } from "../state/exploration";
import type { CaseWord, Words } from "../state/words";
import { CASE, newTarget } from "../state/words";
import type { Draft, WordsStore } from "../state/words_store";
import { lastAuthor } from "../state/words_store";
import { base, chips, controls } from "../styles/shared";
import { instant } from "../text/format";
import "./problem_panel";
import { sourceText, tokenText } from "./visible_text";
import "./word_form";
import { wordStyles } from "./word_styles";

const build = ({ name, text, kase }: Draft): Case => ({
  kind: "case",
  title: name,
  text,
  ...kase,
});

@customElement("cx-case-list")
export class CaseList extends LitElement {
  static override styles = [
    base,
    controls,
    chips,
    wordStyles,
    css`
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        padding: 8px 0;
        border-top: 1px solid var(--line);
      }
      pre {
        max-height: 5em;
        margin: 3px 0;
        overflow: auto;
        font: 12px / 1.45 var(--mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 3px 10px;
        margin: 4px 0 0;
        font-size: var(--small);
      }
      dd {
        margin: 0;
      }
    `,
  ];

  @property({ attribute: false }) store!: WordsStore;
  @property({ attribute: false }) words!: Words;
  /** That is asked; "" where none is. */
  @property() prompt = "";
  /** To that prompt. */
  @property({ attribute: false }) answer: PromptAnswer | null = null;
  @property({ type: Boolean }) stale = false;
  /** Target of the case that is written. */
  @state() private writing: string | null = null;
  @state() private problem: Problem | null = null;

  get #current(): PromptAnswer | null {
    return this.stale || this.prompt === "" ? null : this.answer;
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
    const { cases } = this.words;
    const fresh = this.writing !== null && this.store.at(this.writing) === null;
    return html`<div class="buttons">
        <button
          ?disabled=${this.prompt === "" || this.writing !== null}
          title="The prompt stays with the circuit, and goes where it goes"
          @click=${() => (this.writing = newTarget(CASE))}
        >
          Save as case
        </button>
        ${this.#removed()}
      </div>
      ${fresh ? this.#form(this.writing ?? "") : nothing}
      ${cases.length === 0 && this.writing === null && this.store.loaded ? this.#none() : nothing}
      <ul aria-label="Cases">
        ${repeat(cases, (word) => word.target, (word) => this.#case(word))}
      </ul>
      ${this.problem ? html`<cx-problem no-retry .problem=${this.problem}></cx-problem>` : nothing}`;
  }

  #none(): TemplateResult {
    const first = this.prompt === "" ? "Ask a prompt above; then" : "This prompt can be the first:";
    return html`<p class="quiet small">
      No cases yet. ${first} save it with a note and the token that is to come next.
    </p>`;
  }

  #form(target: string): TemplateResult {
    const kept = this.store.at(target)?.document;
    const started: CaseDraft =
      kept?.kind === "case" ? caseDraft(kept) : { ...NO_CASE, prompt: this.prompt };
    return html`<cx-word-form
      .store=${this.store}
      .words=${this.words}
      .target=${target}
      .names=${["Case", "Note"]}
      .build=${build}
      .kase=${started}
      .tokens=${candidates(this.#current, started)}
      @done=${() => (this.writing = null)}
    ></cx-word-form>`;
  }

  #case(word: CaseWord): TemplateResult {
    const { title, text, prompt } = word.document;
    if (this.writing === word.target) return html`<li>${this.#form(word.target)}</li>`;
    const open = openCases(this.words, this.prompt).includes(word);
    return html`<li>
      <p class="name"><b>${title}</b></p>
      ${text === "" ? nothing : html`<p class="text">${text}</p>`}
      <pre class="source">${sourceText(prompt)}</pre>
      ${this.#expectation(caseDraft(word.document), open)}
      <p class="by">
        ${word.author}, <time datetime=${word.created}>${instant(word.created)}</time>
      </p>
      <div class="buttons">
        <button
          aria-label="Open ${title}"
          aria-pressed=${open}
          @click=${() => this.dispatchEvent(new CustomEvent<string>("ask", { detail: prompt }))}
        >
          Open
        </button>
        <button aria-label="Edit ${title}" @click=${() => (this.writing = word.target)}>Edit</button>
        <button
          aria-label="Take ${title} away"
          @click=${() => void this.#do(() => this.store.remove(word, lastAuthor() || "no name"))}
        >
          Take away
        </button>
      </div>
    </li>`;
  }

  #expectation(draft: CaseDraft, open: boolean): TemplateResult | typeof nothing {
    if (draft.expected === "") return nothing;
    const against = draft.against === "" ? nothing : html` rather than ${tokenText(draft.against)}`;
    const answer = open ? this.#current : null;
    return html`<p class="small">expects ${tokenText(draft.expected)}${against}</p>
      ${answer ? this.#outcomes(draft, answer) : nothing}`;
  }

  #outcomes(draft: CaseDraft, answer: PromptAnswer): TemplateResult {
    const columns = [
      ["now", answer.now] as const,
      ...MODES.map((mode) => [MODE_NAMES[mode], answer.untouched[mode]] as const),
    ];
    return html`<dl aria-label="Whether it comes">
      ${columns.map(([name, continued]) => {
        const found = continued ? outcome(draft, continued) : null;
        return found === null
          ? nothing
          : html`<dt>${name}</dt>
              <dd>
                ${verdict(found.met)}
                ${found.words}
              </dd>`;
      })}
    </dl>`;
  }

  #removed(): TemplateResult | typeof nothing {
    const document = this.store.removed?.document;
    if (document?.kind !== "case") return nothing;
    return html`<span class="quiet small" role="status">“${document.title}” was taken away.</span>
      <button @click=${() => void this.#do(() => this.store.bringBack())}>Bring it back</button>`;
  }
}

function verdict(met: boolean | null): TemplateResult {
  if (met === null) return html`<span class="chip">unknown</span>`;
  return html`<span class="chip ${met ? "good" : "bad"}">${met ? "yes" : "no"}</span>`;
}
