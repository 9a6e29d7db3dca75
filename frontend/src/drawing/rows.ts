/**
 * Rows of the drawing: one for each site of a layer that has nodes (q, k and v share one), the
 * input at the bottom. The server says which row a node is in; empty rows are left out.
 */
import type { GraphEdge, GraphNode } from "../api/types";
import { signed } from "../text/format";

export interface Row {
  readonly layer: number;
  readonly label: string;
  readonly nodes: readonly GraphNode[];
}

export type NodeKind = GraphNode["kind"];

export const KINDS: readonly NodeKind[] = ["read", "q", "k", "v", "write", "neuron"];

export const KIND_NAMES: Record<NodeKind, string> = {
  read: "residual channel read",
  write: "residual channel written",
  q: "query channel",
  k: "key channel",
  v: "value channel",
  neuron: "MLP neuron",
};

export function rowsOf(nodes: readonly GraphNode[]): Row[] {
  const byRow = new Map<number, GraphNode[]>();
  for (const node of nodes) {
    const row = byRow.get(node.row);
    if (row) row.push(node);
    else byRow.set(node.row, [node]);
  }
  return [...byRow]
    .sort(([a], [b]) => a - b)
    .map(([, row]) => {
      const first = row[0] as GraphNode;
      return { layer: first.layer, label: rowLabel(first), nodes: row };
    });
}

/** What a row of nodes is, short enough for the margin. */
function rowLabel(node: GraphNode): string {
  const block = node.site.startsWith("attn") ? "attention" : "MLP";
  switch (node.kind) {
    case "read":
      return `${block} reads`;
    case "write":
      return `${block} writes`;
    case "neuron":
      return "neurons";
    default:
      return "heads";
  }
}

/** What a node is called inside its shape. */
export function nodeLabel(node: GraphNode, headWidth: number): string {
  if (node.head === null) return String(node.index);
  return `${node.kind}${node.index - node.head * headWidth}`;
}

/** A node in words, for labels read aloud. */
export function nodeWords(node: GraphNode): string {
  const head = node.head === null ? "" : ` of head ${node.head}`;
  return `${node.id}, ${KIND_NAMES[node.kind]}${head} in layer ${node.layer}`;
}

/** An edge in words, for labels read aloud. */
export function edgeWords(edge: GraphEdge): string {
  return `${edge.source} to ${edge.target}, weight ${signed(edge.weight ?? 0)}`;
}
