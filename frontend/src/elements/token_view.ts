/**
 * The circuit unrolled over the tokens of one text: a sequence of a pair, or the page's prompt. Owns
 * the question to the server and which cell is looked at. Fires `change-state` and `adjust-state`.
 */
import { LitElement, css, html, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { CircuitGraph, Unrolled, UnrolledRequest } from "../api/types";
import { chooseRows } from "../drawing/unrolled";
import { Answers } from "../state/answers";
import type { Change, Exploration } from "../state/exploration";
import { whatIf } from "../state/exploration";
import type { Cell } from "../state/flows";
import { Flows, answerName, strongest } from "../state/flows";
import type { Side } from "../state/look";
import type { Words } from "../state/words";
import { NO_WORDS } from "../state/words";
import { base, controls, skeleton } from "../styles/shared";
import { decimal, plural } from "../text/format";
import "./least_slider";
import "./problem_panel";
import "./token_cell";
import "./token_choice";
import "./token_grid";
import type { TokenGrid } from "./token_grid";
import { tokenLegend, tokenLegendStyles } from "./token_legend";
import "./token_save";

/** Rows that are shown at once, and how many more at a time. */
const ROWS = 40;
const NONE: ReadonlySet<string> = new Set();

@customElement("cx-token-view")
export class TokenView extends LitElement {
  static override styles = [
    base,
    controls,
    skeleton,
    tokenLegendStyles,
    css`
      :host {
        padding: 14px 18px 24px;
      }
      .under {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 16px;
        min-height: 34px;
        font-size: var(--small);
        color: var(--ink-2);
      }
      .right {
        display: flex;
        flex-wrap: wrap;
        gap: 6px 16px;
        margin-left: auto;
      }
      .least {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .stale {
        opacity: 0.55;
      }
      cx-problem {
        display: block;
        max-width: 640px;
        margin-top: 12px;
      }
    `,
  ];

  @property({ attribute: false }) graph!: CircuitGraph;
  @property({ attribute: false }) exploration!: Exploration;
  @property({ attribute: false }) ablated: ReadonlySet<string> = NONE;
  @property({ attribute: false }) words: Words = NO_WORDS;
  @state() private most = ROWS;
  @state() private all = false;
  @query("cx-token-grid") private readonly grid!: TokenGrid;
  #flows: Record<Side, Flows> | null = null;

  readonly #asked = new Answers<UnrolledRequest, Unrolled>(
    (body, signal) =>
      need(
        api.POST("/api/circuits/{slug}/unrolled", {
          params: { path: { slug: this.exploration.slug } },
          body,
          signal,
        }),
      ),
    () => this.#answered(),
  );

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asked.cancel();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("exploration") && this.exploration.view === "tokens") {
      this.#asked.put(this.#question());
    }
    if (changed.has("graph") || changed.has("ablated")) this.#flows = null;
  }

  #question(): UnrolledRequest {
    const { prompt, look } = this.exploration;
    return {
      ...whatIf(this.exploration),
      prompt: prompt === "" ? null : prompt,
      pair: look.pair,
      second: look.second,
    };
  }

  #answered(): void {
    this.#flows = null;
    this.requestUpdate();
  }

  #flowsOf(of: Unrolled): Record<Side, Flows> {
    const make = (side: Side): Flows => new Flows(of, this.graph, side, this.ablated);
    this.#flows ??= { now: make("now"), model: make("model"), difference: make("difference") };
    return this.#flows;
  }

  #change(change: Change, name = "change-state"): void {
    this.dispatchEvent(new CustomEvent<Change>(name, { detail: change }));
  }

  /** The cell that is looked at; null for none. */
  #cell(of: Unrolled): Cell | null {
    const { selection, look } = this.exploration;
    const at = this.#position(of);
    const answers = of.answers.map((_, place) => answerName(place));
    const others = new Set([...of.heads.map(({ name }) => name), ...answers]);
    if (look.cell !== null && others.has(look.cell)) return { name: look.cell, at };
    const isHere = selection !== null && of.nodes.some(({ name }) => name === selection);
    return isHere ? { name: selection, at } : null;
  }

  #position(of: Unrolled): number {
    const last = of.tokens.length - 1;
    return Math.min(this.exploration.look.position ?? last, last);
  }

  #pick(of: Unrolled, { detail: cell }: CustomEvent<Cell>): void {
    const isNode = of.nodes.some(({ name }) => name === cell.name);
    this.#change((now) => {
      const { look, selection } = now;
      return {
        ...now,
        selection: isNode ? cell.name : selection,
        look: { ...look, position: cell.at, cell: isNode ? null : cell.name },
      };
    }, "adjust-state");
  }

  override render(): TemplateResult {
    const { answer, stale, problem } = this.#asked.current;
    return html`<cx-token-choice
        .exploration=${this.exploration}
        .of=${answer}
        @change-state=${(event: CustomEvent<Change>) => this.#change(event.detail)}
      ></cx-token-choice>
      ${problem
        ? html`<cx-problem
            .problem=${problem}
            @retry=${() => this.#asked.put(this.#question())}
          ></cx-problem>`
        : answer === null
          ? html`<div role="status" aria-label="Loading the circuit at each token">
              <div class="under"></div>
              <span class="skeleton" style="height: 420px"></span>
            </div>`
          : html`<div class=${stale ? "stale" : ""} aria-busy=${stale}>${this.#body(answer)}</div>`}`;
  }

  #body(of: Unrolled): TemplateResult {
    const { look, selection } = this.exploration;
    const flows = this.#flowsOf(of);
    const shown = flows[look.side];
    const rows = chooseRows(this.graph.nodes, shown, this.most, this.all, selection);
    const cell = this.#cell(of);
    const through = shown.through(cell);
    const limit = look.flow * strongest(shown.through(null));
    const drawn = through.filter(({ amount }) => Math.abs(amount) >= limit);
    if (of.nodes.length === 0) {
      return html`<p class="under">
        This circuit has no nodes: what the model answers without it stands in the numbers beside.
      </p>`;
    }
    return html`<div class="under">
        ${tokenLegend(look.side)}
        <span class="least" role="group" aria-label="Flows shown">
          Flows
          <cx-least-slider
            name="Least flow that is shown"
            field="flow"
            .look=${look}
            words=${shownInWords(limit, through.length - drawn.length)}
          ></cx-least-slider>
        </span>
        <span class="right">
          ${rows.inactive > 0
            ? html`<span>
                ${plural(rows.inactive, "row")} hidden: 0 at every token.
                <button class="link" @click=${() => (this.all = true)}>Show</button>
              </span>`
            : this.all
              ? html`<button class="link" @click=${() => (this.all = false)}>
                  Hide rows that are 0 at every token
                </button>`
              : nothing}
          ${rows.beyond > 0
            ? html`<span>
                ${plural(rows.beyond, "more row")} hidden.
                <button class="link" @click=${() => (this.most += ROWS)}>Show ${ROWS} more</button>
              </span>`
            : nothing}
          <cx-token-save
            .of=${of}
            .picture=${() => this.grid.picture(location.href)}
          ></cx-token-save>
        </span>
      </div>
      <cx-token-grid
        .flows=${shown}
        .through=${drawn}
        .nodes=${rows.nodes}
        .words=${this.words}
        .ablated=${this.ablated}
        .cell=${cell}
        .position=${this.#position(of)}
        @pick-cell=${(event: CustomEvent<Cell>) => this.#pick(of, event)}
      ></cx-token-grid>
      <cx-token-cell
        .flows=${flows}
        .graph=${this.graph}
        .words=${this.words}
        .ablated=${this.ablated}
        .cell=${cell}
        .position=${this.#position(of)}
        @pick-cell=${(event: CustomEvent<Cell>) => this.#pick(of, event)}
      ></cx-token-cell>`;
  }
}

function shownInWords(limit: number, hidden: number): string {
  const from = limit === 0 ? "" : `from ${decimal(limit)}, `;
  return hidden === 0 ? `${from}all shown` : `${from}${hidden} hidden`;
}
