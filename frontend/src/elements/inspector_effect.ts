/** What ablating the node alone changes, in the circuit alone and in the whole model. */
import { html } from "lit";
import type { TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { Estimate, NodeEffect, NodeEffects } from "../api/types";
import { decimal, percent, plural, signed } from "../text/format";
import { InspectorSection } from "./inspector_section";

@customElement("cx-inspector-effect")
export class InspectorEffect extends InspectorSection<NodeEffects> {
  override readonly heading = "Ablated alone";
  protected override readonly room = 210;

  protected override route(): string {
    return `/effect?split=${this.of.split}&seed=${this.of.seed}`;
  }

  protected override about(): string {
    return "The node alone set to its mean: without it less with it, with 95% intervals over pairs.";
  }

  protected override fetchData(): Promise<NodeEffects> {
    const { split, seed } = this.of;
    const params = { path: this.path, query: { split, seed } };
    return need(api.GET("/api/circuits/{slug}/nodes/{node}/effect", { params }));
  }

  protected override body({ n, in_circuit, circuit, model }: NodeEffects): TemplateResult {
    return html`<div class="panel scroll" tabindex="0" role="region" aria-label="Effects">
        <table>
          <thead>
            <tr>
              <th scope="col">Ablated from</th>
              <th scope="col" class="number">circuit alone${in_circuit ? "" : ", put into it"}</th>
              <th scope="col" class="number">whole model</th>
            </tr>
          </thead>
          <tbody>
            ${row("Task loss, nats", [circuit, model], loss)}
            ${row("Accuracy", [circuit, model], ({ accuracy }) => change(accuracy, points))}
            ${row("Logit difference", [circuit, model], ({ logit_difference }) =>
              change(logit_difference, (value) => signed(value, 2)),
            )}
          </tbody>
        </table>
      </div>
      <p class="quiet small">${plural(n, `${this.of.split} pair`)}</p>`;
  }
}

function row(
  name: string,
  effects: readonly NodeEffect[],
  cell: (effect: NodeEffect) => TemplateResult,
): TemplateResult {
  return html`<tr>
    <th scope="row">${name}</th>
    ${effects.map((effect) => html`<td class="number">${cell(effect)}</td>`)}
  </tr>`;
}

function loss(effect: NodeEffect): TemplateResult {
  return html`${change(effect.loss, (value) => signed(value))}
    <div class="quiet small">
      from ${decimal(effect.with_node)} to ${decimal(effect.without_node)}
    </div>`;
}

function change({ value, low, high }: Estimate, words: (value: number) => string): TemplateResult {
  return html`<b>${words(value)}</b>
    <div class="quiet small">${words(low)} to ${words(high)}</div>`;
}

function points(share: number): string {
  return `${share > 0 ? "+" : ""}${percent(share)}`;
}
