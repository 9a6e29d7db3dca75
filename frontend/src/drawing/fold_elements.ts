/** Folded heads, layers and groups as elements of the drawing, with their summed edges. */
import type { ElementDefinition } from "cytoscape";

import { signed } from "../text/format";
import type { TextEnds } from "./ends";
import { endId } from "./ends";
import type { FoldEdge, Folding } from "./fold";
import { edgeWidth } from "./stylesheet";

const SHAPE = { width: 74, height: 40 } as const;
/** That of a group holds two lines of its label. */
const WIDE = { width: 112, height: 48 } as const;

export const foldId = (name: string): string => `fold:${name}`;

/** Elements that stand for others; empty where nothing is folded. */
export function foldElements(folding: Folding, ends: TextEnds): ElementDefinition[] {
  const names = new Set(folding.nodes.map(({ name }) => name));
  const drawn = (name: string): string => (names.has(name) ? foldId(name) : name);
  const most = folding.edges.reduce((so, { magnitude }) => Math.max(so, magnitude), 0);
  return [
    ...folding.nodes.map(({ name, label, at }) => {
      const kind = name.slice(0, name.indexOf(":"));
      return {
        group: "nodes" as const,
        data: { id: foldId(name), label, ...(kind === "group" ? WIDE : SHAPE) },
        position: { ...at },
        classes: `fold of-${kind}`,
      };
    }),
    ...folding.edges.map((edge) => ({
      group: "edges" as const,
      data: {
        id: `fold:${edge.kind}:${edge.source}>${edge.target}`,
        source: drawn(edge.source),
        target: drawn(edge.target),
        width: edge.weight === null ? 1 : edgeWidth(edge.magnitude, most),
        bow: 0,
      },
      classes: `fold ${lineOf(edge.kind, edge.weight)}`,
    })),
    ...endLines(folding, ends),
  ];
}

/** Summed edges are not asked about as single ones are: they are no `weight` to click. */
function lineOf(kind: FoldEdge["kind"], weight: number | null): string {
  if (weight === null) return kind;
  return `weight-sum ${weight < 0 ? "negative" : "positive"}`;
}

function endLines({ within }: Folding, ends: TextEnds): ElementDefinition[] {
  return (["tokens", "logits"] as const).flatMap((side) =>
    ends[side].flatMap((end) => {
      const name = within.get(end.node);
      if (name === undefined) return [];
      const text = endId(side, end);
      const [source, target] =
        side === "tokens" ? [text, foldId(name)] : [foldId(name), text];
      const id = `fold:line:${text}`;
      return [{ group: "edges" as const, data: { id, source, target }, classes: "fold end" }];
    }),
  );
}

/** A folded part, or an edge to or from one, in words; empty where the name is none of these. */
export function foldWords({ nodes, edges }: Folding, id: string): string {
  const node = nodes.find(({ name }) => foldId(name) === id);
  if (node) return `${node.title}, ${node.members.length} nodes drawn as one`;
  const edge = edges.find(({ kind, source, target }) => `fold:${kind}:${source}>${target}` === id);
  if (edge === undefined) return "";
  const sum = edge.weight === null ? "" : `, weights sum to ${signed(edge.weight)}`;
  return `${edge.source} to ${edge.target}, ${edge.count} as one${sum}`;
}
