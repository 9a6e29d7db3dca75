/**
 * How the graph is drawn: what nodes are coloured by, which edges are shown, what is drawn as one.
 * Fires `change-state`, and `adjust-state` while a slider moves.
 */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { CircuitGraph } from "../api/types";
import { foldable } from "../drawing/fold";
import { threshold } from "../drawing/threshold";
import type { Change } from "../state/exploration";
import type { Colour, Look } from "../state/look";
import { COLOURS, COLOUR_NAMES, fold, foldName } from "../state/look";
import type { Asked } from "../state/remembered";
import type { Words } from "../state/words";
import { NO_WORDS, groupsOf } from "../state/words";
import { base, controls } from "../styles/shared";
import { count, decimal } from "../text/format";
import "./least_slider";

@customElement("cx-graph-tools")
export class GraphTools extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host,
      .threshold,
      label {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 8px;
        font-size: var(--small);
        color: var(--ink-2);
      }
      :host {
        gap: 6px 18px;
      }
      select,
      summary {
        min-height: 26px;
        padding: 1px 6px;
        font-size: var(--small);
        color: var(--ink);
      }
      details {
        position: relative;
      }
      summary {
        padding: 3px 9px;
        border: 1px solid var(--line-2);
        border-radius: var(--radius);
        cursor: pointer;
      }
      .menu {
        position: absolute;
        z-index: 4;
        top: calc(100% + 4px);
        right: 0;
        display: grid;
        gap: 4px;
        width: 230px;
        max-height: 340px;
        overflow-y: auto;
        padding: 8px 12px;
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        box-shadow: var(--shadow);
      }
      .menu .head {
        padding-left: 18px;
      }
      .menu input {
        min-height: 0;
        accent-color: var(--accent);
      }
      .all {
        display: flex;
        gap: 6px;
      }
      .all button {
        min-height: 26px;
        padding: 0 8px;
        font-size: var(--small);
      }
    `,
  ];

  @property({ attribute: false }) graph!: CircuitGraph;
  @property({ attribute: false }) look!: Look;
  @property({ attribute: false }) words: Words = NO_WORDS;
  @property({ attribute: false }) effects!: Asked<ReadonlyMap<string, number>>;
  /** Edges that are not shown. */
  @property({ type: Number }) hiddenEdges = 0;

  #change(change: (look: Look) => Look): void {
    const detail: Change = (now) => ({ ...now, look: change(now.look) });
    this.dispatchEvent(new CustomEvent("change-state", { detail, bubbles: true, composed: true }));
  }

  override render(): TemplateResult {
    const { look } = this;
    return html`<label>
        Colour by
        <select
          @change=${(event: Event) => {
            const colour = (event.target as HTMLSelectElement).value as Colour;
            this.#change((now) => ({ ...now, colour }));
          }}
        >
          ${COLOURS.map(
            (one) =>
              html`<option value=${one} .selected=${one === look.colour}>${COLOUR_NAMES[one]}</option>`,
          )}
        </select>
      </label>
      <div class="threshold" role="group" aria-label="Edges shown">
        <label>
          Edges by
          <select
            @change=${(event: Event) => {
              const by = (event.target as HTMLSelectElement).value === "effect" ? "effect" : "weight";
              this.#change((now) => ({ ...now, by }));
            }}
          >
            <option value="weight" .selected=${look.by === "weight"}>weight</option>
            <option value="effect" .selected=${look.by === "effect"}>effect</option>
          </select>
        </label>
        <cx-least-slider
          name="Least magnitude that is shown"
          field="least"
          .look=${look}
          words=${this.#threshold()}
        ></cx-least-slider>
      </div>
      ${this.#folds()}`;
  }

  #threshold(): string {
    const { look, effects } = this;
    if (look.by === "effect" && effects.problem !== null) {
      return effects.problem.detail ?? effects.problem.title;
    }
    if (look.by === "effect" && effects.data === null) return "measuring …";
    const least = threshold(this.graph.edges, look, effects.data);
    const limit = look.least === 0 ? "" : `from ${decimal(least)}${look.by === "effect" ? " nats" : ""}, `;
    return this.hiddenEdges === 0 ? `${limit}all shown` : `${limit}${count(this.hiddenEdges)} hidden`;
  }

  #folds(): TemplateResult {
    const { folded } = this.look;
    const groups = new Map(groupsOf(this.words).map(({ target, label }) => [target, label]));
    const names = [...groups.keys(), ...foldable(this.graph.nodes)];
    const heads = names.filter((name) => name.startsWith("head:"));
    const layers = names.filter((name) => name.startsWith("layer:"));
    const all = (some: readonly string[]) => () =>
      this.#change((now) => fold({ ...now, folded: new Set() }, some, true));
    return html`<details @keydown=${this.#keys}>
      <summary>Fold${folded.size > 0 ? ` (${folded.size})` : ""}</summary>
      <div class="menu" role="group" aria-label="Drawn as one node">
        <div class="all">
          ${groups.size > 0 ? html`<button @click=${all([...groups.keys()])}>groups</button>` : ""}
          <button @click=${all(heads)}>heads</button>
          <button @click=${all(layers)}>layers</button>
          <button @click=${all([])}>nothing</button>
        </div>
        ${names.map(
          (name) => html`<label class=${name.startsWith("head:") ? "head" : ""}>
            <input
              type="checkbox"
              .checked=${folded.has(name)}
              @change=${(event: Event) => {
                const on = (event.target as HTMLInputElement).checked;
                this.#change((now) => fold(now, [name], on));
              }}
            />
            ${groups.get(name) ?? foldName(name)}
          </label>`,
        )}
      </div>
    </details>`;
  }

  #keys(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    const details = event.currentTarget as HTMLDetailsElement;
    details.open = false;
    details.querySelector("summary")?.focus();
    event.stopPropagation();
  }
}
