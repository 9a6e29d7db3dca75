/**
 * What the colours of nodes stand for, and for activations which token they are taken at. Fires
 * `change-state`, and `retry` after a failure.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { gradient, hasSign } from "../drawing/paint";
import type { Change, Exploration } from "../state/exploration";
import type { Colour, Look } from "../state/look";
import type { Coloured } from "../state/measures";
import { base, controls } from "../styles/shared";
import { decimal, signed } from "../text/format";
import { visibleLine } from "../text/visible";
import { shortened } from "../drawing/words";

const MEANING: Record<Colour, string> = {
  kind: "",
  sign: "Edges: blue adds, orange takes away",
  effect: "Loss of the circuit alone without the node, less with it, nats",
  activation: "Activation after AbsTopK",
  inclusion: "Share of the seeds whose circuit has the node",
};

@customElement("cx-colour-scale")
export class ColourScale extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      section {
        display: flex;
        align-items: center;
        gap: 10px;
        min-height: 36px;
        padding: 2px 10px;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        font-size: var(--tiny);
        line-height: 1.25;
        color: var(--ink-2);
      }
      .meaning {
        max-width: 19em;
      }
      .scale {
        display: flex;
        flex: 1;
        align-items: center;
        gap: 6px;
        min-width: 130px;
      }
      .bar {
        flex: 1;
        width: 140px;
        min-width: 40px;
        height: 10px;
        border: 1px solid var(--line-2);
      }
      details {
        position: relative;
      }
      summary {
        padding: 4px 6px;
        border: 1px solid var(--line-2);
        border-radius: 4px;
        white-space: nowrap;
        cursor: pointer;
      }
      .where {
        position: absolute;
        bottom: calc(100% + 8px);
        left: 0;
        display: grid;
        gap: 6px;
        width: 292px;
        padding: 8px 10px;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
      }
      .token {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 6px;
      }
      input,
      select {
        min-width: 0;
        min-height: 24px !important;
        padding: 1px 4px !important;
        font-size: var(--tiny);
      }
      input {
        width: 52px;
      }
      select.position {
        flex: 1;
        font-family: var(--mono);
      }
    `,
  ];

  @property({ attribute: false }) exploration!: Exploration;
  @property({ attribute: false }) coloured!: Coloured;

  #look(change: Partial<Look>): void {
    const detail: Change = (now) => ({ ...now, look: { ...now.look, ...change } });
    this.dispatchEvent(new CustomEvent("change-state", { detail, bubbles: true, composed: true }));
  }

  override render(): TemplateResult | typeof nothing {
    const { colour } = this.exploration.look;
    if (colour === "kind") return nothing;
    return html`<section role="group" aria-label="Colours">
      <span class="meaning">${MEANING[colour]}</span>
      ${colour === "activation" ? this.#token() : nothing} ${this.#scale(colour)}
    </section>`;
  }

  #scale(colour: Colour): TemplateResult | typeof nothing {
    const { paint, asked, missing } = this.coloured;
    if (colour === "sign" || paint === null) return nothing;
    if (asked.problem !== null) {
      return html`<span role="alert">${asked.problem.detail ?? asked.problem.title}</span>
        <button @click=${() => this.dispatchEvent(new Event("retry"))}>Try again</button>`;
    }
    if (missing !== null) return html`<span role="status">${missing}</span>`;
    if (paint.values.size === 0) return html`<span role="status">Measuring …</span>`;
    const { most } = paint;
    const least = hasSign(colour) ? -most : 0;
    const name = (value: number): string => (hasSign(colour) && value !== 0 ? signed(value) : decimal(value, 1));
    return html`<div class="scale">
      <span>${name(least)}</span>
      <div class="bar" style="background: ${gradient(colour)}"></div>
      <span>${name(most)}</span>
    </div>`;
  }

  #token(): TemplateResult {
    const { look } = this.exploration;
    const { values } = this.coloured;
    const tokens = values?.tokens ?? [];
    const at = tokens[values?.position ?? -1];
    return html`<details @keydown=${this.#keys}>
      <summary>
        pair ${look.pair}${at ? html`, token ${shortened(visibleLine(at.text), 12)}` : nothing}
      </summary>
      <div class="where">
        <div class="token">
          <label
            >pair
            <input
              type="number"
              min="0"
              max=${(values?.pairs ?? 100) - 1}
              .value=${String(look.pair)}
              @change=${(event: Event) => this.#pair(event.target as HTMLInputElement)}
          /></label>
          <select
            aria-label="Sequence of the pair"
            @change=${(event: Event) =>
              this.#look({ second: (event.target as HTMLSelectElement).value === "second", position: null })}
          >
            <option .selected=${!look.second}>first</option>
            <option .selected=${look.second}>second</option>
          </select>
          <select
            aria-label="In the circuit alone or in the whole model"
            @change=${(event: Event) =>
              this.#look({
                inside: (event.target as HTMLSelectElement).value === "model" ? "model" : "circuit",
              })}
          >
            <option value="circuit" .selected=${look.inside === "circuit"}>circuit alone</option>
            <option value="model" .selected=${look.inside === "model"}>whole model</option>
          </select>
        </div>
        <div class="token">
          <label for="position">token</label>
          <select
            id="position"
            class="position"
            @change=${(event: Event) =>
              this.#look({ position: Number((event.target as HTMLSelectElement).value) })}
          >
            ${tokens.map(
              ({ text }, i) => html`<option value=${i} .selected=${i === values?.position}>
                ${i} ${shortened(visibleLine(text), 24)}
              </option>`,
            )}
          </select>
        </div>
      </div>
    </details>`;
  }

  #keys(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    const details = event.currentTarget as HTMLDetailsElement;
    if (!details.open) return;
    details.open = false;
    details.querySelector("summary")?.focus();
    event.stopPropagation();
  }

  #pair(field: HTMLInputElement): void {
    const pair = field.valueAsNumber;
    const known = this.coloured.values?.pairs ?? 100;
    if (Number.isInteger(pair) && pair >= 0 && pair < known) this.#look({ pair, position: null });
    else field.value = String(this.exploration.look.pair);
  }
}
