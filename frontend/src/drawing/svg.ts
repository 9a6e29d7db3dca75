/**
 * A cytoscape drawing as SVG, element by element from the styles that cytoscape has computed: what
 * is coloured, dashed or crossed out on the canvas is so here. In the drawing's own coordinates.
 *
 * Edges come first, then boxes of heads, then nodes, as on the canvas. Shapes other than those
 * that `palette.ts` names become round rectangles.
 */
import type { Core, EdgeSingular, NodeSingular } from "cytoscape";

import cross from "./cross.svg?raw";
import type { Point } from "./layout";
import type { Box } from "./shapes";
import { corners, roundness } from "./shapes";

/** How far a name's background reaches, as a line around its letters, in pixels. */
const BACKGROUND = 4;
/** Between lines of a name that has several, by the size of its letters. */
const LINE_HEIGHT = 1.15;
const DASHES = "4 2";
const DOTS = "1 1";
/** Size of an arrow head by the width of its line, and the parts of it that a bar takes. */
const arrowSize = (width: number): number => Math.max(width * 13.37, 29) ** 0.9;
const BAR = { length: 0.3, width: 0.1 } as const;

type Styled = NodeSingular | EdgeSingular;

export function drawnSvg(cy: Core): string {
  const edges = (cy.edges().toArray() as EdgeSingular[])
    .filter((edge) => edge.visible())
    .sort((a, b) => number(a, "z-index") - number(b, "z-index"));
  const nodes = (cy.nodes().toArray() as NodeSingular[]).filter((node) => node.visible());
  const zoom = cy.zoom();
  return [
    ...edges.map(edgeSvg),
    ...nodes.filter((node) => node.hasClass("head")).map((node) => nodeSvg(node, zoom)),
    ...nodes.filter((node) => !node.hasClass("head")).map((node) => nodeSvg(node, zoom)),
  ].join("\n");
}

const text = (element: Styled, name: string): string => String(element.style(name));
const number = (element: Styled, name: string): number => Number.parseFloat(text(element, name)) || 0;

/** Attributes; numbers with three decimals. */
export function attributes(values: Record<string, string | number | null>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}="${typeof value === "number" ? short(value) : escaped(value as string)}"`)
    .join("");
}

export function escaped(value: string): string {
  const marks: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  // XML has no control characters but these three.
  return value.replace(/[&<>"]/g, (mark) => marks[mark] ?? "").replace(/[^\t\n\r\u0020-\uffff]/g, "\ufffd");
}

function short(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function nodeSvg(node: NodeSingular, zoom: number): string {
  const { x, y } = node.position();
  const border = number(node, "border-width");
  const box = { x, y, w: node.outerWidth() - border, h: node.outerHeight() - border };
  const shape = text(node, "shape");
  const opacity = node.effectiveOpacity();
  const parts = [
    `<g${attributes({ id: node.id(), opacity: opacity < 1 ? opacity : null })}>`,
    outline(node, shape, box),
    outlined(shape, box, {
      fill: text(node, "background-color"),
      "fill-opacity": number(node, "background-opacity"),
      stroke: border > 0 ? text(node, "border-color") : "none",
      "stroke-width": border,
      "stroke-opacity": number(node, "border-opacity"),
      "stroke-dasharray": text(node, "border-style") === "dashed" ? DASHES : null,
    }),
    text(node, "background-image") === "none" ? "" : crossed(box),
    label(node, box, zoom),
    "</g>",
  ];
  return parts.join("");
}

function outline(node: NodeSingular, shape: string, box: Box): string {
  const width = number(node, "outline-width");
  if (width === 0) return "";
  const grown = number(node, "border-width") + width + 2 * number(node, "outline-offset");
  return outlined(shape, { ...box, w: box.w + grown, h: box.h + grown }, {
    fill: "none",
    stroke: text(node, "outline-color"),
    "stroke-width": width,
  });
}

function outlined(shape: string, box: Box, look: Record<string, string | number | null>): string {
  const { x, y, w, h } = box;
  if (shape === "ellipse") {
    return `<ellipse${attributes({ cx: x, cy: y, rx: w / 2, ry: h / 2, ...look })}/>`;
  }
  const found = corners(shape, box);
  if (found !== null) {
    const points = found.map((corner) => `${short(corner.x)},${short(corner.y)}`).join(" ");
    return `<polygon${attributes({ points, ...look })}/>`;
  }
  const rx = roundness(box);
  return `<rect${attributes({ x: x - w / 2, y: y - h / 2, width: w, height: h, rx, ...look })}/>`;
}

/** The cross over an ablated node: the picture that the canvas puts there. */
function crossed({ x, y, w, h }: Box): string {
  const [, view = "", inside = ""] = /viewBox="([^"]*)"[^>]*>(.*)<\/svg>/s.exec(cross) ?? [];
  return `<svg${attributes({
    class: "cross",
    x: x - w / 2,
    y: y - h / 2,
    width: w,
    height: h,
    viewBox: view,
    preserveAspectRatio: "xMidYMid slice",
  })}>${inside}</svg>`;
}

function label(node: NodeSingular, { x, y, h }: Box, zoom: number): string {
  const words = text(node, "label");
  const size = number(node, "font-size");
  if (words === "" || size * zoom < number(node, "min-zoomed-font-size")) return "";
  const above = text(node, "text-valign") === "top";
  const below = text(node, "text-valign") === "bottom";
  const line = above ? y - h / 2 - size * 0.25 : below ? y + h / 2 + size : y + size * 0.35;
  const halo = haloOf(node);
  const lines = words.split("\n");
  const lineHeight = size * LINE_HEIGHT;
  const more = below ? 0 : ((lines.length - 1) * lineHeight) / (above ? 1 : 2);
  const first = line + number(node, "text-margin-y") - more;
  const spans = lines.map(
    (one, i) => `<tspan${attributes({ x, y: first + i * lineHeight })}>${escaped(one)}</tspan>`,
  );
  return `<text${attributes({
    x,
    y: first,
    "text-anchor": "middle",
    "font-family": text(node, "font-family"),
    "font-size": size,
    "font-weight": text(node, "font-weight"),
    fill: text(node, "color"),
    stroke: halo?.color ?? null,
    "stroke-width": halo?.width ?? null,
    "paint-order": halo ? "stroke" : null,
  })}>${lines.length > 1 ? spans.join("") : escaped(words)}</text>`;
}

/** What keeps a name readable on lines: its outline, or around its letters what lies behind it. */
function haloOf(node: NodeSingular): { color: string; width: number } | null {
  const width = number(node, "text-outline-width");
  if (width > 0) return { color: text(node, "text-outline-color"), width: 2 * width };
  if (number(node, "text-background-opacity") === 0) return null;
  return { color: text(node, "text-background-color"), width: BACKGROUND };
}

function edgeSvg(edge: EdgeSingular): string {
  const path = route(edge);
  if (path === null) return "";
  const width = number(edge, "width");
  const line = (look: Record<string, string | number | null>): string =>
    `<path${attributes({ d: path, fill: "none", ...look })}/>`;
  const under = number(edge, "underlay-opacity");
  const opacity = edge.effectiveOpacity() * (number(edge, "line-opacity") || 1);
  const style = text(edge, "line-style");
  const dashes = style === "dashed" ? text(edge, "line-dash-pattern") : style === "dotted" ? DOTS : null;
  const parts = [
    `<g${attributes({ id: edge.id() })}>`,
    under > 0
      ? line({
          stroke: text(edge, "underlay-color"),
          "stroke-opacity": under,
          "stroke-width": width + 2 * number(edge, "underlay-padding"),
        })
      : "",
    `<g${attributes({ opacity: opacity < 1 ? opacity : null })}>`,
    line({ stroke: text(edge, "line-color"), "stroke-width": width, "stroke-dasharray": dashes }),
    text(edge, "mid-target-arrow-shape") === "none" ? "" : bar(edge, width),
    "</g></g>",
  ];
  return parts.join("");
}

/** The line of an edge as path data; null of one that is nowhere. */
function route(edge: EdgeSingular): string | null {
  const ends = [edge.sourceEndpoint(), edge.targetEndpoint()];
  if (!ends.every((end) => end && Number.isFinite(end.x) && Number.isFinite(end.y))) return null;
  const [from, to] = ends as [Point, Point];
  return throughPoints(from, to, edge.controlPoints() ?? []);
}

/** Quadratic curves by control points, meeting half way between them; straight without any. */
export function throughPoints(from: Point, to: Point, controls: readonly Point[]): string {
  const at = ({ x, y }: Point): string => `${short(x)} ${short(y)}`;
  const start = `M${at(from)}`;
  if (controls.length === 0) return `${start}L${at(to)}`;
  return controls.reduce((path, control, i) => {
    const next = controls[i + 1];
    const end = next ? { x: (control.x + next.x) / 2, y: (control.y + next.y) / 2 } : to;
    return `${path}Q${at(control)} ${at(end)}`;
  }, start);
}

/** The bar across an ablated edge. */
function bar(edge: EdgeSingular, width: number): string {
  const { x, y } = edge.midpoint();
  const [from, to] = [edge.sourceEndpoint(), edge.targetEndpoint()];
  const size = arrowSize(width) * (number(edge, "arrow-scale") || 1);
  const turn = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI + 90;
  return `<path${attributes({
    d: `M${short((-size * BAR.length) / 2)} 0H${short((size * BAR.length) / 2)}`,
    transform: `translate(${short(x)} ${short(y)}) rotate(${short(turn)})`,
    stroke: text(edge, "mid-target-arrow-color"),
    "stroke-width": size * BAR.width,
  })}/>`;
}
