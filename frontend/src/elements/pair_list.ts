/** The pairs under the intervention, worst first: both texts with their answers and differences. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { PairAnswer } from "../api/types";
import type { Change } from "../state/exploration";
import { base, chips, controls } from "../styles/shared";
import { decimal, plural, signed } from "../text/format";
import { isWrong } from "./pair_strip";
import { sourceText, tokenText } from "./visible_text";

const FEW = 4;
const MORE = 20;

@customElement("cx-pair-list")
export class PairList extends LitElement {
  static override styles = [
    base,
    controls,
    chips,
    css`
      :host([stale]) ol {
        opacity: 0.5;
      }
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        padding: 8px 0;
        border-bottom: 1px solid var(--line);
      }
      .over {
        display: flex;
        gap: 12px;
        font-size: var(--small);
        color: var(--ink-3);
      }
      .side {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: end;
        gap: 10px;
        margin-top: 4px;
      }
      .source {
        max-height: 7.8em;
        overflow: auto;
        padding: 3px 8px;
        border-radius: 4px;
        background: var(--surface-2);
        font-size: 12px;
      }
      .answer {
        font-size: var(--small);
        text-align: right;
      }
      .wrong {
        color: var(--bad);
        font-weight: 600;
      }
      .loss {
        margin-left: auto;
      }
      .over button {
        font-size: inherit;
      }
      button:not(.link) {
        margin-top: 10px;
      }
    `,
  ];

  @property({ attribute: false }) pairs: readonly PairAnswer[] = [];
  @state() private shown = FEW;
  /** Number of the pair that is open by itself; null for the worst ones. */
  @state() private open: number | null = null;

  override render(): TemplateResult | typeof nothing {
    if (this.pairs.length === 0) return nothing;
    const wrong = this.pairs.filter(isWrong);
    const place = this.pairs.findIndex((pair) => pair.pair === this.open);
    return html`<p class="quiet small">
        ${wrong.length === 0
          ? `All ${plural(this.pairs.length, "pair")} answered right, both sequences.`
          : `${plural(wrong.length, "pair")} of ${this.pairs.length} with a wrong answer.`}
      </p>
      <cx-pair-strip
        .pairs=${this.pairs}
        .chosen=${place < 0 ? null : place}
        @choose-pair=${({ detail }: CustomEvent<number>) =>
          (this.open = this.pairs[detail]?.pair ?? null)}
      ></cx-pair-strip>
      ${place < 0 ? this.#worst() : this.#opened(place)}`;
  }

  #worst(): TemplateResult {
    return html`<ol>
        ${this.pairs.slice(0, this.shown).map((pair) => this.#pair(pair))}
      </ol>
      ${this.pairs.length > this.shown
        ? html`<button @click=${() => (this.shown += MORE)}>Show more pairs</button>`
        : nothing}`;
  }

  /** One pair: it stays open under the next intervention, wherever it then stands. */
  #opened(place: number): TemplateResult {
    const pair = this.pairs[place] as PairAnswer;
    return html`<p class="quiet small">${place + 1} of ${this.pairs.length}, worst first</p>
      <ol>
        ${this.#pair(pair)}
      </ol>
      <button @click=${() => (this.open = null)}>The worst pairs</button>`;
  }

  /** Shows the circuit at work on a pair, token by token. */
  #unroll(pair: number): void {
    const detail: Change = (now) => ({
      ...now,
      view: "tokens",
      prompt: "",
      look: { ...now.look, pair, second: false, position: null },
    });
    this.dispatchEvent(new CustomEvent<Change>("change-state", { detail }));
  }

  #pair(pair: PairAnswer): TemplateResult {
    return html`<li>
      <div class="over">
        <span>pair ${pair.pair}</span>
        <button
          class="link"
          aria-label="Pair ${pair.pair} at each token"
          @click=${() => this.#unroll(pair.pair)}
        >
          tokens
        </button>
        <span class="loss">loss ${decimal(pair.loss)}</span>
      </div>
      ${side(pair.first_text, pair.first_answer, pair.first_difference)}
      ${side(pair.second_text, pair.second_answer, pair.second_difference)}
    </li>`;
  }
}

function side(text: string, answer: string, difference: number): TemplateResult {
  const isWrong = difference <= 0;
  return html`<div class="side">
    <pre class="source" tabindex="0" aria-label="Prompt">${sourceText(text)}</pre>
    <div class="answer">
      ${tokenText(answer)}<br />
      <span class=${isWrong ? "wrong" : "quiet"} title="logit of the right minus the wrong answer">
        ${isWrong ? "wrong " : ""}${signed(difference, 2)}
      </span>
    </div>
  </div>`;
}
