/**
 * Two circuits side by side. Both are drawn in the places of one layout, so that what they share
 * stands in the same place; a node chosen in one is chosen in the other.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { BesidePage, CircuitGraph, CircuitSummary } from "../api/types";
import type { Drawing } from "../state/beside";
import { besidePath, others, union } from "../state/beside";
import { base, controls, tables } from "../styles/shared";
import { count, lossBeside, percent } from "../text/format";
import "./beside_overlap";
import "./circuit_graph";
import { header, pageHeader } from "./page_header";
import { Resource } from "./resource";

const NONE: ReadonlySet<string> = new Set();

@customElement("cx-beside-page")
export class BesidePageElement extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    pageHeader,
    css`
      .choice {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 8px 14px;
        margin-bottom: 14px;
      }
      .choice label {
        display: grid;
        gap: 3px;
      }
      select {
        max-width: 100%;
      }
      .both {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 14px;
      }
      article {
        min-width: 0;
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: 6px;
        overflow: hidden;
      }
      article > header {
        padding: 10px 14px;
        border-bottom: 1px solid var(--line);
      }
      h2 {
        font-size: 15px;
        overflow-wrap: anywhere;
      }
      .drawn {
        display: flex;
        flex-direction: column;
        height: 620px;
      }
      cx-circuit-graph {
        flex: 1;
        min-height: 0;
      }
      @media (max-width: 1099px) {
        .both {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property() slug = "";
  /** Slug of the second one; "" while none is chosen. */
  @property() other = "";
  @state() private selection = new URLSearchParams(location.search).get("select");
  #within: Drawing | null = null;
  #withinOf: BesidePage | null = null;

  readonly #page = new Resource(this, () =>
    need(
      api.GET("/circuits/{slug}/beside.json", {
        params: {
          path: { slug: this.slug },
          query: this.other === "" ? {} : { with: this.other },
        },
      }),
    ),
  );

  override render(): TemplateResult {
    return html`<div class="page">
      ${header({
        title: "Two circuits side by side",
        lead: "Both are drawn in the places of one layout: of one checkpoint, what stands in the same place is the same node.",
      })}
      ${this.#page.render((page) => this.#both(page))}
    </div>`;
  }

  #both(page: BesidePage): TemplateResult {
    const { left, left_graph, right, right_graph, overlap } = page;
    const shared = new Set(overlap?.shared?.nodes);
    return html`${this.#choice(page)}
      ${right === null || right_graph === null || overlap === null
        ? html`<div class="panel empty">
            <h2>Choose a second circuit</h2>
            <p>One of another task shows what a checkpoint uses again, one of another seed what the search happened to find.</p>
          </div>`
        : html`<div class="both">
              ${this.#one(left, left_graph, shared, page)}
              ${this.#one(right, right_graph, shared, page)}
            </div>
            <cx-beside-overlap .overlap=${overlap} .left=${left} .right=${right}></cx-beside-overlap>`}`;
  }

  #choice({ left, right, circuits }: BesidePage): TemplateResult {
    return html`<div class="choice">
      <label
        >Beside <code>${left.slug}</code>
        <select
          @change=${(event: Event) =>
            location.assign(besidePath(left.slug, (event.target as HTMLSelectElement).value || null))}
        >
          <option value="">choose a circuit</option>
          ${[...others(left, circuits)].map(
            ([heading, found]) => html`<optgroup label=${heading}>
              ${found.map(
                (one) => html`<option value=${one.slug} .selected=${one.slug === right?.slug}>
                  ${one.task} in ${one.checkpoint}, ${count(one.induced_edges)} edges (${one.slug.slice(-6)})
                </option>`,
              )}
            </optgroup>`,
          )}
        </select>
      </label>
      ${right === null
        ? nothing
        : html`<a class="button" href=${besidePath(right.slug, left.slug)}>Swap sides</a>`}
    </div>`;
  }

  #one(
    circuit: CircuitSummary,
    graph: CircuitGraph,
    shared: ReadonlySet<string>,
    page: BesidePage,
  ): TemplateResult {
    const here = graph.nodes.some(({ id }) => id === this.selection);
    return html`<article aria-label="${circuit.task} in ${circuit.checkpoint}">
      <header>
        <h2><a href="/circuits/${circuit.slug}">${circuit.task} in ${circuit.checkpoint}</a></h2>
        <p class="quiet small">
          ${count(circuit.node_count)} nodes, ${count(circuit.kept_edges)} kept of
          ${count(circuit.induced_edges)} induced edges; task loss
          ${lossBeside(circuit.task_loss, circuit.target_loss)}, accuracy ${percent(circuit.accuracy)}
        </p>
      </header>
      <div class="drawn">
        <cx-circuit-graph
          .graph=${graph}
          .within=${this.#union(page)}
          .chosen=${shared.size > 0 ? shared : NONE}
          .selection=${here ? this.selection : null}
          @select-node=${({ detail }: CustomEvent<string>) => this.#select(detail)}
        ></cx-circuit-graph>
      </div>
    </article>`;
  }

  #union(page: BesidePage): Drawing | null {
    if (this.#withinOf !== page) {
      this.#withinOf = page;
      this.#within = page.right_graph === null ? null : union(page.left_graph, page.right_graph);
    }
    return this.#within;
  }

  #select(node: string): void {
    this.selection = node;
    const query = new URLSearchParams(location.search);
    query.set("select", node);
    history.replaceState(null, "", `?${query}`);
  }
}
