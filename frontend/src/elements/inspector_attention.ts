/**
 * The head of a q, k or v channel on one sequence: what each query attends to, and each channel's
 * part of the scores, in the whole model and in the circuit alone, with a warning where they differ.
 */
import { css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { HeadAttention, HeadSide } from "../api/types";
import { largest } from "../drawing/heat";
import { nodeName } from "../state/node_name";
import { decimal } from "../text/format";
import { visibleLine } from "../text/visible";
import "./attention_grid";
import "./channel_parts";
import { heatScale, heatScaleStyles } from "./heat_scale";
import { InspectorSection } from "./inspector_section";
import "./segmented";
import "./token_strip";

type Shown = "attention" | "own";

@customElement("cx-inspector-attention")
export class InspectorAttention extends InspectorSection<HeadAttention> {
  static override styles = [
    InspectorSection.styles,
    heatScaleStyles,
    css`
      .scale {
        margin-left: 10px;
        font-weight: 400;
      }
      .choose {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
        margin-bottom: 8px;
      }
      input {
        width: 76px;
      }
      .warning {
        margin-bottom: 8px;
        padding: 6px 10px;
        border-left: 3px solid var(--bad);
        background: var(--bad-wash);
        font-size: 13px;
      }
      .said {
        margin-bottom: 8px;
        font-size: 13px;
        color: var(--ink-2);
      }
      .both > div > * + * {
        margin-top: 8px;
      }
    `,
  ];

  override readonly heading = "Attention of its head";
  protected override readonly room = 640;
  @state() private pair = 0;
  @state() private second = false;
  @state() private query: number | null = null;
  @state() private shown: Shown = "attention";

  protected override route(): string {
    const { split, seed } = this.of;
    const query = this.query === null ? "" : `&query=${this.query}`;
    return `/attention?split=${split}&seed=${seed}&pair=${this.pair}&second=${this.second}${query}`;
  }

  protected override about(): string {
    return "Queries downwards, keys to the right, for one sequence. A score is the sum of the channels' parts, q × k / √d_head; the softmax of the scores and the sink is the attention.";
  }

  protected override fetchData(): Promise<HeadAttention> {
    const { split, seed } = this.of;
    const { pair, second, query: position } = this;
    const query = { split, seed, pair, second, ...(position === null ? {} : { query: position }) };
    return need(
      api.GET("/api/circuits/{slug}/nodes/{node}/attention", { params: { path: this.path, query } }),
    );
  }

  /** Asks for another sequence or query. */
  #ask(change: { pair?: number; second?: boolean; query?: number | null }): void {
    Object.assign(this, change);
    void this.found?.reload();
  }

  protected override body(of: HeadAttention): TemplateResult {
    const at = Math.min(this.query ?? of.query, of.tokens.length - 1);
    return html`${this.#choose(of)} ${this.#verdict(of, at)}
      <div class="both">
        ${this.#side("Whole model", of, of.model, at)}
        ${this.#side("Circuit alone", of, of.circuit, at)}
      </div>`;
  }

  #choose(of: HeadAttention): TemplateResult {
    const isValue = nodeName(this.of.node)?.site === "attn.v";
    return html`<div class="choose">
      <label>
        Pair
        <input
          type="number"
          min="0"
          max=${of.pairs - 1}
          step="1"
          .value=${String(this.pair)}
          @change=${this.#pairTyped}
        />
      </label>
      <cx-segmented
        name="Sequence"
        .choices=${[
          { value: "first", label: "first" },
          { value: "second", label: "second" },
        ]}
        .value=${this.second ? "second" : "first"}
        @choose=${(event: CustomEvent<string>) =>
          this.#ask({ second: event.detail === "second", query: null })}
      ></cx-segmented>
      <cx-segmented
        name="Show"
        .choices=${[
          { value: "attention", label: "attention" },
          { value: "own", label: isValue ? "carried by this channel" : "this channel's scores" },
        ]}
        .value=${this.shown}
        @choose=${(event: CustomEvent<Shown>) => (this.shown = event.detail)}
      ></cx-segmented>
    </div>`;
  }

  #pairTyped(event: Event): void {
    const field = event.target as HTMLInputElement;
    if (field.validity.valid && field.value !== "") {
      this.#ask({ pair: Number(field.value), query: null });
    }
  }

  /** Whether circuit and model attend alike, and by which measure. */
  #verdict(of: HeadAttention, at: number): TemplateResult {
    const measure = `mean Jensen-Shannon divergence ${decimal(of.mean_divergence)} nats over all tokens of ${of.pairs} ${this.of.split} pairs; up to ${of.limit} counts as alike, ${decimal(Math.LN2)} is no overlap`;
    const worst = of.divergence.indexOf(Math.max(...of.divergence));
    const here = html`At this query ${decimal(of.divergence[at] ?? 0)} nats.
      <button class="link" @click=${() => this.#ask({ query: worst })}>
        The most different query of this sequence
      </button>
      has ${decimal(of.divergence[worst] ?? 0)}.`;
    return of.differs
      ? html`<p class="warning" role="note">
          <b>The head attends otherwise in the circuit:</b> ${measure}. ${here}
        </p>`
      : html`<p class="said">The head attends alike in both: ${measure}. ${here}</p>`;
  }

  #side(title: string, of: HeadAttention, side: HeadSide, at: number): TemplateResult {
    const isAttention = this.shown === "attention";
    const rows = isAttention ? side.pattern : side.own;
    const attended = largest(...of.model.pattern, ...of.circuit.pattern);
    const most = isAttention ? attended : largest(...of.model.own, ...of.circuit.own);
    const pick = (event: CustomEvent<number>): void => this.#ask({ query: event.detail });
    const sink = side.sink[at] ?? 0;
    return html`<div>
      <h4>${title} ${heatScale(most, isAttention ? 0 : -most, 1)}</h4>
      <cx-attention-grid
        label="${title}, ${isAttention ? "attention" : "of this channel"}"
        .rows=${rows}
        .tokens=${of.tokens.map(({ text }) => visibleLine(text).slice(0, 40))}
        .most=${most}
        .chosen=${at}
        @pick-query=${pick}
      ></cx-attention-grid>
      <p class="small">
        What token ${at} attends
        to${of.sink_logit === null ? "" : `; ${decimal(Math.max(0, sink))} goes to the sink (logit ${decimal(of.sink_logit, 2)})`}
      </p>
      <cx-token-strip
        label="${title}: attention of token ${at}"
        pickable
        .tokens=${of.tokens}
        .values=${side.pattern[at] ?? []}
        .most=${attended}
        .chosen=${at}
        @pick-token=${pick}
      ></cx-token-strip>
      <cx-channel-parts
        label=${title}
        .head=${of}
        .side=${side}
        .node=${this.of.node}
        .hrefOf=${this.of.hrefOf}
      ></cx-channel-parts>
    </div>`;
  }
}
