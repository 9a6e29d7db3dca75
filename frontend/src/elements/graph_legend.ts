/**
 * What the shapes and lines of the drawing mean; lines without weight can be hidden here. Fires
 * `hide-lines` with all kinds that are.
 */
import { LitElement, css, html, nothing, svg } from "lit";
import type { SVGTemplateResult, TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { CircuitGraph } from "../api/types";
import type { LineKind } from "../drawing/graph_view";
import type { NodeKind } from "../drawing/rows";
import { KINDS, KIND_NAMES } from "../drawing/rows";
import { base } from "../styles/shared";
import { count, plural } from "../text/format";

const OUTLINES: Record<NodeKind, SVGTemplateResult> = {
  read: svg`<ellipse cx="12" cy="7" rx="10.5" ry="6" stroke="var(--kind-write)"/>`,
  write: svg`<path d="M5 1h14l4 4v4l-4 4H5L1 9V5z"/>`,
  q: svg`<rect x="1" y="1" width="22" height="12" rx="3"/>`,
  k: svg`<rect x="1" y="1" width="22" height="12" rx="3"/>`,
  v: svg`<rect x="1" y="1" width="22" height="12" rx="3"/>`,
  neuron: svg`<path d="M6 1h12l5 6-5 6H6L1 7z"/>`,
};

const SHAPES_ALIKE: ReadonlySet<NodeKind> = new Set(["q", "k", "v"]);

const SHORT: Record<NodeKind, string> = {
  read: "channel read",
  q: "query",
  k: "key",
  v: "value",
  write: "channel written",
  neuron: "neuron",
};

@customElement("cx-graph-legend")
export class GraphLegend extends LitElement {
  static override styles = [
    base,
    css`
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 14px;
        margin: 0;
        padding: 7px 16px;
        list-style: none;
        border-top: 1px solid var(--line);
        font-size: var(--small);
        color: var(--ink-2);
      }
      li,
      label {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      svg {
        flex: none;
        width: 24px;
        height: 14px;
        stroke-width: 1.4;
        overflow: visible;
      }
      .letter {
        fill: var(--ink);
        stroke: none;
        font: 10px var(--mono);
      }
      .size {
        margin-left: auto;
      }
      input {
        margin: 0;
        accent-color: var(--accent);
      }
    `,
  ];

  @property({ attribute: false }) graph: CircuitGraph | null = null;
  @property({ attribute: false }) hiddenLines: ReadonlySet<LineKind> = new Set();
  /** Colours of nodes say something else than their kind. */
  @property({ type: Boolean }) painted = false;

  override render(): TemplateResult {
    const present = new Set(this.graph?.nodes.map((node) => node.kind));
    const lines = new Set(this.graph?.edges.map((edge) => edge.kind));
    const weights = this.graph?.edges.filter((edge) => edge.kind === "weight") ?? [];
    const kept = weights.filter((edge) => edge.kept).length;
    return html`<ul aria-label="Legend">
      ${KINDS.filter((kind) => present.has(kind)).map(
        (kind) => html`<li title=${KIND_NAMES[kind]}>${this.#shape(kind)} ${SHORT[kind]}</li>`,
      )}
      <li>
        <svg viewBox="0 0 24 14" aria-hidden="true" fill="none" stroke="var(--ink-3)">
          <rect x="1" y="1" width="22" height="12" rx="3" stroke-dasharray="3 2" />
          <path d="M3 2 21 12M21 2 3 12" />
        </svg>
        <svg viewBox="0 0 24 14" aria-hidden="true" fill="none" stroke="var(--ink-3)">
          <path d="M1 7h22" stroke-dasharray="5 3.5" style="stroke-width: 2.4" />
          <path d="M12 2v10" style="stroke: var(--ink); stroke-width: 2" />
        </svg>
        ablated
      </li>
      ${this.#line("positive", "var(--positive)")} ${this.#line("negative", "var(--negative)")}
      ${kept < weights.length
        ? this.#line("pruned", "var(--positive)", "5 3.5", "pruned")
        : nothing}
      ${lines.has("join")
        ? this.#line("written, read later", "var(--ink-3)", "4 3", "join")
        : nothing}
      ${this.#ends() ? this.#line("text", "var(--ink-3)", "1 2", "end") : nothing}
      ${lines.has("qk") ? this.#line("q times k", "var(--kind-q)", "1.5 2.5", "qk") : nothing}
      <li class="size">
        ${count(kept)} kept of ${plural(weights.length, "induced edge")}
      </li>
    </ul>`;
  }

  /** In the kind's colour; without, queries, keys and values differ by their letters alone. */
  #shape(kind: NodeKind): TemplateResult {
    const style = this.painted ? "fill: none; stroke: var(--ink-2)" : `fill: var(--kind-${kind})`;
    const lettered = this.painted && SHAPES_ALIKE.has(kind);
    return html`<svg viewBox="0 0 24 14" aria-hidden="true" style=${style}>
      ${OUTLINES[kind]}${lettered
        ? svg`<text class="letter" x="12" y="10.5" text-anchor="middle">${kind}</text>`
        : nothing}
    </svg>`;
  }

  #ends(): boolean {
    const { ends } = this.graph ?? {};
    return ends !== undefined && ends.tokens.length + ends.logits.length > 0;
  }

  #line(words: string, color: string, dashes = "", kind?: LineKind): TemplateResult {
    const opacity = kind === "pruned" ? 0.5 : 1;
    const style = `stroke: ${color}; stroke-width: 2.4; opacity: ${opacity}`;
    const picture = html`<svg viewBox="0 0 24 14" aria-hidden="true">
      <path d="M1 7h22" stroke-dasharray=${dashes} style=${style} />
    </svg>`;
    if (kind === undefined) return html`<li>${picture} ${words}</li>`;
    return html`<li>
      <label>
        ${picture} ${words}
        <input
          type="checkbox"
          .checked=${!this.hiddenLines.has(kind)}
          @change=${(event: Event) =>
            this.#show(kind, (event.target as HTMLInputElement).checked)}
        />
      </label>
    </li>`;
  }

  #show(kind: LineKind, shown: boolean): void {
    const others = [...this.hiddenLines].filter((one) => one !== kind);
    const detail = new Set(shown ? others : [...others, kind]);
    this.dispatchEvent(new CustomEvent<ReadonlySet<LineKind>>("hide-lines", { detail }));
  }
}
