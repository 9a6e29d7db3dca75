/** Where a circuit comes from: enough to find it again. */
import { LitElement, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { CircuitDetail } from "../api/types";
import { factValue } from "../state/card";
import { methodTitle } from "../state/methods";
import { base } from "../styles/shared";
import { count, decimal, instant, seconds, shortDigest } from "../text/format";
import { facts, factStyles } from "./facts";

@customElement("cx-provenance-panel")
export class ProvenancePanel extends LitElement {
  static override styles = [base, factStyles];

  @property({ attribute: false }) detail: CircuitDetail | null = null;

  override render(): TemplateResult | typeof nothing {
    if (this.detail === null) return nothing;
    const { circuit, summary } = this.detail;
    const { provenance: p, rescaling } = circuit;
    const passes = Object.keys(p.passes ?? {});
    const digest = (text: string): TemplateResult =>
      html`<code title=${text}>${shortDigest(text)}</code>`;
    const all = (record: Record<string, unknown>): TemplateResult =>
      html`${Object.entries(record).map(
        ([name, value]) => html`<div>${name} <code>${factValue(value)}</code></div>`,
      )}`;
    return html`${facts([
      ["Method", methodTitle(p.method)],
      ["Seed", String(p.seed)],
      ["Target loss", `${p.target_loss} nats`],
      ["On validation pairs", `${decimal(p.validation_loss)} nats`],
      ["Pairs", all(p.pairs)],
      ["Rescaling", `${decimal(rescaling.scale, 4)} · D + ${decimal(rescaling.shift, 4)}`],
      ["Search took", seconds(p.seconds)],
      ...(passes.length > 0 ? ([["Passes", all(p.passes ?? {})]] as const) : []),
      ["Found", instant(summary.created)],
      ["Size", `${count(summary.induced_edges)} induced, ${count(summary.kept_edges)} kept edges`],
      ["Checkpoint", digest(p.checkpoint_digest)],
      ["Node means", digest(p.means_digest)],
      ["Hyperparameters", all(p.hyperparameters)],
      ["Versions", all(p.versions)],
    ])}`;
  }
}
