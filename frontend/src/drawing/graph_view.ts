/**
 * A circuit on a canvas: draws a graph once, then only switches classes. Knows nothing of the
 * store; whoever owns it passes in what is ablated and selected and hears of clicks.
 */
import cytoscape from "cytoscape";
import type {
  CollectionReturnValue,
  Core,
  EdgeCollection,
  EdgeSingular,
  ElementDefinition,
  NodeCollection,
  NodeSingular,
} from "cytoscape";

import type { CircuitGraph, GraphEdge } from "../api/types";
import type { Words } from "../state/words";
import { boxAround, edgeElement, headElements, nodeElements } from "./elements";
import type { TextEnds } from "./ends";
import { endElements, shownEnds } from "./ends";
import type { Folding } from "./fold";
import { NO_FOLDING } from "./fold";
import { foldElements, foldId } from "./fold_elements";
import type { Layout, Point } from "./layout";
import type { Paint } from "./paint";
import { painted } from "./paint";
import { readPalette } from "./palette";
import type { PathSets } from "./paths";
import { onPath } from "./paths";
import type { Viewport } from "./sight";
import { Sight } from "./sight";
import { drawInStrokes } from "./strokes";
import { stylesheet } from "./stylesheet";
import { wordElements } from "./words";
import { drawnSvg } from "./svg";

const HOVERED = "node.channel, node.end, node.fold, edge.weight, edge.weight-sum";
/** Height of a head's name, in the drawing's coordinates. */
const HEAD_NAME = 15;

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

type Drawn = NodeSingular | EdgeSingular;

export class GraphView {
  readonly sight: Sight;
  readonly #cy: Core;
  readonly #container: HTMLElement;
  #ablated: ReadonlySet<string> = new Set();
  #layout: Layout | null = null;
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
  #selected: CollectionReturnValue | null = null;
  #channels: NodeCollection;
  #heads: NodeCollection;
  #words: NodeCollection;
  #folds: CollectionReturnValue;

  constructor(container: HTMLElement, handlers: GraphHandlers) {
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
    });
    drawInStrokes(this.#cy);
    this.#channels = this.#heads = this.#words = this.#folds = this.#cy.collection();
    this.sight = new Sight(this.#cy, container, (name) => this.#shown(name));
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
    this.#cy.on("viewport resize", () => handlers.moved(this.sight.viewport));
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
      const nodes = this.#cy.add(elements).nodes();
      this.#channels = nodes.filter(".channel");
      this.#heads = nodes.filter(".head");
    });
    this.#folds = this.#words = this.#cy.collection();
    this.#ablated = new Set();
    this.#chosen = new Set();
    this.#selected = null;
    this.#values = new Map();
    this.#edges = NO_EDGE_CHANGES;
    this.#layout = layout;
    this.sight.setExtent(layout.extent ?? boxAround(elements), layout);
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
      this.#folds.remove();
      this.#channels.forEach((node) => turn(node, "away", folding.within.has(node.id())));
      this.#heads.forEach((head) => {
        const members: readonly string[] = head.data("members");
        turn(head, "away", members.every((node) => folding.within.has(node)));
      });
      this.#folds = this.#cy.add(foldElements(folding, this.#ends));
      this.#hide(this.#folds);
    });
    this.#folding = folding;
    this.#hideFoldedWords();
    this.#markFolds();
    this.#restyle();
  }

  /** Finds new styles now, not in the frame that draws with them: two short waits instead of a long one. */
  #restyle(): void {
    this.#cy.elements().forEach((element: Drawn) => void element.visible());
  }

  /** A group that is drawn as one needs no box, a node that is not drawn no label. */
  #hideFoldedWords(): void {
    const { nodes, within } = this.#folding;
    const away = new Set([...nodes.map(({ name }) => name), ...within.keys()]);
    this.#words.forEach((word) => turn(word, "away", away.has(word.data("of"))));
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
      this.#cy.edges(".weight").forEach((edge) => turn(edge, "weak", weak.has(edge.id())));
    });
  }

  /** Colours nodes by numbers, or by kind again. */
  setPaint(paint: Paint | null): void {
    const channels = this.#channels;
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
    if (paths === null && this.#paths === null) return;
    this.#paths = paths;
    const bright = paths === null ? null : this.#bright(paths);
    this.#cy.batch(() => {
      this.#cy.elements().forEach((element: Drawn) => {
        turn(element, "faded", bright?.(element) === false);
      });
    });
    this.#restyle();
  }

  /** Whether an element is on some paths; boxes of heads and words are on none and always bright. */
  #bright(paths: PathSets): (element: Drawn) => boolean {
    const nodes = new Set([...paths.up, ...paths.down].flatMap((node) => {
      const name = this.#folding.within.get(node);
      return name === undefined ? [node] : [node, foldId(name)];
    }));
    const lit = (edge: EdgeSingular): boolean => {
      const [source, target] = [edge.source().id(), edge.target().id()];
      if (edge.hasClass("fold")) return nodes.has(source) && nodes.has(target);
      if (edge.hasClass("end")) return nodes.has(source) || nodes.has(target);
      return onPath(paths, source, target);
    };
    return (element) => {
      if (element.isEdge()) return lit(element);
      if (element.hasClass("end")) return (element.connectedEdges(":visible").toArray() as EdgeSingular[]).some(lit);
      return nodes.has(element.id()) || !(element.hasClass("channel") || element.hasClass("fold"));
    };
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
      turn(edge, "cut", ablated.has(edge.source().id()) || ablated.has(edge.target().id()));
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
      this.#words.remove();
      this.#words = this.#cy.add(elements).nodes();
    });
    this.#hideFoldedWords();
  }

  /** Marks a node with its edges, or an edge. */
  select(name: string | null): void {
    this.#cy.batch(() => {
      const before = this.#selected;
      before?.removeClass("selected");
      before?.connectedEdges().removeClass("lit");
      this.#selected = name === null ? null : this.#shown(name);
      this.#selected?.addClass("selected");
      this.#selected?.connectedEdges().addClass("lit");
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
      this.#hide(this.#cy.elements());
      for (const [kind, elements] of due) {
        this.#later.delete(kind);
        this.#cut(this.#cy.add(elements).edges(), this.#ablated);
      }
    });
    if (due.length > 0 && this.#paths !== null) this.setPaths(this.#paths);
  }

  /** Hides or shows the lines among some elements. */
  #hide(elements: CollectionReturnValue): void {
    for (const kind of LINE_KINDS) {
      const lines = elements.filter(kind === "end" ? ".end" : `edge.${kind}`);
      lines.forEach((line) => turn(line, "hidden", this.#hidden.has(kind)));
    }
  }

  resized(): void {
    this.#cy.resize();
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

/** Gives an element a class or takes it away; cytoscape looks at its style again only for a change. */
function turn(element: Drawn, name: string, on: boolean): void {
  if (element.hasClass(name) !== on) element.toggleClass(name, on);
}

/** What is in one of two sets only. */
function parted(one: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
  const without = (some: ReadonlySet<string>, others: ReadonlySet<string>): string[] =>
    [...some].filter((each) => !others.has(each));
  return [...without(one, other), ...without(other, one)];
}
