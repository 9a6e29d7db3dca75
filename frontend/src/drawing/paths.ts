/**
 * What a node is reached from and what it reaches: along kept edges, joins of a residual channel, and
 * from queries and keys through their head's attention to what its values write.
 */
import type { GraphEdge, GraphNode } from "../api/types";
import { isEdgeName } from "../state/exploration";

export interface PathSets {
  /** The node and all that lead to it. */
  readonly up: ReadonlySet<string>;
  /** The node and all that it leads to. */
  readonly down: ReadonlySet<string>;
}

type Arcs = ReadonlyMap<string, readonly string[]>;

export class Paths {
  readonly #forward = new Map<string, string[]>();
  readonly #backward = new Map<string, string[]>();

  constructor(nodes: readonly GraphNode[], edges: readonly GraphEdge[]) {
    const headOf = new Map(nodes.map((node) => [node.id, `${node.layer}.${node.head}`]));
    const writes = new Map<string, Set<string>>();
    for (const { source, target, kind, kept } of edges) {
      if (kind === "qk" || !kept) continue;
      this.#join(source, target);
      if (isOf(source, "v")) {
        const head = headOf.get(source) ?? "";
        writes.set(head, (writes.get(head) ?? new Set()).add(target));
      }
    }
    for (const { id, layer, head, kind } of nodes) {
      if (kind !== "q" && kind !== "k") continue;
      for (const write of writes.get(`${layer}.${head}`) ?? []) this.#join(id, write);
    }
  }

  #join(source: string, target: string): void {
    push(this.#forward, source, target);
    push(this.#backward, target, source);
  }

  /** Around a node, or around both ends of an edge. */
  around(name: string): PathSets {
    const [source = name, target = name] = isEdgeName(name) ? name.split(">") : [name, name];
    return { up: reach(this.#backward, source), down: reach(this.#forward, target) };
  }
}

/** Whether a line is on a path: both its ends lead to the node, or are reached from it. */
export function onPath({ up, down }: PathSets, source: string, target: string): boolean {
  const both = (side: ReadonlySet<string>): boolean => side.has(source) && side.has(target);
  return both(up) || both(down);
}

const isOf = (node: string, kind: string): boolean => node.includes(`.attn.${kind}.`);

function push(arcs: Map<string, string[]>, from: string, to: string): void {
  const there = arcs.get(from);
  if (there) there.push(to);
  else arcs.set(from, [to]);
}

function reach(arcs: Arcs, start: string): ReadonlySet<string> {
  const seen = new Set([start]);
  const waiting = [start];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const next of arcs.get(node) ?? []) {
      if (!seen.has(next)) waiting.push(next);
      seen.add(next);
    }
  }
  return seen;
}
