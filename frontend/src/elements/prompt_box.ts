/** Any text: the next token under the intervention, beside every mode untouched. Fires `ask`. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import type { Continuation, NextToken, Problem, PromptAnswer } from "../api/types";
import { MODES, MODE_NAMES } from "../state/exploration";
import { base, chips, controls } from "../styles/shared";
import { percent } from "../text/format";
import "./problem_panel";
import "./prompt_trace";
import { tokenText } from "./visible_text";

const MOST = 6;

@customElement("cx-prompt-box")
export class PromptBox extends LitElement {
  static override styles = [
    base,
    controls,
    chips,
    css`
      textarea {
        display: block;
        width: 100%;
        min-height: 62px;
        resize: vertical;
        font: 12.5px / 1.5 var(--mono);
      }
      .actions {
        display: flex;
        align-items: center;
        gap: 8px;
        margin: 6px 0 10px;
      }
      .columns {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 10px 16px;
      }
      .columns.stale {
        opacity: 0.5;
      }
      h3 {
        margin-bottom: 3px;
        font-size: var(--small);
        font-weight: 600;
        color: var(--ink-2);
      }
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        position: relative;
        display: flex;
        justify-content: space-between;
        gap: 8px;
        padding: 2px 4px;
        font-size: var(--small);
      }
      li i {
        position: absolute;
        inset: 2px auto 2px 0;
        border-radius: 2px;
        background: var(--accent-wash);
      }
      li > span {
        position: relative;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .columns > div {
        min-width: 0;
      }
      .columns > :not(.now) li i {
        background: var(--line);
      }
      h4 {
        margin: 6px 0 2px;
        font-size: var(--small);
        font-weight: 400;
      }
    `,
  ];

  @property() prompt = "";
  @property({ attribute: false }) answer: PromptAnswer | null = null;
  @property({ type: Boolean }) stale = false;
  @property() selection: string | null = null;
  @property({ attribute: false }) problem: Problem | null = null;
  @query("textarea") private readonly text!: HTMLTextAreaElement;

  #ask(text: string): void {
    this.dispatchEvent(new CustomEvent<string>("ask", { detail: text }));
  }

  #keys(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#ask(this.text.value);
    }
  }

  override render(): TemplateResult {
    return html`<label class="visually-hidden" for="text">Prompt</label>
      <textarea
        id="text"
        spellcheck="false"
        maxlength="20000"
        placeholder="Python text, up to where the next token is wanted"
        .value=${this.prompt}
        @keydown=${this.#keys}
      ></textarea>
      <div class="actions">
        <button @click=${() => this.#ask(this.text.value)}>Predict</button>
        <span class="quiet small"><kbd>Ctrl</kbd> <kbd>Enter</kbd></span>
      </div>
      <cx-problem .problem=${this.problem} @retry=${() => this.#ask(this.prompt)}></cx-problem>
      ${this.answer && this.prompt !== "" ? this.#answer(this.answer) : nothing}`;
  }

  #answer(answer: PromptAnswer): TemplateResult {
    const { now, untouched } = answer;
    return html`<div class="columns ${this.stale ? "stale" : ""}" aria-busy=${this.stale}>
      ${column("Now", now, "now")}
      ${MODES.map((mode) => {
        const continued = untouched[mode];
        return continued ? column(MODE_NAMES[mode], continued, "") : nothing;
      })}
      </div>
      <cx-prompt-trace .answer=${answer} .selection=${this.selection}></cx-prompt-trace>`;
  }
}

/** The most probable tokens; below them the task's two answers, where they are fixed tokens. */
function column(title: string, { next, answers }: Continuation, kind: string): TemplateResult {
  return html`<div class=${kind}>
    <h3>${title}</h3>
    ${list(next)}
    ${answers.length === 0
      ? nothing
      : html`<h4 class="quiet">the task's answers</h4>
          ${list(answers)}`}
  </div>`;
}

function list(tokens: readonly NextToken[]): TemplateResult {
  return html`<ol>
    ${tokens.slice(0, MOST).map(
      ({ token, probability }) => html`<li>
        <i style=${styleMap({ width: `${100 * probability}%` })}></i>
        <span>${tokenText(token.text)}</span><span>${percent(probability)}</span>
      </li>`,
    )}
  </ol>`;
}
