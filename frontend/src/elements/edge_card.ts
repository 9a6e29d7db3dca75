/**
 * The selected edge: its ends, its weight; a button ablates or restores it. Fires `toggle-edge`,
 * and `select-node` with the name of an end.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { CircuitGraph } from "../api/types";
import { edgeName } from "../state/exploration";
import { base, chips, controls } from "../styles/shared";
import { signed } from "../text/format";

@customElement("cx-edge-card")
export class EdgeCard extends LitElement {
  static override styles = [
    base,
    controls,
    chips,
    css`
      .top {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .top .chip {
        min-width: 56px;
        text-align: center;
      }
      .top button:last-child {
        min-width: 72px;
      }
      .top b {
        margin-right: auto;
        font-size: 14px;
        font-weight: 620;
      }
      p {
        margin-top: 4px;
        font-size: 13px;
        color: var(--ink-2);
        overflow-wrap: anywhere;
      }
      .positive {
        color: var(--positive-text);
      }
      .negative {
        color: var(--negative-text);
      }
    `,
  ];

  @property({ attribute: false }) graph: CircuitGraph | null = null;
  @property() edge = "";
  @property({ type: Boolean }) kept = true;

  override render(): TemplateResult {
    const edge = this.graph?.edges.find(
      (one) => one.kind === "weight" && edgeName(one) === this.edge,
    );
    if (edge === undefined) {
      return html`<p class="quiet">${this.edge} is no edge of this circuit.</p>`;
    }
    const weight = edge.weight ?? 0;
    const end = (node: string): TemplateResult =>
      html`<button class="link" @click=${() => this.#send("select-node", node)}>
        <code>${node}</code>
      </button>`;
    return html`<div class="top">
        <b>Edge <span class=${weight < 0 ? "negative" : "positive"}>${signed(weight, 4)}</span></b>
        <span class="chip ${this.kept ? "" : "bad"}">${this.kept ? "kept" : "ablated"}</span>
        <button @click=${() => this.#send("toggle-edge", this.edge)}>
          ${this.kept ? "Ablate" : "Restore"}
        </button>
      </div>
      <p>${end(edge.source)} to ${end(edge.target)}</p>
      <p>
        Ablated, the target alone sees the source's ablation value.
        ${edge.kept
          ? nothing
          : "The search pruned this edge: the circuit alone is without it, its nodes are kept."}
      </p>`;
  }

  #send(event: "toggle-edge" | "select-node", name: string): void {
    this.dispatchEvent(new CustomEvent<string>(event, { detail: name }));
  }
}
