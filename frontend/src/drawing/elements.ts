/** A graph as the elements that cytoscape draws. */
import type { ElementDefinition } from "cytoscape";

import type { CircuitGraph, GraphEdge, GraphNode } from "../api/types";
import { edgeName } from "../state/exploration";
import { headName } from "./fold";
import type { Box } from "./groups";
import type { Layout, Point } from "./layout";
import { nodeLabel } from "./rows";
import { NODE_HEIGHT, NODE_WIDTH, edgeWidth } from "./stylesheet";

/** Between the nodes of a head and its box. */
const HEAD_ROOM = 9;
const ORIGIN: Point = { x: 0, y: 0 };
/** More edges than this pan too slowly on a canvas: the weakest are left out. */
export const MOST_EDGES = 1500;

/** The edges to draw: the strongest weights, kept ones first, and joins and products beside them. */
export function strongest(edges: readonly GraphEdge[], limit = MOST_EDGES): GraphEdge[] {
  const weights = edges.filter((edge) => edge.weight !== null);
  const lines = edges.filter((edge) => edge.weight === null);
  weights.sort(
    (a, b) => Number(b.kept) - Number(a.kept) || Math.abs(b.weight ?? 0) - Math.abs(a.weight ?? 0),
  );
  return [...lines.slice(0, limit), ...weights.slice(0, limit)];
}

/** Lines of these kinds say little where there are many, and are slow to draw: curves of dashes. */
const MOST_LINES = 300;
const CURVES = ["join", "qk"] as const;

/** Kinds of lines that a drawing opens without. */
export function crowded(edges: readonly GraphEdge[]): ReadonlySet<(typeof CURVES)[number]> {
  const tooMany = CURVES.filter(
    (kind) => edges.filter((edge) => edge.kind === kind).length > MOST_LINES,
  );
  return new Set(tooMany);
}

/**
 * The box around all nodes, from where they are put and how large they are: cytoscape measures every
 * name for its own, which takes seconds for thousands.
 */
export function boxAround(elements: readonly ElementDefinition[]): Box {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { position, data } of elements) {
    if (position === undefined) continue;
    const { x, y } = position;
    const half = Math.max(NODE_HEIGHT, Number(data.height ?? 0)) / 2;
    [left, right] = [Math.min(left, x - NODE_WIDTH), Math.max(right, x + NODE_WIDTH)];
    [top, bottom] = [Math.min(top, y - half), Math.max(bottom, y + half)];
  }
  return left < right ? { left, right, top, bottom } : { left: 0, right: 0, top: 0, bottom: 0 };
}

/**
 * Boxes around the nodes of each head, as nodes of their own that no other belongs to: cytoscape
 * asks parents and children of every node for each change, as soon as there is one parent.
 */
export function headElements(graph: CircuitGraph, { places }: Layout): ElementDefinition[] {
  const heads = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    if (node.head === null) continue;
    const id = headName(node);
    heads.set(id, [...(heads.get(id) ?? []), node]);
  }
  return [...heads].map(([id, nodes]) => {
    const at = nodes.map((node) => places.get(node.id) ?? ORIGIN);
    const xs = at.map(({ x }) => x);
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    return {
      group: "nodes",
      data: {
        id,
        label: `head ${nodes[0]?.head}`,
        members: nodes.map((node) => node.id),
        width: right - left + NODE_WIDTH + 2 * HEAD_ROOM,
        height: NODE_HEIGHT + 2 * HEAD_ROOM,
      },
      position: { x: (left + right) / 2, y: at[0]?.y ?? 0 },
      classes: "head",
    };
  });
}

export function nodeElements(graph: CircuitGraph, layout: Layout): ElementDefinition[] {
  return graph.nodes.map((node) => ({
    group: "nodes",
    data: {
      id: node.id,
      label: nodeLabel(node, graph.d_head),
    },
    position: { ...(layout.places.get(node.id) ?? ORIGIN) },
    classes: `channel ${node.kind}`,
  }));
}

export function edgeElement(
  edge: GraphEdge,
  index: number,
  maxWeight: number,
  layout: Layout,
): ElementDefinition {
  const classes: string[] = [edge.kind];
  if (edge.weight !== null) classes.push(edge.weight < 0 ? "negative" : "positive");
  if (!edge.kept) classes.push("pruned");
  const rows =
    Math.abs((layout.places.get(edge.source)?.y ?? 0) - (layout.places.get(edge.target)?.y ?? 0)) /
    layout.rowGap;
  return {
    group: "edges",
    data: {
      id: edge.kind === "weight" ? edgeName(edge) : `line:${index}`,
      source: edge.source,
      target: edge.target,
      width: edgeWidth(edge.weight, maxWeight),
      // A join that passes rows bows out, so that it does not run through what lies between.
      bow: rows > 1 ? 12 + 9 * rows : 0,
    },
    classes: classes.join(" "),
  };
}
