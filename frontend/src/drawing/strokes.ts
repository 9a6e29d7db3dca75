/**
 * Draws large circuits in few strokes. Cytoscape draws element by element, some 20 µs each: a frame
 * of thousands blocks the page. Seen from so far that no name is written, elements that look alike
 * are drawn here as one path; what has something of its own about it, an outline or a bar, is left to
 * cytoscape. So is everything that is seen from nearby, less what lies out of sight.
 *
 * How an element looks is a function of its classes (`stylesheet.ts`), but for the width of an edge
 * and the fill of a painted node, which its data give.
 */
import type { Core, EdgeSingular, NodeSingular } from "cytoscape";

import type { Look } from "./brush";
import { edgeLook, fillNodes, nodeLook, strokeEdges } from "./brush";

type Styled = NodeSingular | EdgeSingular;

interface Extent {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
}

type Draw = (
  context: CanvasRenderingContext2D,
  elements: readonly Styled[],
  pixelRatio: number,
  extent: Extent,
) => void;

type Sorted = Styled[] & { interactive: Styled[] };
type Find = (x: number, y: number, interactive: boolean, touch: boolean) => Styled[];

/** Of cytoscape's canvas renderer (3.34): what is called for each frame and for each move of the mouse. */
interface Renderer {
  notify(event: string, elements?: unknown): void;
  drawLayeredElements: Draw;
  drawCachedElements: Draw;
  findNearestElements: Find;
  getCachedZSortedEles(): Sorted;
}

/** Names are not written below this zoom: the largest of them would be smaller than six pixels. */
const FAR = 0.5;
/** How far from an element a finger still means it, in pixels of the screen. */
const FINGER = 24;
/** So many elements in sight are drawn one by one. */
const FEW = 400;
/** Edges whose widths differ by less are drawn alike, in pixels. */
const WIDTH_STEP = 0.5;
/** Farther than this no element reaches from its middle or its ends, but boxes do. */
const REACH = 80;

/** Lets a drawing be drawn this way. */
export function drawInStrokes(cy: Core): void {
  const renderer = (cy as unknown as { renderer(): Renderer }).renderer();
  const strokes = new Strokes();
  const { notify, drawLayeredElements, findNearestElements, getCachedZSortedEles } = renderer;
  renderer.notify = (event, elements) => {
    strokes.forget();
    notify.call(renderer, event, elements);
  };
  renderer.drawLayeredElements = (context, elements, pixelRatio, extent) => {
    if (elements.length <= FEW) {
      drawLayeredElements.call(renderer, context, elements, pixelRatio, extent);
      return;
    }
    const seen = strokes.inSight(elements, extent);
    const one = (some: readonly Styled[]): void =>
      renderer.drawCachedElements(context, some, pixelRatio, extent);
    if (cy.zoom() >= FAR || seen.length <= FEW) one(seen);
    else strokes.draw(context, seen, cy.zoom() * pixelRatio, one);
  };
  // It measures the name of every element that it is asked of.
  renderer.findNearestElements = (x, y, interactive, touch) => {
    const reach = FINGER / cy.zoom();
    const around = { x1: x - reach, x2: x + reach, y1: y - reach, y2: y + reach };
    const all = getCachedZSortedEles.call(renderer);
    const near = strokes.inSight(interactive ? all.interactive : all, around) as Sorted;
    near.interactive = near;
    renderer.getCachedZSortedEles = () => near;
    try {
      return findNearestElements.call(renderer, x, y, interactive, touch);
    } finally {
      renderer.getCachedZSortedEles = getCachedZSortedEles;
    }
  };
}

/** The elements of a drawing by how they look. */
export class Strokes {
  readonly #looks = new Map<string, Look>();

  /** Something changed: classes may look otherwise now. */
  forget(): void {
    this.#looks.clear();
  }

  /** Those that are shown and near the extent, in their order. */
  inSight(elements: readonly Styled[], { x1, x2, y1, y2 }: Extent): Styled[] {
    const hidden = new Set<string>();
    for (const element of elements) {
      if (element.isNode() && this.#look(element).hidden) hidden.add(element.id());
    }
    return elements.filter((element) => {
      if (this.#look(element).hidden) return false;
      if (element.isNode()) {
        if (!element.hasClass("channel")) return !hidden.has(element.id());
        const { x, y } = element.position();
        return x > x1 - REACH && x < x2 + REACH && y > y1 - REACH && y < y2 + REACH;
      }
      const [from, to] = [element.source(), element.target()];
      if (hidden.has(from.id()) || hidden.has(to.id())) return false;
      const [a, b] = [from.position(), to.position()];
      return (
        Math.max(a.x, b.x) > x1 - REACH && Math.min(a.x, b.x) < x2 + REACH &&
        Math.max(a.y, b.y) > y1 - REACH && Math.min(a.y, b.y) < y2 + REACH
      );
    });
  }

  /**
   * Draws elements, edges below nodes.
   *
   * `zoom` is in pixels of the screen; `one` draws some of them one by one.
   */
  draw(
    context: CanvasRenderingContext2D,
    elements: readonly Styled[],
    zoom: number,
    one: (elements: readonly Styled[]) => void,
  ): void {
    const lines = new Map<string, { look: Look; width: number; edges: EdgeSingular[] }>();
    const bodies = new Map<string, { look: Look; fill: string; nodes: NodeSingular[] }>();
    const below: Styled[] = [];
    const above: Styled[] = [];
    for (const element of elements) {
      const look = this.#look(element);
      if (!look.plain) (bodies.size === 0 ? below : above).push(element);
      else if (element.isEdge()) {
        const width = widthOf(element, look);
        const key = `${classesOf(element)} ${width}`;
        collect(lines, key, () => ({ look, width, edges: [] })).edges.push(element);
      } else {
        const fill = element.hasClass("painted") ? String(element.data("fill")) : look.fill;
        const key = `${classesOf(element)} ${fill}`;
        collect(bodies, key, () => ({ look, fill, nodes: [] })).nodes.push(element);
      }
    }
    context.save();
    for (const { look, width, edges } of lines.values()) strokeEdges(context, look, width, edges, zoom);
    context.restore();
    one(below);
    context.save();
    for (const { look, fill, nodes } of bodies.values()) fillNodes(context, look, fill, nodes, zoom);
    context.restore();
    one(above);
  }

  #look(element: Styled): Look {
    const key = `${element.group()} ${classesOf(element)}`;
    return collect(this.#looks, key, () => (element.isNode() ? nodeLook(element) : edgeLook(element)));
  }
}

function widthOf(edge: EdgeSingular, look: Look): number {
  if (!edge.hasClass("weight") && !edge.hasClass("weight-sum")) return look.width;
  return WIDTH_STEP * Math.max(1, Math.round(Number(edge.data("width")) / WIDTH_STEP));
}

/** What a map has under a key; made if there is nothing yet. */
function collect<V>(map: Map<string, V>, key: string, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

const classesOf = (element: Styled): string => (element.classes() as unknown as string[]).join(" ");
