/** What the circuit's nodes and heads do on a prompt: one of them at a time, now and in the model. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { PromptAnswer, Traced } from "../api/types";
import { largest } from "../drawing/heat";
import { base, controls } from "../styles/shared";
import { decimal } from "../text/format";
import "./token_strip";

@customElement("cx-prompt-trace")
export class PromptTrace extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: block;
        margin-top: 10px;
      }
      select {
        width: 100%;
      }
      h4 {
        margin: 8px 0 2px;
        font-size: var(--small);
        font-weight: 600;
        color: var(--ink-2);
      }
    `,
  ];

  @property({ attribute: false }) answer!: PromptAnswer;
  /** The node that is selected in the drawing: shown unless another was picked here. */
  @property() selection: string | null = null;
  @state() private picked: string | null = null;

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("selection")) this.picked = null;
  }

  override render(): TemplateResult | typeof nothing {
    const { nodes, heads, left_out } = this.answer.trace;
    const all = [...nodes, ...heads];
    const wanted = this.picked ?? this.selection;
    const shown = all.find(({ name }) => name === wanted) ?? heads[0] ?? nodes[0];
    if (shown === undefined) return nothing;
    const option = ({ name }: Traced): TemplateResult =>
      html`<option value=${name} ?selected=${name === shown.name}>${name}</option>`;
    return html`<label class="small" for="of">Activations and attention at each token</label>
      <select
        id="of"
        @change=${(event: Event) => (this.picked = (event.target as HTMLSelectElement).value)}
      >
        ${heads.length > 0
          ? html`<optgroup label="attention from the last token">${heads.map(option)}</optgroup>`
          : nothing}
        <optgroup label="activations">${nodes.map(option)}</optgroup>
      </select>
      ${this.#strips(shown)}
      ${left_out > 0 ? html`<p class="quiet small">${left_out} more nodes are not listed.</p>` : nothing}`;
  }

  #strips({ now, model }: Traced): TemplateResult {
    const most = largest(now, model);
    const strip = (title: string, values: readonly number[]): TemplateResult =>
      html`<h4>${title} <span class="quiet">last token ${decimal(values.at(-1) ?? 0)}</span></h4>
        <cx-token-strip
          .tokens=${this.answer.tokens}
          .values=${values}
          .most=${most}
          .label=${title}
        ></cx-token-strip>`;
    return html`${strip("Now", now)} ${strip("Whole model", model)}`;
  }
}
