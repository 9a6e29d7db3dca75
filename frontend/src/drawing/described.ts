/** What the mouse is on, or what is selected, in words: its name, its state, its label. */
import type { CircuitGraph } from "../api/types";
import { edgeName, isEdgeName } from "../state/exploration";
import type { Words } from "../state/words";
import { labelOf } from "../state/words";
import { endWords, textOfNode } from "./ends";
import type { Folding } from "./fold";
import { foldWords } from "./fold_elements";
import type { EdgeChanges } from "./graph_view";
import { edgeWords, nodeWords } from "./rows";

/** What is drawn beside the graph itself. */
export interface Drawn {
  readonly ablated: ReadonlySet<string>;
  readonly edges: EdgeChanges;
  readonly words: Words;
  readonly folding: Folding;
}

/** A node, an edge, a text at an end or a folded part; "" for none. */
export function described(name: string | null, graph: CircuitGraph | null, drawn: Drawn): string {
  if (name === null || graph === null) return "";
  const state = isEdgeName(name) ? ofEdge(name, graph, drawn.edges) : ofNode(name, graph, drawn);
  return [state, labelOf(drawn.words, name)].filter((part) => part !== "").join(": ");
}

function ofNode(name: string, graph: CircuitGraph, { ablated, folding }: Drawn): string {
  const node = graph.nodes.find((one) => one.id === name);
  if (node === undefined) return endWords(graph.ends, name) || foldWords(folding, name);
  const text = textOfNode(graph.ends, node.id);
  const state = ablated.has(node.id) ? "ablated" : "kept";
  return `${nodeWords(node)}, ${state}${text === "" ? "" : `; ${text}`}`;
}

function ofEdge(name: string, graph: CircuitGraph, { ablated, restored }: EdgeChanges): string {
  const edge = graph.edges.find((one) => edgeName(one) === name && one.kind === "weight");
  if (edge === undefined) return "";
  const own = edge.kept ? "kept" : "pruned";
  const state = ablated.has(name) ? "ablated" : restored.has(name) ? "restored" : own;
  return `${edgeWords(edge)}, ${state}`;
}
