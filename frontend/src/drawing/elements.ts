/** A graph as the elements that cytoscape draws. */
import type { ElementDefinition } from "cytoscape";

import type { CircuitGraph, GraphEdge } from "../api/types";
import { edgeName } from "../state/exploration";
import { headName } from "./fold";
import type { Box } from "./groups";
import type { Layout } from "./layout";
import { nodeLabel } from "./rows";
import { NODE_HEIGHT, NODE_WIDTH, edgeWidth } from "./stylesheet";

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

export function headElements(graph: CircuitGraph): ElementDefinition[] {
  const heads = new Map<string, ElementDefinition>();
  for (const node of graph.nodes) {
    if (node.head === null) continue;
    const id = headName(node);
    heads.set(id, { group: "nodes", data: { id, label: `head ${node.head}` }, classes: "head" });
  }
  return [...heads.values()];
}

export function nodeElements(graph: CircuitGraph, layout: Layout): ElementDefinition[] {
  return graph.nodes.map((node) => ({
    group: "nodes",
    data: {
      id: node.id,
      label: nodeLabel(node, graph.d_head),
      ...(node.head === null ? {} : { parent: headName(node) }),
    },
    position: { ...(layout.places.get(node.id) ?? { x: 0, y: 0 }) },
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
