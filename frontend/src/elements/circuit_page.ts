/**
 * A circuit to take apart. Owns the store and the two questions that follow from it (the numbers,
 * and the next tokens of a prompt); everything else here shows what it is given and fires events.
 */
import { LitElement, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import { asProblem } from "../api/problem";
import type { CircuitGraph, GraphEdge, EvaluateRequest, EvaluateResponse, Problem } from "../api/types";
import { Answers } from "../state/answers";
import type { EdgeChanges } from "../drawing/graph_view";
import { png, save, svgBlob } from "../drawing/picture";
import type { Change, Exploration } from "../state/exploration";
import {
  MODES,
  edgeName,
  isKept,
  question,
  reset,
  select,
  toggle,
  toggleEdge,
  valuesInWords,
} from "../state/exploration";
import { readSaved } from "../state/saved";
import type { Shortcut } from "../state/shortcuts";
import { ExplorationStore } from "../state/store";
import { pathOf } from "../state/url";
import { goToStep, stepRead, storyRead } from "../state/story";
import type { ToldStory, Words } from "../state/words";
import { NO_WORDS } from "../state/words";
import { WordsStore } from "../state/words_store";
import { base, controls, skeleton } from "../styles/shared";
import "./circuit_heading";
import { circuitPageStyles } from "./circuit_page_styles";
import "./circuit_side";
import "./circuit_toolbar";
import type { CircuitToolbar } from "./circuit_toolbar";
import { CircuitViews } from "./circuit_views";
import type { PictureForm } from "./export_menu";
import type { HelpDialog } from "./help_dialog";
import "./graph_stage";
import type { GraphStage } from "./graph_stage";
import "./help_dialog";
import { Keyboard } from "./keyboard";
import "./problem_panel";
import { Resource } from "./resource";

const NONE: ReadonlySet<string> = new Set();

@customElement("cx-circuit-page")
export class CircuitPage extends LitElement {
  static override styles = [base, controls, skeleton, circuitPageStyles];

  @property() slug = "";
  @state() private exploration: Exploration | null = null;
  @state() private ablated: ReadonlySet<string> = NONE;
  @state() private edges: EdgeChanges = { ablated: NONE, restored: NONE };
  @state() private values: ReadonlyMap<string, string> = new Map();
  @state() private problem: Problem | null = null;
  @query("cx-circuit-toolbar") private readonly toolbar!: CircuitToolbar | null;
  @query("cx-graph-stage") private readonly drawn!: GraphStage | null;
  @query("cx-help-dialog") private readonly help!: HelpDialog;

  #store: ExplorationStore | null = null;

  readonly #views = new CircuitViews(
    this,
    {
      toggleNode: (event) => this.#toggle(event),
      toggleEdge: (event) => this.#toggleEdge(event),
      select: (event) => this.#select(event),
      showInGraph: (event) => this.#showInGraph(event),
      change: (event) => this.#step(event.detail),
      adjust: (event) => this.#store?.adjust(event.detail),
    },
    (problem) => (this.problem = problem),
  );

  readonly #detail = new Resource(this, () =>
    need(api.GET("/api/circuits/{slug}", { params: { path: { slug: this.slug } } })),
  );

  readonly #graph = new Resource<CircuitGraph>(this, async () => {
    const params = { path: { slug: this.slug } };
    const nodes = this.exploration?.look.size ?? null;
    const graph =
      nodes === null
        ? await need(api.GET("/api/circuits/{slug}/graph", { params }))
        : await this.#graphAt(nodes);
    this.#showAblated(graph);
    return graph;
  });

  #graphAt(nodes: number): Promise<CircuitGraph> {
    const params = { path: { slug: this.slug, nodes } };
    return need(api.GET("/api/circuits/{slug}/path/{nodes}/graph", { params }));
  }

  #written: WordsStore | null = null;
  #wordsRead: Promise<void> = Promise.resolve();

  readonly #numbers = this.#answers();
  readonly #nextTokens = this.#answers();

  protected readonly keyboard = new Keyboard(this, this.#shortcuts(), () => this.#told !== null);

  #shortcuts(): Record<Shortcut, () => void> {
    const mode = (index: number): void =>
      this.#step((now) => ({ ...now, mode: MODES[index] ?? now.mode }));
    return {
      undo: () => this.#store?.undo(),
      redo: () => this.#store?.redo(),
      reset: () => this.#step(reset),
      table: () => this.#step((now) => ({ ...now, view: now.view === "table" ? "graph" : "table" })),
      inspect: () => this.#step((now) => ({ ...now, view: now.view === "node" ? "graph" : "node" })),
      fit: () => this.drawn?.drawing?.fit(),
      search: () => this.toolbar?.focusSearch(),
      help: () => this.help.open(),
      clear: () => this.#clear(),
      "mode-1": () => mode(0),
      "mode-2": () => mode(1),
      "mode-3": () => mode(2),
      "next-step": () => this.#goBy(1),
      "previous-step": () => this.#goBy(-1),
    };
  }

  #answers(): Answers<EvaluateRequest, EvaluateResponse> {
    return new Answers(
      (body, signal) =>
        need(
          api.POST("/api/circuits/{slug}/evaluate", {
            params: { path: { slug: this.slug } },
            body,
            signal,
          }),
        ),
      () => this.requestUpdate(),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#store = new ExplorationStore(this.slug, {
      saved: async (id) => (await readSaved(id)).state,
      step: async (story) => {
        await this.#wordsRead;
        return stepRead(this.#words, story)?.document.state ?? null;
      },
    });
    this.#store.subscribe((next) => this.#show(next));
    this.#written = new WordsStore(this.slug, () => this.requestUpdate());
    window.addEventListener("focus", this.#readWords);
    this.#readWords();
    void this.#open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("focus", this.#readWords);
    this.#store?.close();
    this.#numbers.cancel();
    this.#nextTokens.cancel();
  }

  /** Others write too: what they wrote is read when the user comes back to the page. */
  readonly #readWords = (): void => {
    this.#wordsRead = this.#written?.load() ?? Promise.resolve();
  };

  get #words(): Words {
    return this.#written?.words ?? NO_WORDS;
  }

  async #open(): Promise<void> {
    this.problem = null;
    try {
      await this.#store?.open();
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  #retry(): void {
    if (this.problem) void this.#open();
    void this.#detail.reload();
    void this.#graph.reload();
    this.#ask();
  }

  /** Follows the store: draws the state, and asks what it asks. */
  #show(next: Exploration): void {
    const resized = next.look.size !== (this.exploration?.look.size ?? null);
    this.exploration = next;
    if (resized) void this.#graph.reload();
    this.edges = { ablated: next.ablatedEdges, restored: next.restoredEdges };
    this.values = valuesInWords(next);
    void this.#views.bring(next.view);
    if (this.#graph.data) this.#showAblated(this.#graph.data);
    this.#ask();
  }

  #showAblated(graph: CircuitGraph): void {
    const { exploration } = this;
    if (exploration === null) return;
    const ids = graph.nodes.map((node) => node.id).filter((id) => !isKept(exploration, id));
    const same = ids.length === this.ablated.size && ids.every((id) => this.ablated.has(id));
    if (!same) this.ablated = new Set(ids);
  }

  #ask(): void {
    if (this.exploration === null) return;
    this.#numbers.put(question(this.exploration, null));
    const { prompt } = this.exploration;
    if (prompt === "") this.#nextTokens.cancel();
    else this.#nextTokens.put(question(this.exploration, prompt));
  }

  #step(change: Change): void {
    this.#store?.step(change);
  }

  #toggle(event: CustomEvent<string>): void {
    this.#step((now) => toggle(now, [event.detail]));
  }

  #select(event: CustomEvent<string>): void {
    this.#store?.select(event.detail);
  }

  #choose({ detail }: CustomEvent<ReadonlySet<string>>): void {
    this.#store?.choose(detail);
  }

  #toggleEdge(event: CustomEvent<string>): void {
    const edge = this.#edge(event.detail);
    if (edge) this.#step((now) => toggleEdge(now, edge));
  }

  /** Shows a node or an edge in the graph: a step, so that Back returns to where it was named. */
  #showInGraph({ detail }: CustomEvent<string>): void {
    this.#step((now) => ({ ...select(now, detail), view: "graph" }));
  }

  /** Inspects a node: a step, so that Back returns to the one before. */
  #inspect({ detail }: CustomEvent<string>): void {
    this.#step((now) => ({ ...select(now, detail), view: "node" }));
  }

  #edge(name: string): GraphEdge | undefined {
    return this.#graph.data?.edges.find((one) => one.kind === "weight" && edgeName(one) === name);
  }

  get #told(): ToldStory | null {
    return storyRead(this.#words, this.exploration?.story ?? null);
  }

  /** To another step of the story that is read. */
  #goBy(by: number): void {
    const told = this.#told;
    const to = (this.exploration?.story?.step ?? 1) + by;
    if (told !== null && to >= 1 && to <= told.steps.length) this.#step(goToStep(told, to));
  }

  /** The chosen nodes go first, then the selection. */
  #clear(): void {
    if (this.exploration?.chosen.size) this.#store?.choose(NONE);
    else this.#store?.select(null);
  }

  /** Saves the drawing as it is on the screen; goes to it first where another view is shown. */
  async #picture(form: PictureForm): Promise<void> {
    const drawing = this.drawn?.drawing ?? null;
    if (drawing === null) return;
    if (this.exploration?.view !== "graph") {
      this.#step((now) => ({ ...now, view: "graph" }));
      await this.updateComplete;
      await drawing.settled();
    }
    try {
      const svg = drawing.picture(location.href);
      save(form === "svg" ? svgBlob(svg) : await png(svg), `${this.slug}.${form}`);
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  override render(): TemplateResult {
    const { exploration } = this;
    const problem = this.problem ?? this.#detail.problem;
    if (problem) {
      return html`<div class="alone">
        <cx-problem .problem=${problem} @retry=${this.#retry}></cx-problem>
        <p><a href=${pathOf(this.slug)}>Open the untouched circuit</a></p>
      </div>`;
    }
    return html`<header>
        ${this.#detail.render(
          ({ summary }) => html`<cx-circuit-heading
            .summary=${summary}
            .exploration=${exploration}
            .words=${this.#words}
            .numbers=${this.#numbers.current}
            @change-state=${(event: CustomEvent<Change>) => this.#step(event.detail)}
            @help=${() => this.help.open()}
            @export-picture=${(event: CustomEvent<PictureForm>) => void this.#picture(event.detail)}
          ></cx-circuit-heading>`,
          () => html`<span class="skeleton" style="height: 46px"></span>`,
        )}
        ${exploration === null ? "" : this.#tools(exploration)}
      </header>
      <div class="stage" @inspect-node=${this.#inspect}>
        ${this.#graph.render(
          (graph) => this.#stage(graph, exploration),
          () => html`<p class="quiet loading" role="status">Loading the graph …</p>`,
        )}
      </div>
      <aside @inspect-node=${this.#inspect}>${exploration === null ? "" : this.#side(exploration)}</aside>
      <cx-help-dialog></cx-help-dialog>`;
  }

  #tools(exploration: Exploration): TemplateResult {
    return html`<cx-circuit-toolbar
      .exploration=${exploration}
      .timeline=${this.#store?.timeline}
      .nodes=${this.#graph.data?.nodes ?? []}
      .words=${this.#words}
      @change-state=${(event: CustomEvent<Change>) => this.#step(event.detail)}
      @undo=${() => this.#store?.undo()}
      @redo=${() => this.#store?.redo()}
      @go-to-step=${({ detail }: CustomEvent<number>) => this.#store?.goTo(detail)}
      @select-node=${this.#select}
    ></cx-circuit-toolbar>`;
  }

  #stage(graph: CircuitGraph, exploration: Exploration | null): TemplateResult {
    const view = exploration?.view ?? "graph";
    // The tools follow from the circuit: drawn without it, the drawing would move when it comes.
    if (exploration === null || this.#detail.data === null) return html``;
    return html`<cx-graph-stage
        ?hidden=${view !== "graph"}
        .graph=${graph}
        .exploration=${exploration}
        .detail=${this.#detail.data}
        .ablated=${this.ablated}
        .edges=${this.edges}
        .words=${this.#words}
        .values=${this.values}
        @toggle-node=${this.#toggle}
        @select-node=${this.#select}
        @toggle-edge=${this.#toggleEdge}
        @select-edge=${this.#select}
        @choose-nodes=${this.#choose}
        @change-state=${(event: CustomEvent<Change>) => this.#step(event.detail)}
        @adjust-state=${(event: CustomEvent<Change>) => this.#store?.adjust(event.detail)}
      ></cx-graph-stage>
      ${this.#views.render({
        slug: this.slug,
        graph,
        exploration,
        detail: this.#detail.data,
        ablated: this.ablated,
        words: this.#words,
      })}`;
  }

  #side(exploration: Exploration): TemplateResult {
    return html`<cx-circuit-side
      .exploration=${exploration}
      .ablated=${this.ablated}
      .graph=${this.#graph.data}
      .detail=${this.#detail.data}
      .written=${this.#written}
      .words=${this.#words}
      .numbers=${this.#numbers.current}
      .nextTokens=${this.#nextTokens.current}
      @change-state=${(event: CustomEvent<Change>) => this.#step(event.detail)}
      @toggle-node=${this.#toggle}
      @select-node=${this.#select}
      @toggle-edge=${this.#toggleEdge}
      @select-edge=${this.#select}
      @choose-nodes=${this.#choose}
      @retry=${() => this.#ask()}
    ></cx-circuit-side>`;
  }
}
