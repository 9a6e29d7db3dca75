/**
 * The graph with its tools: how it is drawn follows from the exploration's look. Fires what the
 * drawing and the tools fire.
 */
import { LitElement, css, html } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import type { CircuitDetail, CircuitGraph } from "../api/types";
import { MOST_EDGES } from "../drawing/elements";
import type { EdgeChanges } from "../drawing/graph_view";
import type { Paint } from "../drawing/paint";
import { weakEdges } from "../drawing/threshold";
import type { Change, Exploration } from "../state/exploration";
import { fold } from "../state/look";
import type { Coloured } from "../state/measures";
import { Measures } from "../state/measures";
import type { Words } from "../state/words";
import { NO_WORDS } from "../state/words";
import "./circuit_graph";
import type { CircuitGraphElement } from "./circuit_graph";
import "./colour_scale";
import "./graph_tools";
import "./size_scrubber";

@customElement("cx-graph-stage")
export class GraphStage extends LitElement {
  static override styles = css`
    :host {
      display: flex;
      flex-direction: column;
      height: 100%;
    }
    :host([hidden]) {
      display: none;
    }
    .tools {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 6px 24px;
      padding: 8px 16px;
      border-bottom: 1px solid var(--line);
    }
    cx-circuit-graph {
      flex: 1;
    }
  `;

  @property({ attribute: false }) graph!: CircuitGraph;
  @property({ attribute: false }) exploration!: Exploration;
  @property({ attribute: false }) detail: CircuitDetail | null = null;
  @property({ attribute: false }) ablated: ReadonlySet<string> = new Set();
  @property({ attribute: false }) edges: EdgeChanges = { ablated: new Set(), restored: new Set() };
  @property({ attribute: false }) words: Words = NO_WORDS;
  /** What stands below nodes that have a value of the user's choice. */
  @property({ attribute: false }) values: ReadonlyMap<string, string> = new Map();
  @query("cx-circuit-graph") readonly drawing!: CircuitGraphElement | null;

  readonly #measures = new Measures(() => this.requestUpdate());
  #coloured: Coloured | null = null;
  #paint: Paint | null = null;
  #weak: ReadonlySet<string> = new Set();
  #weakFor: readonly unknown[] = [];

  protected override willUpdate(_: PropertyValues): void {
    const { exploration, graph } = this;
    const hasReport = this.detail?.summary.has_report ?? null;
    this.#coloured = this.#measures.colours(exploration, hasReport);
    if (!samePaint(this.#paint, this.#coloured.paint)) this.#paint = this.#coloured.paint;
    const { data } = this.#measures.edgeEffects(exploration);
    const { by, least } = exploration.look;
    const weakFor = [graph, by, least, data];
    if (weakFor.some((part, i) => part !== this.#weakFor[i])) {
      this.#weak = weakEdges(graph.edges, exploration.look, data);
      this.#weakFor = weakFor;
    }
  }

  #fold({ detail: name }: CustomEvent<string>): void {
    const detail: Change = (now) => ({
      ...now,
      look: fold(now.look, [name], !now.look.folded.has(name)),
    });
    this.dispatchEvent(new CustomEvent("change-state", { detail }));
  }

  override render(): TemplateResult {
    const { graph, exploration } = this;
    const { look } = exploration;
    const weights = graph.edges.filter((edge) => edge.kind === "weight").length;
    return html`<div class="tools">
        <cx-graph-tools
          .graph=${graph}
          .look=${look}
          .words=${this.words}
          .effects=${this.#measures.edgeEffects(exploration)}
          .hiddenEdges=${Math.max(this.#weak.size, weights - MOST_EDGES)}
        ></cx-graph-tools>
        <cx-size-scrubber .detail=${this.detail} .size=${look.size}></cx-size-scrubber>
      </div>
      <cx-circuit-graph
        .graph=${graph}
        .ablated=${this.ablated}
        .edges=${this.edges}
        .words=${this.words}
        .selection=${exploration.selection}
        .chosen=${exploration.chosen}
        .values=${this.values}
        .folded=${look.folded}
        .weak=${this.#weak}
        .paint=${this.#paint}
        @fold-part=${this.#fold}
      >
        <cx-colour-scale
          .exploration=${exploration}
          .coloured=${this.#coloured}
          @retry=${() => this.#measures.retry()}
        ></cx-colour-scale>
      </cx-circuit-graph>`;
  }
}

function samePaint(a: Paint | null, b: Paint | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.colour !== b.colour || a.most !== b.most || a.values.size !== b.values.size) return false;
  return [...a.values].every(([node, value]) => b.values.get(node) === value);
}
