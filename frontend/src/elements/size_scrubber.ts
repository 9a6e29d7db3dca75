/**
 * Walks the sizes on the way to a circuit: the graph and the numbers follow. Fires `change-state` and
 * `adjust-state`; opening a size as a circuit of its own leaves the page.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import { asProblem } from "../api/problem";
import type { CircuitDetail, Problem } from "../api/types";
import type { Change } from "../state/exploration";
import type { SizeStop } from "../state/sizes";
import { nearestStop, sizeStops } from "../state/sizes";
import { pathOf } from "../state/url";
import { base, controls } from "../styles/shared";
import { count, decimal, plural } from "../text/format";
import { Drag } from "./drag";
import "./problem_panel";

@customElement("cx-size-scrubber")
export class SizeScrubber extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host,
      label {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 10px;
        font-size: var(--small);
        color: var(--ink-2);
      }
      input[type="range"] {
        width: clamp(120px, 18vw, 320px);
        padding: 0;
        border: 0;
        accent-color: var(--accent);
      }
      output {
        min-width: 25em;
        color: var(--ink);
      }
      button {
        min-height: 26px;
      }
    `,
  ];

  @property({ attribute: false }) detail: CircuitDetail | null = null;
  @property({ attribute: false }) size: number | null = null;
  @state() private moving: number | null = null;
  @state() private opening = false;
  @state() private problem: Problem | null = null;

  readonly #drag = new Drag(this);

  #set(event: Event, stops: readonly SizeStop[]): void {
    const at = (event.target as HTMLInputElement).valueAsNumber;
    const size = stops[at]?.size ?? null;
    const change: Change = (now) => ({ ...now, look: { ...now.look, size } });
    if (event.type === "input") {
      this.moving = at;
      this.#drag.move(change);
    } else {
      this.moving = null;
      this.#drag.end(change);
    }
  }

  async #open(): Promise<void> {
    const { detail, size } = this;
    if (detail === null || size === null) return;
    this.opening = true;
    this.problem = null;
    try {
      const params = { path: { slug: detail.summary.slug, nodes: size } };
      const circuit = await need(api.POST("/api/circuits/{slug}/path/{nodes}", { params }));
      location.assign(pathOf(circuit.slug));
    } catch (error) {
      this.problem = asProblem(error);
      this.opening = false;
    }
  }

  override render(): TemplateResult | typeof nothing {
    const stops = this.detail === null ? [] : sizeStops(this.detail);
    if (stops.length < 2) return nothing;
    const at = this.moving ?? nearestStop(stops, this.size);
    const stop = stops[at];
    const words = stop === undefined ? "" : stopWords(stop);
    return html`<label>
        Size
        <input
          type="range"
          min="0"
          max=${stops.length - 1}
          step="1"
          .value=${String(at)}
          aria-valuetext=${words}
          @input=${(event: Event) => this.#set(event, stops)}
          @change=${(event: Event) => this.#set(event, stops)}
        />
      </label>
      <output>${words}</output>
      <button
        ?disabled=${this.size === null || this.opening}
        title="Measures this size and keeps it as a circuit of its own"
        @click=${() => void this.#open()}
      >
        ${this.opening ? "Opening …" : "Open as a circuit"}
      </button>
      <cx-problem no-retry .problem=${this.problem}></cx-problem>`;
  }
}

function stopWords({ nodes, edges, loss, size }: SizeStop): string {
  const which = size === null ? ": this circuit" : "";
  return `${count(nodes)} nodes, ${plural(edges, "edge")}, test loss ${decimal(loss)}${which}`;
}
