/**
 * The circuit drawn: canvas, names of rows in the margin, bands for layers. Takes what to show as
 * properties, fires `toggle-node` and `select-node` with a node's name, `toggle-edge` and
 * `select-edge` with an edge's, `choose-nodes` with all that are chosen, `fold-part` with a head's,
 * a layer's or a group's.
 */
import { LitElement, html } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import type { CircuitGraph } from "../api/types";
import { described } from "../drawing/described";
import type { EdgeChanges, LineKind } from "../drawing/graph_view";
import { GraphView, NO_EDGE_CHANGES } from "../drawing/graph_view";
import { crowded, strongest } from "../drawing/elements";
import type { Folding } from "../drawing/fold";
import { NO_FOLDING, fold } from "../drawing/fold";
import type { Action } from "../drawing/keys";
import { actionOf } from "../drawing/keys";
import type { Layout, Point } from "../drawing/layout";
import { layout, restricted } from "../drawing/layout";
import type { Paint } from "../drawing/paint";
import { Paths } from "../drawing/paths";
import { picture } from "../drawing/picture";
import { isClick } from "../drawing/polygon";
import { seated } from "../drawing/seated";
import type { Viewport } from "../drawing/sight";
import { isEdgeName } from "../state/exploration";
import type { Words } from "../state/words";
import { NO_WORDS, groupsOf } from "../state/words";
import { base, controls } from "../styles/shared";
import { plural } from "../text/format";
import { graphStyles } from "./circuit_graph_styles";
import "./graph_legend";
import { graphMargin } from "./graph_margin";
import "./lasso";
import "./minimap";

/** Smaller circuits are on the screen as a whole. */
const LEAST_FOR_MAP = 150;
/** Milliseconds that the mouse rests on a node before the rest fades. */
const REST = 70;
type SentEvent = "toggle-node" | "select-node" | "toggle-edge" | "select-edge" | "fold-part";

@customElement("cx-circuit-graph")
export class CircuitGraphElement extends LitElement {
  static override styles = [base, controls, graphStyles];

  @property({ attribute: false }) graph: CircuitGraph | null = null;
  @property({ attribute: false }) ablated: ReadonlySet<string> = new Set();
  @property({ attribute: false }) edges: EdgeChanges = NO_EDGE_CHANGES;
  @property({ attribute: false }) words: Words = NO_WORDS;
  @property() selection: string | null = null;
  @property({ attribute: false }) chosen: ReadonlySet<string> = new Set();
  /** What stands below nodes that have a value of the user's choice. */
  @property({ attribute: false }) values: ReadonlyMap<string, string> = new Map();
  @state() private lassoing = false;
  /** Heads, layers and groups drawn as one node each. */
  @property({ attribute: false }) folded: ReadonlySet<string> = new Set();
  /** Edges that are not shown. */
  @property({ attribute: false }) weak: ReadonlySet<string> = new Set();
  /** A larger drawing in whose places this one is put. */
  @property({ attribute: false }) within: Pick<CircuitGraph, "nodes" | "edges"> | null = null;
  @property({ attribute: false }) paint: Paint | null = null;
  @state() private viewport: Viewport | null = null;
  @state() private hovered: string | null = null;
  @state() private hiddenEdges = 0;
  @state() private hiddenSums = 0;
  /** Kinds of lines that are not drawn. */
  @state() private hiddenLines: ReadonlySet<LineKind> = new Set();
  /** The paths of the selection are shown. */
  @state() private followed = false;
  @query(".canvas") private readonly canvas!: HTMLElement;
  @query(".drawing") private readonly frame!: HTMLElement;

  #view: GraphView | null = null;
  #layout: Layout | null = null;
  #drawn: CircuitGraph | null = null;
  #folding: Folding = NO_FOLDING;
  /** The layout of the largest size that was drawn. */
  #widest: { readonly slug: string; readonly layout: Layout } | null = null;
  #stays = false;
  #paths: Paths | null = null;
  #resting = 0;
  /** The user has moved the drawing: changes of size no longer fit it anew. */
  #moved = false;
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #narrow = matchMedia("(max-width: 1099px)");
  readonly #restyle = (): void => this.#view?.restyle();
  readonly #wheel = (): void => this.#view?.sight.setWheelZoom(!this.#narrow.matches);
  readonly #sizes = new ResizeObserver(() => {
    this.#view?.resized();
    if (!this.#moved) this.#view?.sight.fit();
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
    this.#widest = null;
  }

  /** Centre of a node or an edge on the page, for what stands beside it or points at it. */
  nodePosition(name: string): Point | null {
    const place = this.#view?.sight.placeOf(name);
    if (!place) return null;
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: left + place.x, y: top + place.y };
  }

  fit(): void {
    this.#moved = false;
    this.#view?.sight.fit();
  }

  protected override updated(changed: PropertyValues): void {
    // Taken out before it was drawn: without a page there are no sizes and no colours to read.
    if (!this.isConnected) return;
    const drawn = this.#drawn;
    if (this.graph !== null && this.graph !== drawn) this.#draw(this.graph);
    const isNew = this.#drawn !== drawn;
    if (changed.has("hiddenLines")) this.#view?.setHidden(this.hiddenLines);
    if (isNew || changed.has("ablated")) this.#view?.setAblated(this.ablated);
    if (isNew || changed.has("edges")) this.#view?.setEdges(this.edges);
    if (isNew || changed.has("words")) this.#view?.setWords(this.words);
    if (isNew || changed.has("chosen")) this.#view?.setChosen(this.chosen);
    if (isNew || changed.has("values")) this.#view?.setValues(this.values);
    if (isNew || changed.has("paint")) this.#view?.setPaint(this.paint);
    if (isNew || changed.has("weak")) this.#view?.setWeak(this.weak);
    const refold = isNew || ["folded", "weak", "words"].some((name) => changed.has(name));
    if (refold) this.#fold();
    if (isNew && !this.#stays) this.fit();
    if (refold || changed.has("selection")) this.#view?.select(this.selection);
    if (isNew || changed.has("selection")) {
      if (this.selection !== null) this.#view?.sight.reveal(this.selection);
    }
    if (refold || changed.has("selection") || changed.has("followed")) this.#follow();
  }

  #fold(): void {
    const { graph } = this;
    if (graph === null || this.#layout === null) return;
    this.#folding = fold(graph, this.#layout.places, this.folded, this.weak, groupsOf(this.words));
    this.#view?.setFolding(this.#folding);
    this.hiddenSums = this.#folding.left;
  }

  /** Keeps the paths of what the mouse is on bright, or those of the selection. */
  #follow(): void {
    const { graph, hovered } = this;
    if (graph === null) return;
    const rests = hovered !== null && (isEdgeName(hovered) || this.#layout?.places.has(hovered));
    const name = rests ? hovered : this.followed ? this.selection : null;
    if (name !== null) this.#paths ??= new Paths(graph.nodes, graph.edges);
    this.#view?.setPaths(name === null ? null : (this.#paths?.around(name) ?? null));
  }

  #hover(name: string | null): void {
    if (name === this.hovered) return;
    this.hovered = name;
    clearTimeout(this.#resting);
    this.#resting = window.setTimeout(() => this.#follow(), REST);
  }

  #draw(graph: CircuitGraph): void {
    this.#drawn = graph;
    if (this.#widest?.slug !== graph.slug) this.hiddenLines = crowded(graph.edges);
    const placed = this.#place(graph);
    this.#layout = placed;
    this.#paths = null;
    const edges = strongest(graph.edges);
    this.hiddenEdges = graph.edges.length - edges.length;
    this.#view ??= new GraphView(this.canvas, {
      pressed: (node) => {
        this.#send("select-node", node);
        this.#send("toggle-node", node);
      },
      pressedEdge: (edge) => this.#send("select-edge", edge),
      pressedFold: (name) => this.#send("fold-part", name),
      hovered: (name) => this.#hover(name),
      moved: (viewport) => (this.viewport = viewport),
    });
    this.#wheel();
    this.#view.setHidden(this.hiddenLines);
    this.#view.draw(graph, placed, edges);
    this.#sizes.observe(this.canvas);
    this.viewport = this.#view.sight.viewport;
  }

  /** A smaller size of the same circuit stays where it was in the larger one. */
  #place(graph: CircuitGraph): Layout {
    if (this.within !== null) {
      return seated(layout(this.within.nodes, this.within.edges), graph.nodes);
    }
    const known = this.#widest?.slug === graph.slug ? this.#widest.layout : null;
    const within = known === null ? null : restricted(known, graph.nodes);
    this.#stays = within !== null;
    const placed = within ?? layout(graph.nodes, graph.edges);
    if (within === null) this.#widest = { slug: graph.slug, layout: placed };
    return placed;
  }

  #send(event: SentEvent, name: string): void {
    this.dispatchEvent(new CustomEvent<string>(event, { detail: name, bubbles: true, composed: true }));
  }

  /** How much of the circuit is too weak to be drawn. */
  #leftOut() {
    const said = [
      this.hiddenEdges > 0 ? `${plural(this.hiddenEdges, "edge")} of least weight` : "",
      this.hiddenSums > 0 ? `${plural(this.hiddenSums, "sum")} of folded edges` : "",
    ].filter((part) => part !== "");
    if (said.length === 0) return "";
    return html`<p class="hidden-edges">${said.join(" and ")} hidden; the table has all</p>`;
  }

  /** What a line was drawn around joins the chosen nodes; a click chooses one or lets it go. */
  #lasso({ detail: path }: CustomEvent<readonly Point[]>): void {
    this.lassoing = false;
    const first = path[0];
    if (this.#view === null || first === undefined) return;
    if (!isClick(path)) this.#choose([...this.chosen, ...this.#view.sight.nodesInside(path)]);
    else this.#toggleChosen(this.#view.sight.nodeAt(first));
  }

  #toggleChosen(node: string | null): void {
    if (node === null) return;
    const others = [...this.chosen].filter((one) => one !== node);
    this.#choose(this.chosen.has(node) ? others : [...others, node]);
  }

  #choose(nodes: Iterable<string>): void {
    this.dispatchEvent(new CustomEvent("choose-nodes", { detail: new Set(nodes), bubbles: true, composed: true }));
  }

  /** A click takes the focus for the arrow keys; the frame shows with the first key. */
  #focus(): void {
    this.canvas.toggleAttribute("data-clicked", true);
    this.canvas.focus({ preventScroll: true });
  }

  #keys(event: KeyboardEvent): void {
    this.canvas.toggleAttribute("data-clicked", false);
    const { graph, selection, folded } = this;
    const layout = this.#layout;
    if (graph === null || layout === null) return;
    const groups = groupsOf(this.words);
    const action = actionOf(event, { graph, layout, selection, folded, groups });
    if (action === null) return;
    event.preventDefault();
    this.#do(action);
  }

  #do(action: Action): void {
    if (action.do === "follow") this.followed = !this.followed;
    else if (action.do === "choose") this.#toggleChosen(action.name);
    else if (action.do === "fold") this.#send("fold-part", action.name);
    else this.#send(`${action.do}-${isEdgeName(action.name) ? "edge" : "node"}`, action.name);
  }

  override render(): TemplateResult {
    return html`<div class="drawing">
        ${graphMargin({
          layout: this.#layout,
          viewport: this.viewport,
          folded: this.folded,
          pressed: (name) => this.#send("fold-part", name),
          chosen: (row) => this.#choose([...this.chosen, ...row.nodes.map((one) => one.id)]),
        })}
        <div
          class="canvas"
          tabindex="0"
          role="application"
          aria-label="Circuit graph. Arrow keys move between nodes, E goes to an edge, Enter ablates or restores, C chooses for what is done to several, P shows the paths, O folds a head, Shift O a layer, G a group. The table view has the same nodes and edges."
          aria-describedby="now"
          @keydown=${this.#keys}
          @pointerdown=${() => (this.#moved = true)}
          @pointerleave=${() => this.#hover(null)}
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
          <button
            aria-label="Paths of the chosen node"
            aria-pressed=${this.followed ? "true" : "false"}
            title="Lets everything but the paths through the chosen node fade (P)"
            @click=${() => (this.followed = !this.followed)}
          >
            paths
          </button>
        </div>
        <div class="foot"><slot></slot>${this.#map()}</div>
        ${this.graph?.nodes.length === 0
          ? html`<p class="no-nodes">This circuit has no nodes: alone, it is everything ablated.</p>`
          : ""}
        ${this.#leftOut()}
      </div>
      <cx-graph-legend
        .graph=${this.graph}
        .hiddenLines=${this.hiddenLines}
        ?painted=${this.paint !== null}
        @hide-lines=${({ detail }: CustomEvent<ReadonlySet<LineKind>>) => (this.hiddenLines = detail)}
      ></cx-graph-legend>`;
  }

  #map(): TemplateResult | string {
    const { graph, viewport } = this;
    if (graph === null || graph.nodes.length < LEAST_FOR_MAP) return "";
    const { clientWidth: width, clientHeight: height } = this.canvas ?? {};
    return html`<cx-minimap
      .layout=${this.#layout}
      .viewport=${viewport}
      .size=${{ width, height }}
      @centre-on=${(event: CustomEvent<Point>) => {
        this.#moved = true;
        this.#view?.sight.centreOn(event.detail);
      }}
      @zoom-by=${(event: CustomEvent<number>) => this.#zoom(event.detail)}
      @fit-drawing=${() => this.fit()}
    ></cx-minimap>`;
  }

  #zoom(factor: number): void {
    this.#moved = true;
    this.#view?.sight.zoomBy(factor);
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
    return described(name, this.graph, {
      ablated: this.ablated,
      edges: this.edges,
      words: this.words,
      folding: this.#folding,
    });
  }
}
