/**
 * Heads, layers and groups drawn as one node each: edges between the same two ends become one, its
 * weight the sum. Nothing else moves: the node stands in the middle of what it stands for.
 */
import type { CircuitGraph, GraphNode } from "../api/types";
import { foldName } from "../state/look";
import { plural } from "../text/format";
import { wrapped } from "./words";
import type { Point } from "./layout";

/** Signs a line of a group's label. */
const SIGNS = 19;
/** How near another node may be to the middle of a group that is drawn there. */
const ROOM = { x: 80, y: 40 } as const;

export interface FoldNode {
  readonly name: string;
  /** What it is called, at length. */
  readonly title: string;
  readonly label: string;
  readonly at: Point;
  readonly members: readonly string[];
}

export interface FoldEdge {
  readonly source: string;
  readonly target: string;
  /** Sum of the weights; null of a line that has none. */
  readonly weight: number | null;
  /** Sum of their magnitudes. */
  readonly magnitude: number;
  readonly count: number;
  readonly kind: "weight" | "join" | "qk";
}

export interface Folding {
  readonly nodes: readonly FoldNode[];
  readonly edges: readonly FoldEdge[];
  /** What a node is drawn as part of, by node. */
  readonly within: ReadonlyMap<string, string>;
  /** Sums that are too weak to be among `edges`. */
  readonly left: number;
}

export const NO_FOLDING: Folding = { nodes: [], edges: [], within: new Map(), left: 0 };

/** Sums of one kind; more are no picture of anything, and slow to draw. */
const MOST_SUMS = 300;

export const headName = ({ layer, head }: Pick<GraphNode, "layer" | "head">): string =>
  `head:${layer}.${head}`;
export const layerName = ({ layer }: Pick<GraphNode, "layer">): string => `layer:${layer}`;

/** Everything of a circuit that can be folded: each layer, followed by its heads. */
export function foldable(nodes: readonly GraphNode[]): readonly string[] {
  const sorted = [...nodes].sort((a, b) => a.layer - b.layer || (a.head ?? -1) - (b.head ?? -1));
  const names = sorted.flatMap((node) =>
    node.head === null ? [layerName(node)] : [layerName(node), headName(node)],
  );
  return [...new Set(names)];
}

/** A named group of nodes, as far as folding goes. */
export interface Group {
  readonly target: string;
  readonly label: string;
  readonly members: readonly string[];
}

/**
 * What a node is drawn as part of; null where it is drawn itself. A layer takes its heads and its
 * nodes of groups along, a group its nodes of heads; of two groups, the first.
 */
export function foldOf(
  node: GraphNode,
  folded: ReadonlySet<string>,
  groups: readonly Group[] = [],
): string | null {
  if (folded.has(layerName(node))) return layerName(node);
  const group = groups.find(
    ({ target, members }) => folded.has(target) && members.includes(node.id),
  );
  if (group !== undefined) return group.target;
  return node.head !== null && folded.has(headName(node)) ? headName(node) : null;
}

/**
 * @param graph what is drawn
 * @param places of its nodes
 * @param folded names of heads, layers and groups
 * @param weak names of edges that are not shown
 * @param groups of the circuit
 */
export function fold(
  graph: Pick<CircuitGraph, "nodes" | "edges">,
  places: ReadonlyMap<string, Point>,
  folded: ReadonlySet<string>,
  weak: ReadonlySet<string>,
  groups: readonly Group[] = [],
): Folding {
  const members = new Map<string, string[]>();
  const within = new Map<string, string>();
  for (const node of graph.nodes) {
    const name = foldOf(node, folded, groups);
    if (name === null) continue;
    within.set(node.id, name);
    members.set(name, [...(members.get(name) ?? []), node.id]);
  }
  if (members.size === 0) return NO_FOLDING;
  const nodes = [...members].map(([name, inside]) => {
    const group = groups.find(({ target }) => target === name);
    const title = group?.label ?? foldName(name);
    const short = group ? wrapped(title, SIGNS, 2) : title.replace(/ of layer \d+$/, "");
    return {
      name,
      title,
      label: `${short}\n${plural(inside.length, "node")}`,
      at: group ? placeOf(inside, places) : middle(inside, places),
      members: inside,
    };
  });
  const sums = summed(graph.edges, within, weak);
  const strongest = (["weight", "join", "qk"] as const).flatMap((kind) =>
    sums
      .filter((sum) => sum.kind === kind)
      .sort((a, b) => b.magnitude - a.magnitude)
      .slice(0, MOST_SUMS),
  );
  const drawn = new Set(strongest);
  const edges = sums.filter((sum) => drawn.has(sum));
  return { nodes, edges, within, left: sums.length - edges.length };
}

function middle(members: readonly string[], places: ReadonlyMap<string, Point>): Point {
  const points = members.map((node) => places.get(node) ?? { x: 0, y: 0 });
  const half = (values: readonly number[]): number =>
    (values.reduce((a, b) => Math.min(a, b), Infinity) +
      values.reduce((a, b) => Math.max(a, b), -Infinity)) /
    2;
  return { x: half(points.map(({ x }) => x)), y: half(points.map(({ y }) => y)) };
}

/** The middle of some nodes if no other is there; else the place of the one nearest to it. */
function placeOf(members: readonly string[], places: ReadonlyMap<string, Point>): Point {
  const { x, y } = middle(members, places);
  const inside = new Set(members);
  const isTaken = [...places].some(
    ([node, at]) =>
      !inside.has(node) && Math.abs(at.x - x) < ROOM.x && Math.abs(at.y - y) < ROOM.y,
  );
  if (!isTaken) return { x, y };
  const away = (at: Point): number => Math.hypot(at.x - x, at.y - y);
  const points = members.flatMap((node) => places.get(node) ?? []);
  return points.reduce((best, at) => (away(at) < away(best) ? at : best), points[0] ?? { x, y });
}

function summed(
  edges: CircuitGraph["edges"],
  within: ReadonlyMap<string, string>,
  weak: ReadonlySet<string>,
): FoldEdge[] {
  const sums = new Map<string, FoldEdge>();
  for (const edge of edges) {
    if (!within.has(edge.source) && !within.has(edge.target)) continue;
    if (!edge.kept || weak.has(`${edge.source}>${edge.target}`)) continue;
    const source = within.get(edge.source) ?? edge.source;
    const target = within.get(edge.target) ?? edge.target;
    if (source === target) continue;
    const key = `${edge.kind} ${source} ${target}`;
    const before = sums.get(key);
    sums.set(key, {
      source,
      target,
      kind: edge.kind,
      weight: edge.weight === null ? null : (before?.weight ?? 0) + edge.weight,
      magnitude: (before?.magnitude ?? 0) + Math.abs(edge.weight ?? 0),
      count: (before?.count ?? 0) + 1,
    });
  }
  return [...sums.values()];
}
