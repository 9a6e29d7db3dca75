/** What the model keeps for a node beside the weights of its edges: biases, norm, sink, mean. */
import { html } from "lit";
import type { TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { NodeFacts } from "../api/types";
import { decimal } from "../text/format";
import { facts, factStyles } from "./facts";
import { InspectorSection } from "./inspector_section";

@customElement("cx-inspector-facts")
export class InspectorFacts extends InspectorSection<NodeFacts> {
  static override styles = [InspectorSection.styles, factStyles];

  override readonly heading = "Bias, sink, mean";

  protected override route(): string {
    return "";
  }

  protected override about(): string {
    return "Never ablated: biases, norm weights and sinks answer on their own.";
  }

  protected override fetchData(): Promise<NodeFacts> {
    return need(api.GET("/api/circuits/{slug}/nodes/{node}", { params: { path: this.path } }));
  }

  protected override body(of: NodeFacts): TemplateResult {
    const entries: [string, TemplateResult | string][] = [
      ["Circuit", of.in_circuit ? "one of its nodes" : "outside it: its mean in the circuit alone"],
      ["Mean", `${decimal(of.mean, 4)} over pretraining text, its value by mean ablation`],
    ];
    if (of.head !== null) entries.push(["Head", `${of.head}, channel ${of.channel ?? ""} of it`]);
    if (of.partner !== null) {
      const there = of.partner_in_circuit ? "in the circuit" : "outside the circuit";
      entries.push(["Multiplied by", html`${this.nodeLink(of.partner)}, ${there}`]);
    }
    entries.push(["Bias", of.bias === null ? "none" : decimal(of.bias, 4)]);
    if (of.norm_weight !== null) entries.push(["Norm weight", decimal(of.norm_weight, 4)]);
    if (of.head !== null) {
      entries.push(["Sink of the head", of.sink === null ? "none" : `logit ${decimal(of.sink, 4)}`]);
    }
    entries.push([
      "AbsTopK",
      of.abs_topk === null ? `none at ${of.site}` : `keeps ${of.abs_topk} of ${of.width} at ${of.site}`,
    ]);
    return facts(entries);
  }
}
