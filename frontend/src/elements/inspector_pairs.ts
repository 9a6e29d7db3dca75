/** The node's activations on the task's pairs as token heatmaps: first, second, difference. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { NodePairs, PairActivations, TokenText } from "../api/types";
import { largest } from "../drawing/heat";
import { decimal, plural } from "../text/format";
import { heatScale, heatScaleStyles } from "./heat_scale";
import { InspectorSection } from "./inspector_section";
import "./segmented";
import "./token_strip";
import { tokenText } from "./visible_text";

const COUNT = 3;

type Where = "model" | "circuit";

const WHERE = [
  { value: "model", label: "whole model" },
  { value: "circuit", label: "circuit alone" },
];

@customElement("cx-inspector-pairs")
export class InspectorPairs extends InspectorSection<NodePairs> {
  static override styles = [
    InspectorSection.styles,
    heatScaleStyles,
    css`
      .choose {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
        margin-bottom: 8px;
      }
      .three {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(250px, 100%), 1fr));
        gap: 6px 14px;
        margin-bottom: 12px;
      }
      .three > div {
        min-width: 0;
      }
    `,
  ];

  override readonly heading = "Activations on the task's pairs";
  protected override readonly room = 420;
  @state() private where: Where = "model";
  @state() private start = 0;

  protected override route(): string {
    return `/pairs?split=${this.of.split}&seed=${this.of.seed}&start=${this.start}&count=${COUNT}`;
  }

  protected override about(): string {
    return "After each token, with AbsTopK applied. One scale for all that is shown; the difference is first less second, at the tokens of the first.";
  }

  protected override fetchData(): Promise<NodePairs> {
    const { split, seed } = this.of;
    const query = { split, seed, start: this.start, count: COUNT };
    return need(api.GET("/api/circuits/{slug}/nodes/{node}/pairs", { params: { path: this.path, query } }));
  }

  protected override body({ pairs, total }: NodePairs): TemplateResult {
    const { where } = this;
    const most = largest(
      ...pairs.flatMap((pair) => [pair.first.model, pair.second.model, pair.first.circuit, pair.second.circuit]),
    );
    const last = this.start + pairs.length;
    return html`<div class="choose">
        <cx-segmented
          name="Values in"
          .choices=${WHERE}
          .value=${where}
          @choose=${(event: CustomEvent<Where>) => (this.where = event.detail)}
        ></cx-segmented>
        ${heatScale(most)}
        <span class="small quiet" role="status">
          pairs ${this.start} to ${last - 1} of ${plural(total, `${this.of.split} pair`)}
        </span>
        <span role="group" aria-label="Pairs">
          <button ?disabled=${this.start === 0} @click=${() => this.#go(this.start - COUNT)}>
            Earlier
          </button>
          <button ?disabled=${last >= total} @click=${() => this.#go(last)}>Later</button>
        </span>
      </div>
      ${most === 0 ? html`<p>It is zero at every token of these pairs.</p>` : nothing}
      ${pairs.map((pair) => this.#pair(pair, most))}`;
  }

  #go(start: number): void {
    this.start = Math.max(0, start);
    void this.found?.reload();
  }

  #pair(pair: PairActivations, most: number): TemplateResult {
    const { where } = this;
    const strip = (
      title: TemplateResult | string,
      name: string,
      tokens: readonly TokenText[],
      values: readonly (number | null)[],
    ): TemplateResult => html`<div>
      <div class="small">${title} <span class="quiet">${decimal(values.at(-1) ?? NaN, 2)} last</span></div>
      <cx-token-strip
        .tokens=${tokens}
        .values=${values}
        .most=${most}
        label="Pair ${pair.pair}, ${name}"
      ></cx-token-strip>
    </div>`;
    const { first, second } = pair;
    const answer = (token: TokenText): TemplateResult => html`answer ${tokenText(token.text)}`;
    return html`<div class="three">
      ${strip(answer(pair.first_answer), "first", first.tokens, first[where])}
      ${strip(answer(pair.second_answer), "second", second.tokens, second[where])}
      ${strip("difference", "difference", first.tokens, pair[`${where}_difference`])}
    </div>`;
  }
}
