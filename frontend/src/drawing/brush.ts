/**
 * How elements that look alike are drawn as one path on a canvas, as they look from far off: from
 * the style that cytoscape has computed for one of them.
 */
import type { EdgeSingular, NodeSingular } from "cytoscape";

import type { Point } from "./layout";
import type { Box } from "./shapes";
import { corners, roundness } from "./shapes";
import { NODE_HEIGHT, NODE_WIDTH } from "./stylesheet";

/** Lines of one path: a browser takes longer for a line the more there are. */
const LINES = 250;
const DASHES = [4, 2];
const LONG_DASHES = [8, 6];
const DOTS = [1, 1];
/** Smaller than this on the screen, a shape is a rectangle, a border its fill, a dashed line faint. */
const SEEN = { shape: 5, border: 0.35, dash: 1 } as const;

/** How elements of the same classes look. */
export interface Look {
  readonly hidden: boolean;
  /** Nothing about it but what is below. */
  readonly plain: boolean;
  readonly shape: string;
  readonly fill: string;
  readonly fillOpacity: number;
  readonly stroke: string;
  readonly strokeOpacity: number;
  readonly width: number;
  readonly dashes: readonly number[];
  readonly crossed: boolean;
  /** Behind a line. */
  readonly halo: { readonly stroke: string; readonly opacity: number; readonly padding: number };
}

type Styled = NodeSingular | EdgeSingular;
const text = (element: Styled, name: string): string => String(element.style(name));
const number = (element: Styled, name: string): number => Number.parseFloat(text(element, name)) || 0;

function dashesOf(style: string): readonly number[] {
  return style === "dashed" ? DASHES : style === "dotted" ? DOTS : [];
}

function haloOf(element: Styled): Look["halo"] {
  return {
    stroke: text(element, "underlay-color"),
    opacity: number(element, "underlay-opacity"),
    padding: number(element, "underlay-padding"),
  };
}

export function nodeLook(node: NodeSingular): Look {
  const opacity = number(node, "opacity");
  return {
    hidden: text(node, "display") === "none",
    plain:
      node.hasClass("channel") &&
      !node.hasClass("given") &&
      haloOf(node).opacity === 0 &&
      number(node, "outline-width") === 0,
    shape: text(node, "shape"),
    fill: text(node, "background-color"),
    fillOpacity: opacity * number(node, "background-opacity"),
    stroke: text(node, "border-color"),
    strokeOpacity: opacity * number(node, "border-opacity"),
    width: number(node, "border-width"),
    dashes: dashesOf(text(node, "border-style")),
    crossed: node.hasClass("ablated"),
    halo: haloOf(node),
  };
}

export function edgeLook(edge: EdgeSingular): Look {
  const style = text(edge, "line-style");
  return {
    hidden: text(edge, "display") === "none",
    plain: text(edge, "mid-target-arrow-shape") === "none",
    shape: "",
    fill: "",
    fillOpacity: 0,
    stroke: text(edge, "line-color"),
    strokeOpacity: number(edge, "opacity"),
    width: number(edge, "width"),
    dashes: style === "dashed" ? LONG_DASHES : dashesOf(style),
    crossed: false,
    halo: haloOf(edge),
  };
}

/**
 * Draws edges as lines from middle to middle: nodes come to lie on their ends.
 *
 * @param width of the lines, in the drawing's pixels
 * @param zoom pixels of the screen for one of the drawing
 */
export function strokeEdges(
  context: CanvasRenderingContext2D,
  { stroke, strokeOpacity, dashes, halo }: Look,
  width: number,
  edges: readonly EdgeSingular[],
  zoom: number,
): void {
  for (let from = 0; from < edges.length; from += LINES) {
    context.beginPath();
    for (const edge of edges.slice(from, from + LINES)) addLine(context, edge);
    if (halo.opacity > 0) {
      context.strokeStyle = halo.stroke;
      context.globalAlpha = halo.opacity;
      context.lineWidth = width + 2 * halo.padding;
      context.setLineDash([]);
      context.stroke();
    }
    context.strokeStyle = stroke;
    context.globalAlpha = strokeOpacity;
    context.lineWidth = width;
    dash(context, dashes, zoom);
    context.stroke();
  }
}

/** Dashes, or where they are too short to be seen a line that is as faint as they are. */
function dash(context: CanvasRenderingContext2D, dashes: readonly number[], zoom: number): void {
  const [on = 1, off = 0] = dashes;
  const seen = (on + off) * zoom >= 2 * SEEN.dash;
  context.setLineDash(seen ? [...dashes] : []);
  if (!seen) context.globalAlpha *= on / (on + off);
}

function addLine(context: CanvasRenderingContext2D, edge: EdgeSingular): void {
  const [from, to] = [edge.source().position(), edge.target().position()];
  context.moveTo(from.x, from.y);
  const bend = edge.hasClass("qk") || Number(edge.data("bow")) > 0 ? edge.controlPoints()?.[0] : null;
  if (bend) context.quadraticCurveTo(bend.x, bend.y, to.x, to.y);
  else context.lineTo(to.x, to.y);
}

/**
 * Draws the bodies of nodes, without their names.
 *
 * @param fill colour of their bodies
 * @param zoom pixels of the screen for one of the drawing
 */
export function fillNodes(
  context: CanvasRenderingContext2D,
  look: Look,
  fill: string,
  nodes: readonly NodeSingular[],
  zoom: number,
): void {
  context.fillStyle = fill;
  context.strokeStyle = look.stroke;
  context.lineWidth = look.width;
  const places = nodes.map((node) => node.position());
  const shape = NODE_HEIGHT * zoom < SEEN.shape ? "rectangle" : look.shape;
  context.beginPath();
  for (const place of places) addOutline(context, shape, place);
  if (look.fillOpacity > 0) {
    context.globalAlpha = look.fillOpacity;
    context.fill();
  }
  context.globalAlpha = look.strokeOpacity;
  if (look.width * zoom >= SEEN.border || look.fillOpacity === 0) {
    dash(context, look.dashes, zoom);
    context.stroke();
  }
  if (!look.crossed) return;
  context.setLineDash([]);
  context.beginPath();
  for (const place of places) addCross(context, place);
  context.stroke();
}

function addOutline(context: CanvasRenderingContext2D, shape: string, { x, y }: Point): void {
  const box: Box = { x, y, w: NODE_WIDTH, h: NODE_HEIGHT };
  if (shape === "rectangle") {
    context.rect(x - box.w / 2, y - box.h / 2, box.w, box.h);
    return;
  }
  if (shape === "ellipse") {
    context.moveTo(x + box.w / 2, y);
    context.ellipse(x, y, box.w / 2, box.h / 2, 0, 0, 2 * Math.PI);
    return;
  }
  const found = corners(shape, box);
  if (found === null) {
    context.roundRect(x - box.w / 2, y - box.h / 2, box.w, box.h, roundness(box));
    return;
  }
  for (const [i, corner] of found.entries()) {
    if (i === 0) context.moveTo(corner.x, corner.y);
    else context.lineTo(corner.x, corner.y);
  }
  context.closePath();
}

function addCross(context: CanvasRenderingContext2D, { x, y }: Point): void {
  const [r, b] = [NODE_WIDTH / 2, NODE_HEIGHT / 2];
  context.moveTo(x - r, y - b);
  context.lineTo(x + r, y + b);
  context.moveTo(x + r, y - b);
  context.lineTo(x - r, y + b);
}
