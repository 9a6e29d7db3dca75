/**
 * A circuit on a canvas: draws a graph once, then only switches classes. Knows nothing of the
 * store; whoever owns it passes in what is ablated and selected and hears of clicks.
 */
import cytoscape from "cytoscape";
import type { CollectionReturnValue, Core, EdgeCollection, ElementDefinition } from "cytoscape";

import type { CircuitGraph, GraphEdge } from "../api/types";
import type { Words } from "../state/words";
import { boxAround, edgeElement, headElements, nodeElements } from "./elements";
import type { TextEnds } from "./ends";
import { END_ROWS, endElements, shownEnds } from "./ends";
import type { Folding } from "./fold";
import { NO_FOLDING } from "./fold";
import { foldElements, foldId } from "./fold_elements";
import type { Box } from "./groups";
import type { Layout, Point } from "./layout";
import { zoomForRows } from "./layout";
import type { Paint } from "./paint";
import { painted } from "./paint";
import { readPalette } from "./palette";
import type { PathSets } from "./paths";
import { onPath } from "./paths";
import { isInside } from "./polygon";
import { stylesheet } from "./stylesheet";
import { wordElements } from "./words";
import { drawnSvg } from "./svg";

const LARGE = 1500;
const HOVERED = "node.channel, node.end, node.fold, edge.weight, edge.weight-sum";
/** Height of a head's name, in the drawing's coordinates. */
const HEAD_NAME = 15;
/** Room around the graph. */
const MARGIN = 48;
/** Small graphs do not grow beyond this. */
const LARGEST_FIT = 1.25;

export interface Viewport {
  readonly zoom: number;
  readonly pan: Point;
}

/** Lines that can be hidden from the legend. */
export type LineKind = "join" | "qk" | "pruned" | "end";
const LINE_KINDS: readonly LineKind[] = ["join", "qk", "pruned", "end"];

/** Edges changed by hand, by name. */
export interface EdgeChanges {
  readonly ablated: ReadonlySet<string>;
  readonly restored: ReadonlySet<string>;
}

export const NO_EDGE_CHANGES: EdgeChanges = { ablated: new Set(), restored: new Set() };

export interface GraphHandlers {
  pressed(node: string): void;
  pressedEdge(edge: string): void;
  /** A folded head or layer, or the name of a head that could be. */
  pressedFold(name: string): void;
  /** What is under the mouse, by name; null when there is nothing. */
  hovered(name: string | null): void;
  moved(viewport: Viewport): void;
}

export class GraphView {
  readonly #cy: Core;
  readonly #container: HTMLElement;
  #ablated: ReadonlySet<string> = new Set();
  #layout: Layout | null = null;
  #around: Box = { left: 0, right: 0, top: 0, bottom: 0 };
  #ends: TextEnds = { tokens: [], logits: [] };
  #folding: Folding = NO_FOLDING;
  #paint: Paint | null = null;
  #hidden: ReadonlySet<LineKind> = new Set();
  /** Lines that are made when they are first shown. */
  readonly #later = new Map<LineKind, ElementDefinition[]>();
  #paths: PathSets | null = null;
  #chosen: ReadonlySet<string> = new Set();
  #values: ReadonlyMap<string, string> = new Map();
  #edges: EdgeChanges = NO_EDGE_CHANGES;

  constructor(container: HTMLElement, handlers: GraphHandlers, edgeCount: number) {
    this.#container = container;
    this.#cy = cytoscape({
      container,
      style: stylesheet(readPalette(container)),
      layout: { name: "preset" },
      autoungrabify: true,
      autounselectify: true,
      boxSelectionEnabled: false,
      minZoom: 0.05,
      maxZoom: 3,
      textureOnViewport: edgeCount > LARGE,
      hideEdgesOnViewport: edgeCount > LARGE * 2,
    });
    this.#cy.on("tap", "node.channel", (event) => handlers.pressed(event.target.id()));
    this.#cy.on("tap", "edge.weight", (event) => handlers.pressedEdge(event.target.id()));
    this.#cy.on("tap", "node.fold", (event) => handlers.pressedFold(event.target.id().slice(5)));
    this.#cy.on("tap", (event) => {
      const head = event.target === this.#cy ? this.#headNamedAt(event.position) : null;
      if (head !== null) handlers.pressedFold(head);
    });
    this.#cy.on("mouseover mousemove", HOVERED, (event) => {
      container.style.cursor = event.target.hasClass("end") ? "" : "pointer";
      handlers.hovered(event.target.id());
    });
    this.#cy.on("mouseout", HOVERED, () => {
      container.style.cursor = "";
      handlers.hovered(null);
    });
    this.#cy.on("viewport resize", () => handlers.moved(this.viewport));
  }

  get viewport(): Viewport {
    return { zoom: this.#cy.zoom(), pan: { ...this.#cy.pan() } };
  }

  draw(graph: CircuitGraph, layout: Layout, edges: readonly GraphEdge[]): void {
    const elements = [...headElements(graph, layout), ...nodeElements(graph, layout)];
    this.#later.clear();
    edges.forEach((edge, i) => {
      const element = edgeElement(edge, i, graph.max_weight, layout);
      if (edge.kind === "weight" || !this.#hidden.has(edge.kind)) elements.push(element);
      else this.#later.set(edge.kind, [...(this.#later.get(edge.kind) ?? []), element]);
    });
    elements.push(...endElements(graph.ends, layout));
    this.#cy.batch(() => {
      this.#cy.elements().remove();
      this.#cy.add(elements);
    });
    this.#ablated = new Set();
    this.#chosen = new Set();
    this.#values = new Map();
    this.#edges = NO_EDGE_CHANGES;
    this.#layout = layout;
    this.#around = boxAround(elements);
    this.#ends = shownEnds(graph.ends, layout);
    this.#folding = NO_FOLDING;
  }

  /** The head whose name is at a place of the drawing: boxes of heads are no target themselves. */
  #headNamedAt({ x, y }: Point): string | null {
    const named = this.#cy.nodes(".head:visible").filter((head) => {
      const at = head.position();
      const below = y - at.y - head.height() / 2;
      return Math.abs(x - at.x) < head.width() / 2 && below > -2 && below < HEAD_NAME;
    });
    return named.nonempty() ? named.first().id() : null;
  }

  /** Draws exactly these heads and layers as one node each; nothing else moves. */
  setFolding(folding: Folding): void {
    if (folding === NO_FOLDING && this.#folding === NO_FOLDING) return;
    this.#cy.batch(() => {
      this.#cy.elements(".fold").remove();
      this.#cy.nodes(".channel").forEach((node) => {
        if (node.hasClass("away") !== folding.within.has(node.id())) node.toggleClass("away");
      });
      this.#cy.nodes(".head").forEach((head) => {
        const members: readonly string[] = head.data("members");
        head.toggleClass("away", members.every((node) => folding.within.has(node)));
      });
      this.#cy.add(foldElements(folding, this.#ends));
    });
    this.#folding = folding;
    this.#hideFoldedWords();
    this.#markFolds();
    this.setHidden(this.#hidden);
  }

  /** A group that is drawn as one needs no box, a node that is not drawn no label. */
  #hideFoldedWords(): void {
    const { nodes, within } = this.#folding;
    const away = new Set([...nodes.map(({ name }) => name), ...within.keys()]);
    this.#cy.nodes(".word").forEach((word) => {
      word.toggleClass("away", away.has(word.data("of")));
    });
  }

  /** A folded part of which nothing is kept is ablated. */
  #markFolds(): void {
    for (const { name, members } of this.#folding.nodes) {
      const ablated = members.every((node) => this.#ablated.has(node));
      this.#cy.getElementById(foldId(name)).toggleClass("ablated", ablated);
    }
  }

  /** Hides exactly these edges. */
  setWeak(weak: ReadonlySet<string>): void {
    this.#cy.batch(() => {
      this.#cy.edges(".weight").forEach((edge) => {
        if (edge.hasClass("weak") !== weak.has(edge.id())) edge.toggleClass("weak");
      });
    });
  }

  /** Colours nodes by numbers, or by kind again. */
  setPaint(paint: Paint | null): void {
    const channels = this.#cy.nodes(".channel");
    this.#cy.batch(() => {
      if (paint === null) {
        channels.filter(".painted").removeClass("painted unknown");
        return;
      }
      const palette = readPalette(this.#container);
      const all = painted(paint, channels.map((node) => node.id()), palette);
      channels.forEach((node) => {
        const { fill, text, known } = all.get(node.id()) ?? { fill: "", text: "", known: false };
        node.data({ fill, text });
        node.addClass("painted");
        node.toggleClass("unknown", !known);
      });
    });
    this.#paint = paint;
  }

  /** Lets everything but some paths fade; null: everything is bright. */
  setPaths(paths: PathSets | null): void {
    this.#paths = paths;
    this.#cy.batch(() => {
      this.#cy.elements(".faded").removeClass("faded");
      if (paths === null) return;
      const bright = new Set([...paths.up, ...paths.down].flatMap((node) => {
        const name = this.#folding.within.get(node);
        return name === undefined ? [node] : [node, foldId(name)];
      }));
      this.#cy.nodes(".channel, .fold").forEach((node) => {
        if (!bright.has(node.id())) node.addClass("faded");
      });
      this.#cy.edges().forEach((edge) => {
        const [source, target] = [edge.source().id(), edge.target().id()];
        const lit = edge.hasClass("fold")
          ? bright.has(source) && bright.has(target)
          : edge.hasClass("end")
            ? bright.has(source) || bright.has(target)
            : onPath(paths, source, target);
        if (!lit) edge.addClass("faded");
      });
      this.#cy.nodes(".end").forEach((node) => {
        if (node.connectedEdges(":visible").not(".faded").empty()) node.addClass("faded");
      });
    });
  }

  /** Shows exactly these nodes as ablated; nothing moves. */
  setAblated(ablated: ReadonlySet<string>): void {
    this.#cy.batch(() => {
      for (const id of new Set([...ablated, ...this.#ablated])) {
        const is = ablated.has(id);
        if (is === this.#ablated.has(id)) continue;
        const node = this.#cy.getElementById(id);
        node.toggleClass("ablated", is);
        this.#cut(node.connectedEdges(), ablated);
      }
    });
    this.#ablated = new Set(ablated);
    this.#markFolds();
  }

  /** Marks edges that an ablated node cuts. */
  #cut(edges: EdgeCollection, ablated: ReadonlySet<string>): void {
    edges.forEach((edge) => {
      const cut = ablated.has(edge.source().id()) || ablated.has(edge.target().id());
      if (edge.hasClass("cut") !== cut) edge.toggleClass("cut", cut);
    });
  }

  /** Marks exactly these nodes as chosen together. */
  setChosen(chosen: ReadonlySet<string>): void {
    this.#cy.batch(() => {
      for (const id of parted(this.#chosen, chosen)) {
        this.#cy.getElementById(id).toggleClass("chosen", chosen.has(id));
      }
    });
    this.#chosen = chosen;
  }

  /** Writes values of the user's choice below exactly these nodes. */
  setValues(values: ReadonlyMap<string, string>): void {
    this.#cy.batch(() => {
      for (const id of new Set([...values.keys(), ...this.#values.keys()])) {
        const words = values.get(id);
        const node = this.#cy.getElementById(id);
        node.toggleClass("given", words !== undefined);
        if (words !== undefined) node.data("given", words);
      }
    });
    this.#values = values;
  }

  /** Nodes whose centres are inside a line, in pixels from the top left of the container. */
  nodesInside(path: readonly Point[]): string[] {
    const inside = this.#cy
      .nodes(".channel")
      .filter((node) => isInside(path, node.renderedPosition()));
    return inside.map((node) => node.id());
  }

  /** The node at a place in pixels from the top left of the container; null if there is none. */
  nodeAt({ x, y }: Point): string | null {
    const found = this.#cy.nodes(".channel").filter((node) => {
      const box = node.renderedBoundingBox({ includeLabels: false });
      return box.x1 <= x && x <= box.x2 && box.y1 <= y && y <= box.y2;
    });
    return found.nonempty() ? found.first().id() : null;
  }

  /** Shows exactly these edges as ablated and as restored by hand. */
  setEdges(changes: EdgeChanges): void {
    this.#cy.batch(() => {
      for (const state of ["ablated", "restored"] as const) {
        for (const id of parted(this.#edges[state], changes[state])) {
          this.#cy.getElementById(id).toggleClass(state, changes[state].has(id));
        }
      }
    });
    this.#edges = changes;
  }

  /** Shows exactly these labels and boxes; nothing else moves. */
  setWords(words: Words): void {
    if (this.#layout === null) return;
    const elements = wordElements(words, this.#layout);
    this.#cy.batch(() => {
      this.#cy.nodes(".word").remove();
      this.#cy.add(elements);
    });
    this.#hideFoldedWords();
  }

  /** Marks a node with its edges, or an edge. */
  select(name: string | null): void {
    this.#cy.batch(() => {
      this.#cy.elements(".selected").removeClass("selected");
      this.#cy.edges(".lit").removeClass("lit");
      if (name === null) return;
      const found = this.#shown(name);
      found.addClass("selected");
      found.connectedEdges().addClass("lit");
    });
  }

  /** An element by name, or what it is drawn as part of. */
  #shown(name: string): CollectionReturnValue {
    const within = this.#folding.within.get(name);
    return this.#cy.getElementById(within === undefined ? name : foldId(within));
  }

  /** Hides the lines of exactly these kinds. */
  setHidden(hidden: ReadonlySet<LineKind>): void {
    this.#hidden = hidden;
    const due = [...this.#later].filter(([kind]) => !hidden.has(kind));
    this.#cy.batch(() => {
      for (const kind of LINE_KINDS) {
        const lines = this.#cy.elements(kind === "end" ? ".end" : `edge.${kind}`);
        if (lines.nonempty()) lines.toggleClass("hidden", hidden.has(kind));
      }
      for (const [kind, elements] of due) {
        this.#later.delete(kind);
        this.#cut(this.#cy.add(elements).edges(), this.#ablated);
      }
    });
    if (due.length > 0 && this.#paths !== null) this.setPaths(this.#paths);
  }

  fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#container;
    const { left, right, top, bottom } = this.#around;
    const inside = Math.min(
      (width - 2 * MARGIN) / Math.max(1, right - left),
      (height - 2 * MARGIN) / Math.max(1, bottom - top),
    );
    const rows = this.#layout ? zoomForRows(this.#layout, height, END_ROWS) : Infinity;
    const zoom = Math.min(inside, LARGEST_FIT, rows);
    if (zoom <= 0) return;
    const at = Math.max(zoom, this.#cy.minZoom());
    const pan = (size: number, from: number, to: number): number =>
      size / 2 - ((from + to) / 2) * at;
    this.#cy.viewport({ zoom: at, pan: { x: pan(width, left, right), y: pan(height, top, bottom) } });
  }

  zoomBy(factor: number): void {
    const { width, height } = this.#container.getBoundingClientRect();
    this.#cy.zoom({ level: this.#cy.zoom() * factor, renderedPosition: { x: width / 2, y: height / 2 } });
  }

  /** Brings a node or an edge into sight if it is not. */
  reveal(name: string): void {
    const found = this.#shown(name);
    const place = this.placeOf(name);
    if (place === null) return;
    const { x, y } = place;
    const margin = 40;
    const { width, height } = this.#container.getBoundingClientRect();
    if (x < margin || y < margin || x > width - margin || y > height - margin) {
      this.#cy.center(found);
    }
  }

  /** Centre of a node or an edge in pixels from the top left of the container. */
  placeOf(name: string): Point | null {
    const found = this.#shown(name);
    if (found.empty()) return null;
    const edge = found.edges().first();
    const { x, y } = edge.nonempty()
      ? edge.renderedMidpoint()
      : found.nodes().first().renderedPosition();
    // A hidden edge is nowhere.
    return Number.isFinite(x) && Number.isFinite(y) ? { x, y } : null;
  }

  /** Brings a place of the drawing into the middle. */
  centreOn({ x, y }: Point): void {
    const { width, height } = this.#container.getBoundingClientRect();
    const zoom = this.#cy.zoom();
    this.#cy.pan({ x: width / 2 - x * zoom, y: height / 2 - y * zoom });
  }

  resized(): void {
    this.#cy.resize();
  }

  setWheelZoom(enabled: boolean): void {
    this.#cy.userZoomingEnabled(enabled);
  }

  /** Reads the colours again, after a change of theme. */
  restyle(): void {
    this.#cy.style(stylesheet(readPalette(this.#container)));
    if (this.#paint !== null) this.setPaint(this.#paint);
  }

  /** What is drawn, in its own coordinates. */
  svg(): string {
    return drawnSvg(this.#cy);
  }

  destroy(): void {
    this.#cy.destroy();
  }
}

/** What is in one of two sets only. */
function parted(one: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
  const without = (some: ReadonlySet<string>, others: ReadonlySet<string>): string[] =>
    [...some].filter((each) => !others.has(each));
  return [...without(one, other), ...without(other, one)];
}
