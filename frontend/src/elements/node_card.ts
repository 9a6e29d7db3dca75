/**
 * The selected node: what it is, its mean, its edges; a button ablates or restores it. Fires
 * `toggle-node`, and `select-node` or `select-edge` with another name.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { CircuitGraph, GraphEdge } from "../api/types";
import { KIND_NAMES } from "../drawing/rows";
import { edgeName } from "../state/exploration";
import { base, chips, controls } from "../styles/shared";
import { decimal, plural, signed } from "../text/format";
import { inspectNode } from "./inspect_node";

/** Edges listed on each side. */
const MOST = 12;

@customElement("cx-node-card")
export class NodeCard extends LitElement {
  static override styles = [
    base,
    controls,
    chips,
    css`
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 8px;
      }
      .do {
        display: flex;
        align-items: center;
        gap: 8px;
        margin-left: auto;
      }
      .top .chip {
        min-width: 56px;
        text-align: center;
      }
      .top button:last-child {
        min-width: 72px;
      }
      .top code {
        font-size: 14px;
        font-weight: 620;
        flex: 1 1 auto;
        overflow-wrap: anywhere;
      }
      h3 {
        margin: 10px 0 2px;
        font-size: var(--small);
        font-weight: 600;
        color: var(--ink-3);
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
        font-size: var(--small);
      }
      li {
        display: flex;
        align-items: baseline;
        gap: 8px;
        line-height: 1.7;
      }
      li > :first-child {
        min-width: 64px;
        text-align: right;
      }
      li > button.link:first-child {
        justify-content: flex-end;
        font-size: inherit;
        color: inherit;
        text-decoration-color: var(--line-2);
      }
      .positive {
        color: var(--positive-text);
      }
      .negative {
        color: var(--negative-text);
      }
      .pruned {
        opacity: 0.55;
      }
      p {
        margin-top: 4px;
        font-size: 13px;
        color: var(--ink-2);
      }
    `,
  ];

  @property({ attribute: false }) graph: CircuitGraph | null = null;
  @property() node: string | null = null;
  @property({ type: Boolean }) ablated = false;

  override render(): TemplateResult {
    const node = this.graph?.nodes.find((one) => one.id === this.node);
    if (!this.graph || node === undefined) {
      return html`<p class="quiet">
        ${this.node === null
          ? "Click a node to ablate it, once more to restore it; click an edge to choose it. What was clicked last is described here."
          : `${this.node} is not in this circuit.`}
      </p>`;
    }
    const head = node.head === null ? "" : ` of head ${node.head}`;
    const { edges } = this.graph;
    return html`<div class="top">
        <code>${node.id}</code>
        <div class="do">
          <span class="chip ${this.ablated ? "bad" : ""}">${this.ablated ? "ablated" : "kept"}</span>
          <button title="Everything about this node (I)" @click=${() => inspectNode(this, node.id)}>
            Inspect
          </button>
          <button @click=${() => this.#send("toggle-node", node.id)}>
            ${this.ablated ? "Restore" : "Ablate"}
          </button>
        </div>
      </div>
      <p>${KIND_NAMES[node.kind]}${head}, layer ${node.layer}; mean ${decimal(node.mean, 4)}</p>
      ${this.#edges("in", edges.filter((edge) => edge.target === node.id))}
      ${this.#edges("out", edges.filter((edge) => edge.source === node.id))}`;
  }

  #edges(side: "in" | "out", edges: readonly GraphEdge[]): TemplateResult | typeof nothing {
    if (edges.length === 0) return nothing;
    const size = (edge: GraphEdge): number => Math.abs(edge.weight ?? 0);
    const strongest = [...edges].sort((a, b) => size(b) - size(a));
    return html`<h3>${side === "in" ? "From" : "To"}</h3>
      <ul>
        ${strongest.slice(0, MOST).map((edge) => {
          const other = side === "in" ? edge.source : edge.target;
          return html`<li class=${edge.kept ? "" : "pruned"}>
            ${this.#weight(edge)}
            <button class="link" @click=${() => this.#send("select-node", other)}>
              <code>${other}</code>
            </button>
            ${edge.kept ? nothing : "pruned"}
          </li>`;
        })}
      </ul>
      ${edges.length > MOST
        ? html`<p class="quiet">and ${plural(edges.length - MOST, "weaker one")}</p>`
        : nothing}`;
  }

  #weight(edge: GraphEdge): TemplateResult {
    if (edge.kind === "join") return html`<span class="quiet">join</span>`;
    if (edge.kind === "qk") return html`<span class="quiet">q · k</span>`;
    const weight = edge.weight ?? 0;
    return html`<button
      class="link"
      title="Choose this edge"
      aria-label="Edge of weight ${signed(weight)}"
      @click=${() => this.#send("select-edge", edgeName(edge))}
    >
      <span class=${weight < 0 ? "negative" : "positive"}>${signed(weight)}</span>
    </button>`;
  }

  #send(event: "toggle-node" | "select-node" | "select-edge", name: string): void {
    this.dispatchEvent(new CustomEvent<string>(event, { detail: name }));
  }
}
