/** What a key does in the drawing, from what is drawn and selected. */
import type { CircuitGraph } from "../api/types";
import { isEdgeName } from "../state/exploration";
import type { Group } from "./fold";
import { headName, layerName } from "./fold";
import type { Layout } from "./layout";
import type { Direction } from "./neighbours";
import { edgeOf, step, stepFromEdge } from "./neighbours";

const ARROWS: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

export type Action =
  | { readonly do: "select" | "choose" | "toggle" | "fold"; readonly name: string }
  | { readonly do: "follow" };

export interface Situation {
  readonly graph: Pick<CircuitGraph, "nodes" | "edges">;
  readonly layout: Layout;
  readonly selection: string | null;
  readonly folded: ReadonlySet<string>;
  readonly groups: readonly Group[];
}

export type Pressed = Pick<
  KeyboardEvent,
  "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey"
>;

/** Null: the key does nothing here. */
export function actionOf(pressed: Pressed, now: Situation): Action | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  const { selection } = now;
  const direction = ARROWS[pressed.key];
  if (direction !== undefined) return named("select", stepped(direction, now));
  switch (pressed.key.toLowerCase()) {
    case "p":
      return { do: "follow" };
    case "e":
      return named("select", edgeOf(now.graph.edges, selection));
    case "c":
      return named("choose", isEdgeName(selection) ? null : selection);
    case "o":
      return named("fold", partAround(now, pressed.shiftKey));
    case "g":
      return named("fold", groupAround(now));
    case "enter":
    case " ":
      return named("toggle", selection);
    default:
      return null;
  }
}

function named(what: "select" | "choose" | "toggle" | "fold", name: string | null): Action | null {
  return name === null ? null : { do: what, name };
}

function stepped(direction: Direction, { graph, layout, selection }: Situation): string | null {
  return isEdgeName(selection)
    ? stepFromEdge(graph.edges, selection, direction)
    : step(layout, selection, direction);
}

/** The head of the selected node, or its layer; the layer too where that is folded. */
function partAround({ graph, selection, folded }: Situation, wholeLayer: boolean): string | null {
  const node = graph.nodes.find((one) => one.id === selection);
  if (node === undefined) return null;
  const layer = layerName(node);
  return !wholeLayer && node.head !== null && !folded.has(layer) ? headName(node) : layer;
}

function groupAround({ groups, selection }: Situation): string | null {
  const group = groups.find(({ members }) => selection !== null && members.includes(selection));
  return group?.target ?? null;
}
