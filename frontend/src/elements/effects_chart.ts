/**
 * What toggling each node of the circuit alone changes: a bar a node, measured on demand. Fires
 * `select-node` with a node's name.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import type { Effect, GraphNode } from "../api/types";
import type { Exploration } from "../state/exploration";
import { whatIf } from "../state/exploration";
import { EffectsRun } from "../state/effects";
import { base, controls } from "../styles/shared";
import { decimal, plural, signed } from "../text/format";
import { askEffects } from "./ask_effects";
import "./problem_panel";

/** Bars shown at first. */
const FEW = 20;

type Order = "effect" | "place";

@customElement("cx-effects-chart")
export class EffectsChart extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .actions {
        display: flex;
        align-items: center;
        gap: 8px;
        margin: 6px 0 8px;
      }
      .actions label {
        margin-left: auto;
        font-size: var(--small);
      }
      progress {
        flex: 1;
        min-width: 60px;
        accent-color: var(--accent);
      }
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
        font-size: var(--small);
      }
      ol.stale {
        opacity: 0.5;
      }
      li {
        display: grid;
        grid-template-columns: 11em minmax(0, 1fr) 4.2em;
        align-items: center;
        gap: 8px;
        line-height: 1.75;
      }
      li code {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      li button {
        min-width: 0;
        justify-content: flex-start;
      }
      .track {
        position: relative;
        height: 10px;
      }
      .track i {
        position: absolute;
        inset-block: 0;
        border-radius: 2px;
        background: var(--accent);
      }
      .track i.better {
        background: var(--negative);
      }
      .track b {
        position: absolute;
        inset-block: -2px;
        width: 1px;
        background: var(--ink-3);
      }
      .number {
        text-align: right;
      }
    `,
  ];

  @property({ attribute: false }) exploration!: Exploration;
  @property({ attribute: false }) nodes: readonly GraphNode[] = [];
  @state() private order: Order = "effect";
  @state() private all = false;

  readonly #run = new EffectsRun(
    (request, signal) => askEffects(this.exploration.slug, request, signal),
    () => this.requestUpdate(),
  );

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#run.stop();
  }

  override render(): TemplateResult {
    const { running, total, effects, problem } = this.#run;
    const stale = this.#run.isStale(whatIf(this.exploration));
    return html`<p class="quiet small">
        Change in task loss when one node is toggled beside what is toggled now.
      </p>
      <div class="actions">
        ${running
          ? html`<button @click=${() => this.#run.stop()}>Stop</button>
              <progress max=${total} value=${effects.length} aria-label="Nodes measured"></progress>
              <span class="small quiet">${effects.length} of ${total}</span>`
          : html`<button @click=${() => this.#measure()}>
              ${total === 0 ? `Measure ${plural(this.nodes.length, "node")}` : "Measure again"}
            </button>`}
        ${effects.length > 0 && !running ? this.#orderChoice() : nothing}
      </div>
      <cx-problem .problem=${problem} @retry=${() => this.#measure()}></cx-problem>
      ${stale && !running
        ? html`<p class="small" role="status">These are of another intervention: measure again.</p>`
        : nothing}
      ${effects.length > 0 ? this.#bars(effects, stale) : nothing}`;
  }

  #measure(): void {
    const parts = this.nodes.map((node) => [node.id]);
    void this.#run.start(whatIf(this.exploration), parts);
  }

  #orderChoice(): TemplateResult {
    return html`<label
      >by
      <select
        aria-label="Order of the nodes"
        @change=${(event: Event) =>
          (this.order = (event.target as HTMLSelectElement).value as Order)}
      >
        <option value="effect" ?selected=${this.order === "effect"}>effect</option>
        <option value="place" ?selected=${this.order === "place"}>place in the model</option>
      </select></label
    >`;
  }

  #bars(effects: readonly Effect[], stale: boolean): TemplateResult {
    const value = (effect: Effect): number => effect.loss_change.value;
    const sorted =
      this.order === "effect" ? [...effects].sort((a, b) => value(b) - value(a)) : effects;
    const least = Math.min(0, ...effects.map(value));
    const range = Math.max(0, ...effects.map(value)) - least || 1;
    const shown = this.all ? sorted : sorted.slice(0, FEW);
    const left = sorted.length - shown.length;
    return html`<ol class=${stale ? "stale" : ""} aria-label="Effects of single nodes">
        ${shown.map((effect) => this.#bar(effect, least, range))}
      </ol>
      ${left > 0
        ? html`<button class="link" @click=${() => (this.all = true)}>and ${left} more</button>`
        : nothing}`;
  }

  #bar({ nodes, loss_change, task_loss }: Effect, least: number, range: number): TemplateResult {
    const node = nodes[0] ?? "";
    const { value, low, high } = loss_change;
    const at = (number: number): string => `${(100 * (number - least)) / range}%`;
    const bar = { left: at(Math.min(0, value)), width: `${(100 * Math.abs(value)) / range}%` };
    return html`<li
      title="loss ${decimal(task_loss)}; change ${signed(value)}, 95% interval ${signed(low)} to ${signed(high)}"
    >
      <button
        class="link"
        @click=${() => this.dispatchEvent(new CustomEvent("select-node", { detail: node }))}
      >
        <code>${node}</code>
      </button>
      <span class="track" aria-hidden="true">
        <i class=${value < 0 ? "better" : ""} style=${styleMap(bar)}></i>
        <b style=${styleMap({ left: at(0) })}></b>
      </span>
      <span class="number">${signed(value)}</span>
    </li>`;
  }
}
