/**
 * The circuit drawn: canvas, names of rows in the margin, bands for layers. Takes what to show as
 * properties, fires `toggle-node` and `select-node` with a node's name, `toggle-edge` and
 * `select-edge` with an edge's, `choose-nodes` with all that are chosen.
 */
import { LitElement, html } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import type { CircuitGraph } from "../api/types";
import type { EdgeChanges, LineKind, Viewport } from "../drawing/graph_view";
import { GraphView } from "../drawing/graph_view";
import { strongest } from "../drawing/elements";
import { endWords, textOfNode } from "../drawing/ends";
import type { Layout, Point } from "../drawing/layout";
import { layout } from "../drawing/layout";
import type { Direction } from "../drawing/neighbours";
import { edgeOf, step, stepFromEdge } from "../drawing/neighbours";
import { picture } from "../drawing/picture";
import { isClick } from "../drawing/polygon";
import { edgeWords, nodeWords } from "../drawing/rows";
import { edgeName, isEdgeName } from "../state/exploration";
import type { Words } from "../state/words";
import { NO_WORDS, labelOf } from "../state/words";
import { base, controls } from "../styles/shared";
import { plural } from "../text/format";
import { graphStyles } from "./circuit_graph_styles";
import "./graph_legend";
import "./lasso";

const ARROWS: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

const NO_CHANGES: EdgeChanges = { ablated: new Set(), restored: new Set() };

type SentEvent = "toggle-node" | "select-node" | "toggle-edge" | "select-edge";

@customElement("cx-circuit-graph")
export class CircuitGraphElement extends LitElement {
  static override styles = [base, controls, graphStyles];

  @property({ attribute: false }) graph: CircuitGraph | null = null;
  @property({ attribute: false }) ablated: ReadonlySet<string> = new Set();
  @property({ attribute: false }) edges: EdgeChanges = NO_CHANGES;
  @property({ attribute: false }) words: Words = NO_WORDS;
  @property() selection: string | null = null;
  @property({ attribute: false }) chosen: ReadonlySet<string> = new Set();
  /** What stands below nodes that have a value of the user's choice. */
  @property({ attribute: false }) values: ReadonlyMap<string, string> = new Map();
  @state() private lassoing = false;
  @state() private viewport: Viewport | null = null;
  @state() private hovered: string | null = null;
  @state() private hiddenEdges = 0;
  @query(".canvas") private readonly canvas!: HTMLElement;
  @query(".drawing") private readonly frame!: HTMLElement;

  #view: GraphView | null = null;
  #layout: Layout | null = null;
  #drawn: CircuitGraph | null = null;
  /** The user has moved the drawing: changes of size no longer fit it anew. */
  #moved = false;
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #narrow = matchMedia("(max-width: 1099px)");
  readonly #restyle = (): void => this.#view?.restyle();
  readonly #wheel = (): void => this.#view?.setWheelZoom(!this.#narrow.matches);
  readonly #sizes = new ResizeObserver(() => {
    this.#view?.resized();
    if (!this.#moved) this.#view?.fit();
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#dark.addEventListener("change", this.#restyle);
    this.#narrow.addEventListener("change", this.#wheel);
    // Its drawing went when it was taken out of the page.
    if (this.hasUpdated) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#dark.removeEventListener("change", this.#restyle);
    this.#narrow.removeEventListener("change", this.#wheel);
    this.#sizes.disconnect();
    this.#view?.destroy();
    this.#view = null;
    this.#drawn = null;
  }

  /** Centre of a node or an edge on the page, for what stands beside it or points at it. */
  nodePosition(name: string): Point | null {
    const place = this.#view?.placeOf(name);
    if (!place) return null;
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: left + place.x, y: top + place.y };
  }

  fit(): void {
    this.#moved = false;
    this.#view?.fit();
  }

  protected override updated(changed: PropertyValues): void {
    // Taken out before it was drawn: without a page there are no sizes and no colours to read.
    if (!this.isConnected) return;
    const drawn = this.#drawn;
    if (this.graph !== null && this.graph !== drawn) this.#draw(this.graph);
    const isNew = this.#drawn !== drawn;
    if (isNew || changed.has("ablated")) this.#view?.setAblated(this.ablated);
    if (isNew || changed.has("edges")) this.#view?.setEdges(this.edges);
    if (isNew || changed.has("words")) this.#view?.setWords(this.words);
    if (isNew || changed.has("chosen")) this.#view?.setChosen(this.chosen);
    if (isNew || changed.has("values")) this.#view?.setValues(this.values);
    if (isNew || changed.has("selection")) {
      this.#view?.select(this.selection);
      if (this.selection !== null) this.#view?.reveal(this.selection);
    }
  }

  #draw(graph: CircuitGraph): void {
    this.#drawn = graph;
    this.#layout = layout(graph.nodes, graph.edges);
    const edges = strongest(graph.edges);
    this.hiddenEdges = graph.edges.length - edges.length;
    this.#view ??= new GraphView(
      this.canvas,
      {
        pressed: (node) => {
          this.#send("select-node", node);
          this.#send("toggle-node", node);
        },
        pressedEdge: (edge) => this.#send("select-edge", edge),
        hovered: (name) => (this.hovered = name),
        moved: (viewport) => (this.viewport = viewport),
      },
      edges.length,
    );
    this.#wheel();
    this.#view.draw(graph, this.#layout, edges);
    this.#sizes.observe(this.canvas);
    this.viewport = this.#view.viewport;
  }

  #send(event: SentEvent, name: string): void {
    this.dispatchEvent(new CustomEvent<string>(event, { detail: name }));
  }

  /** What a line was drawn around joins the chosen nodes; a click chooses one or lets it go. */
  #lasso({ detail: path }: CustomEvent<readonly Point[]>): void {
    this.lassoing = false;
    const first = path[0];
    if (this.#view === null || first === undefined) return;
    if (!isClick(path)) this.#choose([...this.chosen, ...this.#view.nodesInside(path)]);
    else this.#toggleChosen(this.#view.nodeAt(first));
  }

  #toggleChosen(node: string | null): void {
    if (node === null) return;
    const others = [...this.chosen].filter((one) => one !== node);
    this.#choose(this.chosen.has(node) ? others : [...others, node]);
  }

  #choose(nodes: Iterable<string>): void {
    this.dispatchEvent(new CustomEvent("choose-nodes", { detail: new Set(nodes) }));
  }

  #select(name: string | null): void {
    if (name !== null) this.#send(isEdgeName(name) ? "select-edge" : "select-node", name);
  }

  /** A click takes the focus for the arrow keys; the frame shows with the first key. */
  #focus(): void {
    this.canvas.toggleAttribute("data-clicked", true);
    this.canvas.focus({ preventScroll: true });
  }

  #keys(event: KeyboardEvent): void {
    this.canvas.toggleAttribute("data-clicked", false);
    if (event.ctrlKey || event.metaKey || event.altKey || this.#layout === null) return;
    const direction = ARROWS[event.key];
    const { selection } = this;
    const edges = this.graph?.edges ?? [];
    if (direction !== undefined) {
      this.#select(
        isEdgeName(selection)
          ? stepFromEdge(edges, selection, direction)
          : step(this.#layout, selection, direction),
      );
    } else if (event.key.toLowerCase() === "c" && !isEdgeName(selection)) {
      this.#toggleChosen(selection);
    } else if (event.key.toLowerCase() === "e") {
      this.#select(edgeOf(edges, selection));
    } else if ((event.key === "Enter" || event.key === " ") && selection !== null) {
      this.#send(isEdgeName(selection) ? "toggle-edge" : "toggle-node", selection);
    } else {
      return;
    }
    event.preventDefault();
  }

  override render(): TemplateResult {
    return html`<div class="drawing">
        ${this.#margin()}
        <div
          class="canvas"
          tabindex="0"
          role="application"
          aria-label="Circuit graph. Arrow keys move between nodes, E goes to an edge, Enter ablates or restores, C chooses for what is done to several. The table view has the same nodes and edges."
          aria-describedby="now"
          @keydown=${this.#keys}
          @pointerdown=${() => (this.#moved = true)}
          @pointerleave=${() => (this.hovered = null)}
          @click=${this.#focus}
          @blur=${() => this.canvas.toggleAttribute("data-clicked", false)}
          @wheel=${() => (this.#moved = true)}
        ></div>
        <cx-lasso
          ?armed=${this.lassoing}
          .over=${this.canvas ?? null}
          @lasso=${this.#lasso}
        ></cx-lasso>
        <p id="now" class="visually-hidden" aria-live="polite">${this.#inWords(this.selection)}</p>
        <p class="hover" aria-hidden="true">${this.#inWords(this.hovered)}</p>
        <div class="zoom" role="group" aria-label="Zoom">
          <button aria-label="Zoom in" @click=${() => this.#zoom(1.25)}>+</button>
          <button aria-label="Zoom out" @click=${() => this.#zoom(0.8)}>−</button>
          <button
            aria-pressed=${this.lassoing}
            title="Choose nodes by a line around them (or Shift and drag)"
            @click=${() => (this.lassoing = !this.lassoing)}
          >
            lasso
          </button>
          <button aria-label="Fit the circuit" @click=${() => this.fit()}>fit</button>
        </div>
        ${this.graph?.nodes.length === 0
          ? html`<p class="no-nodes">This circuit has no nodes: alone, it is everything ablated.</p>`
          : ""}
        ${this.hiddenEdges > 0
          ? html`<p class="hidden-edges">
              ${plural(this.hiddenEdges, "edge")} of least weight hidden; the table has all
            </p>`
          : ""}
      </div>
      <cx-graph-legend
        .graph=${this.graph}
        @show-lines=${(event: CustomEvent<{ kind: LineKind; shown: boolean }>) =>
          this.#view?.setShown(event.detail.kind, event.detail.shown)}
      ></cx-graph-legend>`;
  }

  #zoom(factor: number): void {
    this.#moved = true;
    this.#view?.zoomBy(factor);
  }

  /** Resolves once a drawing that was hidden has its size again. */
  async settled(): Promise<void> {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }

  /** What is on the screen, as an SVG document; `source` is told in it. */
  picture(source: string): string {
    const { viewport, graph } = this;
    if (this.#view === null || viewport === null || graph === null) {
      throw new Error("There is no drawing yet.");
    }
    return picture({
      drawing: this.#view.svg(),
      viewport,
      canvas: this.canvas,
      frame: this.frame,
      around: this.renderRoot.querySelector(".margin"),
      title: `${graph.task} in ${graph.checkpoint}`,
      description: `Circuit ${graph.slug}, ${source}`,
    });
  }

  #inWords(name: string | null): string {
    const label = name === null ? "" : labelOf(this.words, name);
    return [this.#stateWords(name), label].filter((part) => part !== "").join(": ");
  }

  #stateWords(name: string | null): string {
    if (isEdgeName(name)) return this.#edgeWords(name);
    const { graph } = this;
    if (name === null || graph === null) return "";
    const node = graph.nodes.find((one) => one.id === name);
    if (node === undefined) return endWords(graph.ends, name);
    const text = textOfNode(graph.ends, node.id);
    const state = this.ablated.has(node.id) ? "ablated" : "kept";
    return `${nodeWords(node)}, ${state}${text === "" ? "" : `; ${text}`}`;
  }

  #edgeWords(name: string): string {
    const edge = this.graph?.edges.find((one) => edgeName(one) === name && one.kind === "weight");
    if (edge === undefined) return "";
    const { ablated, restored } = this.edges;
    const state = ablated.has(name)
      ? "ablated"
      : restored.has(name)
        ? "restored"
        : edge.kept
          ? "kept"
          : "pruned";
    return `${edgeWords(edge)}, ${state}`;
  }

  /** Row names and layer bands, moved with the canvas. */
  #margin(): TemplateResult {
    const rows = this.#layout?.rows ?? [];
    const { viewport } = this;
    const first = rows[0];
    const last = rows.at(-1);
    if (viewport === null || first === undefined || last === undefined) return html``;
    const y = (at: number): number => viewport.pan.y + at * viewport.zoom;
    const gap = (this.#layout?.rowGap ?? 0) * viewport.zoom;
    const layers = [...new Set(rows.map((row) => row.layer))];
    const line = (at: number, label: string): TemplateResult =>
      html`<div class="end" style=${styleMap({ top: `${at}px` })}><span>${label}</span></div>`;
    return html`<div class="margin" aria-hidden="true">
      ${layers.map((layer) => {
        const inside = rows.filter((row) => row.layer === layer);
        const top = y(inside.at(-1)?.y ?? 0) - gap / 2;
        const bottom = y(inside[0]?.y ?? 0) + gap / 2;
        const place = { top: `${top}px`, height: `${bottom - top}px` };
        return html`<div class="band ${layer % 2 ? "odd" : ""}" style=${styleMap(place)}>
          <b>layer ${layer}</b>
        </div>`;
      })}
      ${gap < 13
        ? ""
        : rows.map(
            (row) =>
              html`<span
                class="row"
                title="Choose this row"
                style=${styleMap({ top: `${y(row.y)}px` })}
                @click=${() => this.#choose([...this.chosen, ...row.nodes.map((one) => one.id)])}
                >${row.label}</span
              >`,
          )}
      ${line(y(first.y) + gap / 2, "tokens, embedded")} ${line(y(last.y) - gap / 2, "logits")}
    </div>`;
  }
}
