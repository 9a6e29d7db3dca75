/**
 * The state of an exploration: a value, not a session. What is drawn, what is asked of the model
 * and what the address bar holds all follow from it.
 *
 * A node is kept if it is in (base of the mode + restored) - ablated; the base is the circuit
 * (circuit alone), everything but the circuit (circuit ablated) or everything (whole model).
 * `ablated` and `restored` never overlap. A node with a value of the user's choice is kept, too.
 *
 * An edge is named by its ends, `source>target`. The circuit alone lacks its pruned edges, the other
 * modes have them; `ablatedEdges` and `restoredEdges` are what was changed by hand.
 */
import type { EvaluateRequest, Mode, Split, Value } from "../api/types";
import type { Look } from "./look";
import { PLAIN } from "./look";

export type View = "graph" | "tokens" | "table" | "node" | "sizes" | "report";

export interface Exploration {
  readonly slug: string;
  readonly mode: Mode;
  readonly value: Value;
  readonly ablated: ReadonlySet<string>;
  readonly restored: ReadonlySet<string>;
  readonly ablatedEdges: ReadonlySet<string>;
  readonly restoredEdges: ReadonlySet<string>;
  /** Nodes set to a value at every position. */
  readonly constants: ReadonlyMap<string, number>;
  /** Nodes whose value is multiplied. */
  readonly factors: ReadonlyMap<string, number>;
  readonly split: Split;
  readonly seed: number;
  /** Name of a node or of an edge. */
  readonly selection: string | null;
  /** Nodes that are chosen together, for what is done to several at once. */
  readonly chosen: ReadonlySet<string>;
  readonly view: View;
  readonly prompt: string;
  /** How the graph is drawn. */
  readonly look: Look;
  /** The story that is read, and where in it. */
  readonly story: Reading | null;
  /** Id of the saved state that was opened. */
  readonly saved: string | null;
}

export interface Reading {
  /** Target of the story without its prefix. */
  readonly id: string;
  /** The first is 1. */
  readonly step: number;
}

/** A way from one state to the next. */
export type Change = (state: Exploration) => Exploration;

export const VIEWS: readonly View[] = ["graph", "tokens", "table", "node", "sizes", "report"];
export const MODES: readonly Mode[] = ["circuit", "circuit_ablated", "model"];
export const VALUES: readonly Value[] = ["mean", "zero", "resample", "paired"];
export const SPLITS: readonly Split[] = ["test", "validation", "train"];

export const MODE_NAMES: Record<Mode, string> = {
  circuit: "circuit alone",
  circuit_ablated: "circuit ablated",
  model: "whole model",
};

export const VALUE_NAMES: Record<Value, string> = {
  mean: "mean",
  zero: "zero",
  resample: "resampled",
  paired: "paired",
};

const EMPTY: ReadonlySet<string> = new Set();
const NO_NUMBERS: ReadonlyMap<string, number> = new Map();

export function untouched(slug: string): Exploration {
  return {
    slug,
    mode: "circuit",
    value: "mean",
    ablated: EMPTY,
    restored: EMPTY,
    ablatedEdges: EMPTY,
    restoredEdges: EMPTY,
    constants: NO_NUMBERS,
    factors: NO_NUMBERS,
    split: "test",
    seed: 0,
    selection: null,
    chosen: EMPTY,
    view: "graph",
    prompt: "",
    look: PLAIN,
    story: null,
    saved: null,
  };
}

/** Selects a node or an edge; nothing else is chosen then. */
export function select(state: Exploration, selection: string | null): Exploration {
  const { look } = state;
  return { ...state, selection, look: look.cell === null ? look : { ...look, cell: null } };
}

/** Whether the mode itself keeps a node of the circuit. */
export function baseKeeps(mode: Mode): boolean {
  return mode !== "circuit_ablated";
}

/** Whether a node has a value of the user's choice. */
export function isOverridden(state: Exploration, node: string): boolean {
  return state.constants.has(node) || state.factors.has(node);
}

/** The values of the user's choice, short, by node. */
export function valuesInWords({ constants, factors }: Exploration): ReadonlyMap<string, string> {
  const words = (sign: string, numbers: ReadonlyMap<string, number>): [string, string][] =>
    [...numbers].map(([node, number]) => [node, `${sign} ${Number(number.toPrecision(3))}`]);
  return new Map([...words("=", constants), ...words("×", factors)]);
}

/** Whether a node of the circuit is kept. */
export function isKept(state: Exploration, node: string): boolean {
  if (isOverridden(state, node)) return true;
  return (baseKeeps(state.mode) || state.restored.has(node)) && !state.ablated.has(node);
}

/** Ablates kept nodes of the circuit, restores ablated ones: each by itself. */
export function toggle(state: Exploration, nodes: Iterable<string>): Exploration {
  return setKept(state, nodes, (node) => !isKept(state, node));
}

/** Keeps or ablates each node as told; none of them has a value of the user's choice any more. */
export function setKept(
  state: Exploration,
  nodes: Iterable<string>,
  keep: (node: string) => boolean,
): Exploration {
  const ablated = new Set(state.ablated);
  const restored = new Set(state.restored);
  const constants = new Map(state.constants);
  const factors = new Map(state.factors);
  for (const node of nodes) {
    for (const named of [ablated, restored, constants, factors]) named.delete(node);
    if (!keep(node) && baseKeeps(state.mode)) ablated.add(node);
    if (keep(node) && !baseKeeps(state.mode)) restored.add(node);
  }
  return { ...state, ablated, restored, constants, factors };
}

/** What tells one edge of the circuit from another, and whether the search pruned it. */
export interface EdgeEnds {
  readonly source: string;
  readonly target: string;
  readonly kept: boolean;
}

export function edgeName({ source, target }: Pick<EdgeEnds, "source" | "target">): string {
  return `${source}>${target}`;
}

/** Whether a name is an edge's. */
export function isEdgeName(name: string | null): name is string {
  return name?.includes(">") ?? false;
}

/** Whether the mode itself keeps an edge of the circuit. */
function baseKeepsEdge(mode: Mode, edge: EdgeEnds): boolean {
  return edge.kept || mode !== "circuit";
}

/** Whether an edge is kept, as far as it is up to the edge: its ends may be ablated. */
export function isEdgeKept(state: Exploration, edge: EdgeEnds): boolean {
  const name = edgeName(edge);
  const kept = baseKeepsEdge(state.mode, edge) || state.restoredEdges.has(name);
  return kept && !state.ablatedEdges.has(name);
}

/** Ablates a kept edge, restores one that is pruned or ablated. */
export function toggleEdge(state: Exploration, edge: EdgeEnds): Exploration {
  const name = edgeName(edge);
  const ablatedEdges = new Set(state.ablatedEdges);
  const restoredEdges = new Set(state.restoredEdges);
  const ablate = isEdgeKept(state, edge);
  const base = baseKeepsEdge(state.mode, edge);
  ablatedEdges.delete(name);
  restoredEdges.delete(name);
  if (ablate && base) ablatedEdges.add(name);
  if (!ablate && !base) restoredEdges.add(name);
  return { ...state, ablatedEdges, restoredEdges };
}

/** The base of the mode again: nothing ablated or restored by hand. */
export function reset(state: Exploration): Exploration {
  const edges = { ablatedEdges: EMPTY, restoredEdges: EMPTY };
  const values = { constants: NO_NUMBERS, factors: NO_NUMBERS };
  return { ...state, ablated: EMPTY, restored: EMPTY, ...edges, ...values };
}

export function isUntouched(state: Exploration): boolean {
  const { ablated, restored, ablatedEdges, restoredEdges, constants, factors } = state;
  const changed = [ablated, restored, ablatedEdges, restoredEdges, constants, factors];
  return changed.every((names) => names.size === 0);
}

/** What to ask the server on pairs or on a prompt. */
export function question(state: Exploration, prompt: string | null): EvaluateRequest {
  return { ...whatIf(state), references: true, prompt };
}

/** The intervention to ask about; names sorted, so that equal states ask equal questions. */
export function whatIf(state: Exploration) {
  return {
    mode: state.mode,
    value: state.value,
    ablated: [...state.ablated].sort(),
    restored: [...state.restored].sort(),
    ablated_edges: [...state.ablatedEdges].sort(),
    restored_edges: [...state.restoredEdges].sort(),
    constants: sortedNumbers(state.constants),
    factors: sortedNumbers(state.factors),
    split: state.split,
    seed: state.seed,
    ...(state.look.size === null ? {} : { size: state.look.size }),
  };
}

function sortedNumbers(numbers: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...numbers].sort(([a], [b]) => (a < b ? -1 : 1)));
}
