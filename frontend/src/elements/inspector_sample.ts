/** The node's largest, least and middling activations on pretraining text, in their context. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import { api, need } from "../api/client";
import type { Excerpt, NodeSample } from "../api/types";
import { largest } from "../drawing/heat";
import { count, decimal, percent } from "../text/format";
import { heatScale, heatScaleStyles } from "./heat_scale";
import { InspectorSection } from "./inspector_section";
import "./segmented";
import "./token_strip";

@customElement("cx-inspector-sample")
export class InspectorSample extends InspectorSection<NodeSample> {
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
      .bins {
        display: flex;
        align-items: flex-end;
        gap: 1px;
        height: 44px;
        max-width: 420px;
        margin-top: 6px;
        border-bottom: 1px solid var(--line-2);
      }
      .bins i {
        flex: 1;
        background: var(--accent);
      }
      .ends {
        display: flex;
        justify-content: space-between;
        max-width: 420px;
        margin-bottom: 10px;
      }
      .excerpts {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr));
        gap: 8px 14px;
      }
      .excerpts > div {
        min-width: 0;
      }
    `,
  ];

  override readonly heading = "Activations on pretraining text";
  protected override readonly room = 420;
  @state() private quantile = "1";

  protected override route(): string {
    return "/sample";
  }

  protected override about(): string {
    return "In the whole model, on the held-out sample that the checkpoint brings. Quantiles, examples and bars are of the nonzero activations; at most one example a window.";
  }

  protected override fetchData(): Promise<NodeSample> {
    return need(api.GET("/api/circuits/{slug}/nodes/{node}/sample", { params: { path: this.path } }));
  }

  protected override body(of: NodeSample): TemplateResult {
    if (of.places === null) {
      return html`<p>The checkpoint brings no held-out sample: put held_out.safetensors into its folder.</p>`;
    }
    const share = `Nonzero at ${count(of.nonzero)} of ${count(of.places)} tokens (${percent(of.nonzero / of.places)}), mean ${decimal(of.mean, 4)}`;
    if (of.groups.length === 0) return html`<p>${share}.</p>`;
    const group = of.groups.find(({ quantile }) => String(quantile) === this.quantile) ?? of.groups[0];
    const most = largest(...of.groups.flatMap((each) => each.excerpts.map(({ values }) => values)));
    return html`<p class="small">${share}</p>
      ${histogram(of)}
      <div class="choose">
        <cx-segmented
          name="Examples"
          .choices=${of.groups.map(({ quantile, value }) => ({
            value: String(quantile),
            label: quantileWords(quantile),
            hint: `activation ${decimal(value)}`,
          }))}
          .value=${this.quantile}
          @choose=${(event: CustomEvent<string>) => (this.quantile = event.detail)}
        ></cx-segmented>
        ${heatScale(most)}
      </div>
      <div class="excerpts">${group?.excerpts.map((each) => excerpt(each, most)) ?? nothing}</div>`;
  }
}

function quantileWords(quantile: number): string {
  if (quantile === 1) return "top";
  return quantile === 0 ? "bottom" : percent(quantile, 0);
}

function histogram({ counts, edges }: NodeSample): TemplateResult {
  const most = Math.max(...counts, 1);
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 0];
  return html`<div
      class="bins"
      role="img"
      aria-label="Histogram of the nonzero activations from ${decimal(low, 2)} to ${decimal(high, 2)}"
    >
      ${counts.map((number, bin) => {
        const words = `${decimal(edges[bin] ?? 0, 2)} to ${decimal(edges[bin + 1] ?? 0, 2)}: ${number}`;
        return html`<i title=${words} style=${styleMap({ height: `${(100 * number) / most}%` })}></i>`;
      })}
    </div>
    <div class="ends small quiet"><span>${decimal(low, 2)}</span><span>${decimal(high, 2)}</span></div>`;
}

function excerpt({ window, position, start, tokens, values }: Excerpt, most: number): TemplateResult {
  const value = values[position - start] ?? 0;
  return html`<div>
    <div class="small">
      ${decimal(value, 3)} <span class="quiet">window ${window}, token ${position}</span>
    </div>
    <cx-token-strip
      .tokens=${tokens}
      .values=${values}
      .most=${most}
      .chosen=${position - start}
      label="Window ${window}, activation ${decimal(value, 3)}"
    ></cx-token-strip>
  </div>`;
}
