/** The views beside the graph: fetched when they are first shown, and kept in their place from then on. */
import type { ReactiveControllerHost, TemplateResult } from "lit";
import { html, nothing } from "lit";

import { asProblem } from "../api/problem";
import type { CircuitDetail, CircuitGraph, Problem } from "../api/types";
import type { Change, Exploration, View } from "../state/exploration";
import type { Words } from "../state/words";
import type { SizeFigure } from "./size_figure";

const LATER: Record<View, () => Promise<unknown>> = {
  graph: async () => undefined,
  tokens: () => import("./token_view"),
  table: () => import("./circuit_tables"),
  node: () => import("./node_inspector"),
  sizes: () => import("./size_curve"),
  report: () => import("./circuit_report"),
};

/** What the regions are called that are scrolled. */
const NAMES: Partial<Record<View, string>> = {
  tokens: "Tokens",
  node: "Node",
  sizes: "Sizes",
  report: "Report",
};

/** What the views show. */
export interface Viewed {
  readonly slug: string;
  readonly graph: CircuitGraph;
  readonly exploration: Exploration;
  readonly detail: CircuitDetail | null;
  readonly ablated: ReadonlySet<string>;
  readonly words: Words;
}

type Named = (event: CustomEvent<string>) => void;

/** What is done on their events. */
export interface ViewActions {
  readonly toggleNode: Named;
  readonly toggleEdge: Named;
  readonly select: Named;
  readonly showInGraph: Named;
  readonly change: (event: CustomEvent<Change>) => void;
  readonly adjust: (event: CustomEvent<Change>) => void;
}

export class CircuitViews {
  #seen: ReadonlySet<View> = new Set();
  /** A child outside the shadow root, because Plotly's styles are in the document. */
  #figure: SizeFigure | null = null;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly actions: ViewActions,
    private readonly failed: (problem: Problem | null) => void,
  ) {}

  /** Fetches what a view needs; does nothing where it was seen before. */
  async bring(view: View): Promise<void> {
    if (this.#seen.has(view)) return;
    try {
      await LATER[view]();
      if (view === "sizes") await this.#addFigure();
    } catch (error) {
      this.failed(asProblem(error));
    }
    this.#seen = new Set([...this.#seen, view]);
    this.host.requestUpdate();
  }

  async #addFigure(): Promise<void> {
    const { SizeFigure } = await import("./size_figure");
    if (this.#figure) return;
    this.#figure = new SizeFigure();
    this.#figure.slot = "figure";
    this.host.append(this.#figure);
  }

  render(viewed: Viewed): TemplateResult {
    const { detail, exploration } = viewed;
    const { showInGraph, change, adjust } = this.actions;
    const page = (name: View, content: () => TemplateResult): TemplateResult | typeof nothing =>
      this.#page(name, exploration.view, content);
    return html`${exploration.view === "table" ? this.#tables(viewed) : nothing}
      ${page(
        "tokens",
        () => html`<cx-token-view
          .graph=${viewed.graph}
          .exploration=${exploration}
          .ablated=${viewed.ablated}
          .words=${viewed.words}
          @change-state=${change}
          @adjust-state=${adjust}
        ></cx-token-view>`,
      )}
      ${page(
        "node",
        () => html`<cx-node-inspector
          .exploration=${exploration}
          .words=${viewed.words}
        ></cx-node-inspector>`,
      )}
      ${page(
        "sizes",
        () => html`<cx-size-curve .detail=${detail} .figure=${this.#figure}>
          <slot name="figure"></slot>
        </cx-size-curve>`,
      )}
      ${page(
        "report",
        () => html`<cx-circuit-report
          slug=${viewed.slug}
          .exists=${detail?.summary.has_report ?? null}
          .selection=${exploration.selection}
          @select-node=${showInGraph}
          @select-edge=${showInGraph}
        ></cx-circuit-report>`,
      )}`;
  }

  #page(name: View, now: View, content: () => TemplateResult): TemplateResult | typeof nothing {
    if (name !== now && !this.#seen.has(name)) return nothing;
    return html`<div
      class="view ${name}"
      role="region"
      aria-label=${NAMES[name]}
      tabindex="0"
      ?hidden=${name !== now}
    >
      ${content()}
    </div>`;
  }

  #tables({ graph, ablated, exploration, words }: Viewed): TemplateResult {
    const { toggleNode, toggleEdge, select } = this.actions;
    return html`<div class="view table">
      <cx-circuit-tables
        .graph=${graph}
        .ablated=${ablated}
        .exploration=${exploration}
        .words=${words}
        @toggle-node=${toggleNode}
        @select-node=${select}
        @toggle-edge=${toggleEdge}
        @select-edge=${select}
      ></cx-circuit-tables>
    </div>`;
  }
}
