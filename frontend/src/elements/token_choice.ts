/**
 * What is unrolled over tokens: a sequence of a pair or the page's prompt, in the circuit, the whole
 * model or their difference. Fires `change-state`.
 */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { Unrolled } from "../api/types";
import type { Change, Exploration } from "../state/exploration";
import { MODE_NAMES, isUntouched } from "../state/exploration";
import type { Look, Side } from "../state/look";
import { SIDES } from "../state/look";
import { base, chips, controls } from "../styles/shared";
import "./segmented";

@customElement("cx-token-choice")
export class TokenChoice extends LitElement {
  static override styles = [
    base,
    controls,
    chips,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 14px;
      }
      input {
        width: 62px;
      }
    `,
  ];

  @property({ attribute: false }) exploration!: Exploration;
  /** What is shown now; null before there is an answer. */
  @property({ attribute: false }) of: Unrolled | null = null;

  override render(): TemplateResult {
    return html`${this.#chooseText()} ${this.#chooseSide()}`;
  }

  #change(change: Change): void {
    this.dispatchEvent(new CustomEvent<Change>("change-state", { detail: change }));
  }

  #look(change: Partial<Look>): void {
    this.#change((now) => ({ ...now, look: { ...now.look, ...change } }));
  }

  #chooseText(): TemplateResult {
    const { of } = this;
    const { look, prompt } = this.exploration;
    if (prompt !== "") {
      return html`<span class="chip">the prompt of this page</span>
        <button @click=${() => this.#change((now) => ({ ...now, prompt: "" }))}>Show a pair</button>`;
    }
    return html`<label>
        Pair
        <input
          type="number"
          min="0"
          max=${(of?.pairs ?? 100) - 1}
          step="1"
          .value=${String(look.pair)}
          @change=${(event: Event) => this.#pairTyped(event.target as HTMLInputElement)}
        />
      </label>
      <cx-segmented
        name="Sequence"
        .choices=${[
          { value: "first", label: "first" },
          { value: "second", label: "second" },
        ]}
        .value=${look.second ? "second" : "first"}
        @choose=${({ detail }: CustomEvent<string>) =>
          this.#look({ second: detail === "second", position: null })}
      ></cx-segmented>
      <button
        ?disabled=${of === null}
        title="Put this text into the prompt box, to change it"
        @click=${() => this.#asPrompt()}
      >
        Edit as prompt
      </button>`;
  }

  #pairTyped(field: HTMLInputElement): void {
    const pair = field.valueAsNumber;
    if (field.validity.valid && Number.isInteger(pair)) this.#look({ pair, position: null });
    else field.value = String(this.exploration.look.pair);
  }

  /** The text without the end of text before it, which every prompt gets. */
  #asPrompt(): void {
    const prompt = this.of?.tokens.slice(1).map(({ text }) => text).join("") ?? "";
    this.#change((now) => ({ ...now, prompt, look: { ...now.look, position: null } }));
  }

  #chooseSide(): TemplateResult {
    const { exploration } = this;
    const changed = isUntouched(exploration) ? "" : ", changed";
    const labels: Record<Side, string> = {
      now: `${MODE_NAMES[exploration.mode]}${changed}`,
      model: "whole model",
      difference: "difference",
    };
    const hints: Record<Side, string> = {
      now: "Under what the page asks: mode, ablations and values",
      model: "Nothing ablated",
      difference: "What the page asks less the whole model",
    };
    return html`<cx-segmented
      name="Values in the"
      .choices=${SIDES.map((side) => ({ value: side, label: labels[side], hint: hints[side] }))}
      .value=${exploration.look.side}
      @choose=${({ detail }: CustomEvent<Side>) => this.#look({ side: detail })}
    ></cx-segmented>`;
  }
}
