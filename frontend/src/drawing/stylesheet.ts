/** How cytoscape draws nodes and edges: the classes are set by `GraphView`. */
import type { NodeSingular, StylesheetJson } from "cytoscape";

import crossUrl from "./cross.svg?url";
import type { Palette } from "./palette";
import { SHAPES } from "./palette";
import { KINDS } from "./rows";

export const NODE_WIDTH = 40;
export const NODE_HEIGHT = 26;

/** Width of an edge: square root of its weight over the largest, so that weak ones still show. */
export function edgeWidth(weight: number | null, maxWeight: number): number {
  if (weight === null || maxWeight <= 0) return 1;
  return 0.8 + 3.4 * Math.sqrt(Math.min(1, Math.abs(weight) / maxWeight));
}

export function stylesheet(palette: Palette): StylesheetJson {
  return [
    {
      selector: "node",
      style: {
        width: NODE_WIDTH,
        height: NODE_HEIGHT,
        label: "data(label)",
        "font-family": 'ui-monospace, "DejaVu Sans Mono", monospace',
        "font-size": 11,
        "text-valign": "center",
        "text-halign": "center",
        "min-zoomed-font-size": 6,
        "border-width": 1.5,
        "overlay-opacity": 0,
        "transition-duration": 0,
      },
    },
    ...KINDS.map((kind) => ({
      selector: `node.${kind}`,
      style: {
        shape: SHAPES[kind],
        "background-color": palette.kinds[kind].fill,
        "border-color": kind === "read" ? palette.kinds.write.fill : palette.kinds[kind].fill,
        color: palette.kinds[kind].text,
      },
    })),
    {
      selector: "node.head",
      style: {
        shape: "round-rectangle",
        "background-color": palette.quiet,
        "background-opacity": 0.1,
        "border-color": palette.quiet,
        "border-width": 1,
        "border-opacity": 0.5,
        width: "data(width)",
        height: "data(height)",
        // Below the box: the label of a group of its nodes stands above.
        "text-valign": "bottom",
        "text-margin-y": 2,
        "text-background-color": palette.surface,
        "text-background-opacity": 0.9,
        "text-background-padding": "1px",
        "font-family": "system-ui, sans-serif",
        "font-size": 10,
        color: palette.quiet,
        // Above the edges that leave it, so that its name stays readable; below its nodes.
        "z-index": -1,
        events: "no",
      },
    },
    {
      selector: "node.fold",
      style: {
        shape: "round-rectangle",
        width: "data(width)",
        height: "data(height)",
        "background-color": palette.surface,
        "border-color": palette.ink,
        "border-width": 2,
        // Two lines, as of things on top of each other.
        "border-style": "double",
        color: palette.ink,
        "font-family": "system-ui, sans-serif",
        "font-size": 10.5,
        "text-wrap": "wrap",
        "z-index": 5,
      },
    },
    { selector: "node.fold.of-group", style: { "border-color": palette.accent } },
    { selector: "node.fold.of-layer", style: { "border-color": palette.accent, "border-width": 4 } },
    {
      selector: "node.painted",
      style: {
        "background-color": "data(fill)",
        "border-color": palette.quiet,
        color: "data(text)",
      },
    },
    { selector: "node.painted.unknown", style: { "border-style": "dotted" } },
    {
      selector: "node.word",
      style: {
        "background-opacity": 0,
        "border-width": 0,
        width: 1,
        height: 1,
        color: palette.ink,
        "font-family": "system-ui, sans-serif",
        "font-size": 10,
        "text-outline-width": 2,
        "text-outline-color": palette.surface,
        events: "no",
      },
    },
    {
      selector: "node.word.label",
      style: {
        "font-size": 9.5,
        "z-index": 12,
        "text-wrap": "wrap",
        "text-valign": "bottom",
      },
    },
    {
      selector: "node.word.group",
      style: {
        shape: "round-rectangle",
        width: "data(width)",
        height: "data(height)",
        "background-color": palette.accent,
        "background-opacity": 0.06,
        "border-width": 1.2,
        "border-color": palette.accent,
        "border-style": "dashed",
        color: palette.accent,
        "font-weight": "bold",
        "text-valign": "top",
        "text-margin-y": -2,
        "z-compound-depth": "bottom",
      },
    },
    {
      selector: "node.end",
      style: {
        shape: "round-rectangle",
        width: 54,
        height: "data(height)",
        "background-opacity": 0,
        "border-width": 0,
        color: palette.ink,
        "font-size": 10,
        "text-wrap": "wrap",
        "text-outline-width": 2,
        "text-outline-color": palette.surface,
      },
    },
    {
      selector: "node.ablated",
      style: {
        "background-opacity": 0,
        "background-image": crossUrl,
        "background-fit": "cover",
        "border-style": "dashed",
        color: palette.ink,
        "text-outline-width": 2,
        "text-outline-color": palette.surface,
      },
    },
    {
      selector: "node.given",
      style: {
        label: (node: NodeSingular) => `${node.data("label")}\n${node.data("given")}`,
        "text-wrap": "wrap",
        "border-style": "double",
        "border-width": 4,
        "border-color": palette.accent,
        "text-outline-width": 2,
        "text-outline-color": palette.surface,
        color: palette.ink,
      },
    },
    {
      selector: "node.chosen",
      style: { "underlay-color": palette.accent, "underlay-opacity": 0.35, "underlay-padding": 6 },
    },
    {
      selector: "node.selected",
      style: { "outline-width": 2.5, "outline-color": palette.accent, "outline-offset": 3 },
    },
    {
      selector: "edge",
      style: {
        "curve-style": "straight",
        width: "data(width)",
        "line-color": palette.quiet,
        "overlay-opacity": 0,
        events: "no",
      },
    },
    { selector: "edge.weight", style: { events: "yes" } },
    { selector: "edge.positive", style: { "line-color": palette.positive } },
    { selector: "edge.negative", style: { "line-color": palette.negative } },
    {
      selector: "edge.pruned",
      style: { opacity: 0.4, "line-style": "dashed", "line-dash-pattern": [8, 6] },
    },
    { selector: "edge.restored", style: { opacity: 1, "line-style": "solid" } },
    {
      selector: "edge.ablated",
      style: {
        opacity: 0.8,
        "line-style": "dashed",
        "line-dash-pattern": [8, 6],
        // A bar across the line, where nodes have a cross.
        "mid-target-arrow-shape": "tee",
        "mid-target-arrow-color": palette.ink,
        "arrow-scale": 1.3,
      },
    },
    {
      selector: "edge.join",
      style: {
        "line-style": "dashed",
        "line-dash-pattern": [5, 4],
        "curve-style": "unbundled-bezier",
        "control-point-distances": "data(bow)",
        "control-point-weights": 0.5,
        opacity: 0.75,
      },
    },
    {
      selector: "edge.end",
      style: { width: 1, opacity: 0.45, "line-style": "dotted", "z-index": -1 },
    },
    {
      selector: "edge.qk",
      style: {
        "line-style": "dotted",
        width: 2,
        "line-color": palette.kinds.q.fill,
        "curve-style": "unbundled-bezier",
        "control-point-distances": 46,
        "control-point-weights": 0.5,
      },
    },
    { selector: "edge.cut", style: { opacity: 0.14 } },
    {
      selector: "edge.lit",
      style: {
        "underlay-color": palette.accent,
        "underlay-opacity": 0.22,
        "underlay-padding": 3,
        "z-index": 10,
      },
    },
    {
      selector: "edge.selected",
      style: {
        "underlay-color": palette.accent,
        "underlay-opacity": 0.5,
        "underlay-padding": 4,
        "z-index": 11,
      },
    },
    { selector: "node.faded", style: { opacity: 0.18 } },
    { selector: "edge.faded", style: { opacity: 0.06 } },
    { selector: ".hidden, .away, .weak", style: { display: "none" } },
  ];
}
