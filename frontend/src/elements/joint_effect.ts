/** Whether the chosen nodes act together: their joint effect against the sum of the single ones. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { Effect } from "../api/types";
import { EffectsRun, interactions, jointParts } from "../state/effects";
import type { Exploration } from "../state/exploration";
import { whatIf } from "../state/exploration";
import { base, controls, tables } from "../styles/shared";
import { decimal, signed } from "../text/format";
import { askEffects } from "./ask_effects";
import "./problem_panel";

/** Nodes up to which each pair is measured. */
const MOST_FOR_PAIRS = 16;
/** Pairs listed. */
const PAIRS = 10;
/** Nats up to which a joint effect counts as the sum of the single ones. */
const EQUAL = 0.005;

@customElement("cx-joint-effect")
export class JointEffect extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    css`
      .actions {
        display: flex;
        align-items: center;
        gap: 8px;
        margin: 6px 0;
      }
      progress {
        flex: 1;
        accent-color: var(--accent);
      }
      table code {
        overflow-wrap: anywhere;
      }
      .stale {
        opacity: 0.5;
      }
    `,
  ];

  @property({ attribute: false }) exploration!: Exploration;
  #nodes: readonly string[] = [];

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
    const { chosen } = this.exploration;
    const others = this.#nodes.length !== chosen.size || this.#nodes.some((one) => !chosen.has(one));
    const stale = others || this.#run.isStale(whatIf(this.exploration));
    return html`<div class="actions">
        ${running
          ? html`<button @click=${() => this.#run.stop()}>Stop</button>
              <progress max=${total} value=${effects.length} aria-label="Measured"></progress>`
          : html`<button
              title="Toggled together, against the sum of each toggled by itself"
              @click=${() => this.#measure()}
            >
              Measure joint effect
            </button>`}
      </div>
      <cx-problem .problem=${problem} @retry=${() => this.#measure()}></cx-problem>
      ${effects.length > this.#nodes.length ? this.#found(effects, stale && !running) : nothing}`;
  }

  #measure(): void {
    this.#nodes = [...this.exploration.chosen];
    const parts = jointParts(this.#nodes, MOST_FOR_PAIRS);
    void this.#run.start(whatIf(this.exploration), parts);
  }

  #found(effects: readonly Effect[], stale: boolean): TemplateResult {
    const joint = effects[0]?.loss_change.value ?? 0;
    const singles = effects.slice(1, this.#nodes.length + 1);
    const sum = singles.reduce((total, effect) => total + effect.loss_change.value, 0);
    const pairs = interactions(effects.slice(1));
    return html`<div class=${stale ? "stale" : ""}>
      ${stale ? html`<p class="small" role="status">Of other nodes or another intervention.</p>` : nothing}
      <p class="small">
        Change in task loss: together <b>${signed(joint)}</b>, sum of the single ones
        <b>${signed(sum)}</b>: ${verdict(joint - sum)}.
      </p>
      ${pairs.length === 0
        ? nothing
        : html`<table class="small">
            <caption class="visually-hidden">
              Pairs by how far their joint effect is from the sum
            </caption>
            <thead>
              <tr>
                <th scope="col">two nodes</th>
                <th scope="col" class="number">joint</th>
                <th scope="col" class="number">sum</th>
                <th scope="col" class="number">more</th>
              </tr>
            </thead>
            <tbody>
              ${pairs.slice(0, PAIRS).map(
                ({ nodes, joint: both, sum: apart }) =>
                  html`<tr>
                    <td>
                      <code>${nodes[0]}</code> <br />
                      <code>${nodes[1]}</code>
                    </td>
                    <td class="number">${signed(both)}</td>
                    <td class="number">${signed(apart)}</td>
                    <td class="number">${signed(both - apart)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`}
    </div>`;
  }
}

function verdict(more: number): string {
  if (Math.abs(more) <= EQUAL) return "they act apart from each other";
  const size = decimal(Math.abs(more));
  return more > 0
    ? `${size} more together, so they stand in for each other`
    : `${size} less together, so one needs the other`;
}
