/** Which part of a drawing is in sight, and where on the screen its elements are. */
import type { CollectionReturnValue, Core } from "cytoscape";

import { END_ROWS } from "./ends";
import type { Box } from "./groups";
import type { Layout, Point } from "./layout";
import { zoomForRows } from "./layout";
import { isInside } from "./polygon";

/** Room around the graph. */
const MARGIN = 48;
/** Small graphs do not grow beyond this. */
const LARGEST_FIT = 1.25;
/** Nearer to the border than this, an element is brought to the middle. */
const BORDER = 40;

export interface Viewport {
  readonly zoom: number;
  readonly pan: Point;
}

export class Sight {
  #around: Box = { left: 0, right: 0, top: 0, bottom: 0 };
  #layout: Layout | null = null;

  /** `shown` finds an element by name, or what it is drawn as part of. */
  constructor(
    private readonly cy: Core,
    private readonly container: HTMLElement,
    private readonly shown: (name: string) => CollectionReturnValue,
  ) {}

  get viewport(): Viewport {
    return { zoom: this.cy.zoom(), pan: { ...this.cy.pan() } };
  }

  /** What `fit` brings into sight. */
  setExtent(around: Box, layout: Layout): void {
    this.#around = around;
    this.#layout = layout;
  }

  fit(): void {
    const { clientWidth: width, clientHeight: height } = this.container;
    const { left, right, top, bottom } = this.#around;
    const inside = Math.min(
      (width - 2 * MARGIN) / Math.max(1, right - left),
      (height - 2 * MARGIN) / Math.max(1, bottom - top),
    );
    const rows = this.#layout ? zoomForRows(this.#layout, height, END_ROWS) : Infinity;
    const zoom = Math.min(inside, LARGEST_FIT, rows);
    if (zoom <= 0) return;
    const at = Math.max(zoom, this.cy.minZoom());
    const pan = (size: number, from: number, to: number): number =>
      size / 2 - ((from + to) / 2) * at;
    this.cy.viewport({ zoom: at, pan: { x: pan(width, left, right), y: pan(height, top, bottom) } });
  }

  zoomBy(factor: number): void {
    const { width, height } = this.container.getBoundingClientRect();
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: { x: width / 2, y: height / 2 } });
  }

  setWheelZoom(enabled: boolean): void {
    this.cy.userZoomingEnabled(enabled);
  }

  /** Brings a place of the drawing into the middle. */
  centreOn({ x, y }: Point): void {
    const { width, height } = this.container.getBoundingClientRect();
    const zoom = this.cy.zoom();
    this.cy.pan({ x: width / 2 - x * zoom, y: height / 2 - y * zoom });
  }

  /** Brings a node or an edge into sight if it is not. */
  reveal(name: string): void {
    const place = this.placeOf(name);
    if (place === null) return;
    const { x, y } = place;
    const { width, height } = this.container.getBoundingClientRect();
    if (x < BORDER || y < BORDER || x > width - BORDER || y > height - BORDER) {
      this.cy.center(this.shown(name));
    }
  }

  /** Centre of a node or an edge in pixels from the top left of the container. */
  placeOf(name: string): Point | null {
    const found = this.shown(name);
    if (found.empty()) return null;
    const edge = found.edges().first();
    // A hidden edge is nowhere: it has no midpoint (its type does not say so), or one of no numbers.
    const place: Point | undefined = edge.nonempty()
      ? edge.renderedMidpoint()
      : found.nodes().first().renderedPosition();
    if (place === undefined) return null;
    const { x, y } = place;
    return Number.isFinite(x) && Number.isFinite(y) ? { x, y } : null;
  }

  /** Nodes whose centres are inside a line, in pixels from the top left of the container. */
  nodesInside(path: readonly Point[]): string[] {
    const inside = this.cy
      .nodes(".channel")
      .filter((node) => isInside(path, node.renderedPosition()));
    return inside.map((node) => node.id());
  }

  /** The node at a place in pixels from the top left of the container; null if there is none. */
  nodeAt({ x, y }: Point): string | null {
    const found = this.cy.nodes(".channel").filter((node) => {
      const box = node.renderedBoundingBox({ includeLabels: false });
      return box.x1 <= x && x <= box.x2 && box.y1 <= y && y <= box.y2;
    });
    return found.nonempty() ? found.first().id() : null;
  }
}
