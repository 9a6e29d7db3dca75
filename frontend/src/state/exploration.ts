/**
 * The state of an exploration: a value, not a session. What is drawn, what is asked of the model
 * and what the address bar holds all follow from it.
 *
 * A node is kept if it is in (base of the mode + restored) - ablated; the base is the circuit
 * (circuit alone), everything but the circuit (circuit ablated) or everything (whole model).
 * `ablated` and `restored` never overlap.
 *
 * An edge is named by its ends, `source>target`. The circuit alone lacks its pruned edges, the other
 * modes have them; `ablatedEdges` and `restoredEdges` are what was changed by hand.
 */
import type { EvaluateRequest, Mode, Split, Value } from "../api/types";

export type View = "graph" | "table" | "node" | "sizes" | "report";

export interface Exploration {
  readonly slug: string;
  readonly mode: Mode;
  readonly value: Value;
  readonly ablated: ReadonlySet<string>;
  readonly restored: ReadonlySet<string>;
  readonly ablatedEdges: ReadonlySet<string>;
  readonly restoredEdges: ReadonlySet<string>;
  readonly split: Split;
  readonly seed: number;
  /** Name of a node or of an edge. */
  readonly selection: string | null;
  readonly view: View;
  readonly prompt: string;
}

/** A way from one state to the next. */
export type Change = (state: Exploration) => Exploration;

export const VIEWS: readonly View[] = ["graph", "table", "node", "sizes", "report"];
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

export function untouched(slug: string): Exploration {
  return {
    slug,
    mode: "circuit",
    value: "mean",
    ablated: EMPTY,
    restored: EMPTY,
    ablatedEdges: EMPTY,
    restoredEdges: EMPTY,
    split: "test",
    seed: 0,
    selection: null,
    view: "graph",
    prompt: "",
  };
}

/** Whether the mode itself keeps a node of the circuit. */
export function baseKeeps(mode: Mode): boolean {
  return mode !== "circuit_ablated";
}

/** Whether a node of the circuit is kept. */
export function isKept(state: Exploration, node: string): boolean {
  return (baseKeeps(state.mode) || state.restored.has(node)) && !state.ablated.has(node);
}

/** Ablates kept nodes of the circuit, restores ablated ones: each by itself. */
export function toggle(state: Exploration, nodes: Iterable<string>): Exploration {
  const ablated = new Set(state.ablated);
  const restored = new Set(state.restored);
  for (const node of nodes) {
    const ablate = isKept(state, node);
    ablated.delete(node);
    restored.delete(node);
    if (ablate && baseKeeps(state.mode)) ablated.add(node);
    if (!ablate && !baseKeeps(state.mode)) restored.add(node);
  }
  return { ...state, ablated, restored };
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
  return { ...state, ablated: EMPTY, restored: EMPTY, ...edges };
}

export function isUntouched(state: Exploration): boolean {
  const { ablated, restored, ablatedEdges, restoredEdges } = state;
  return [ablated, restored, ablatedEdges, restoredEdges].every((names) => names.size === 0);
}

/** What to ask the server; names sorted, so that equal states ask equal questions. */
export function question(state: Exploration, prompt: string | null): EvaluateRequest {
  return {
    mode: state.mode,
    value: state.value,
    ablated: [...state.ablated].sort(),
    restored: [...state.restored].sort(),
    ablated_edges: [...state.ablatedEdges].sort(),
    restored_edges: [...state.restoredEdges].sort(),
    split: state.split,
    seed: state.seed,
    references: true,
    prompt,
  };
}

/** A step from one state to the next, in words for the history. */
export function describeStep(from: Exploration, to: Exploration): string {
  if (from.mode !== to.mode) return `mode: ${MODE_NAMES[to.mode]}`;
  if (from.value !== to.value) return `ablate by ${VALUE_NAMES[to.value]}`;
  if (from.split !== to.split) return `${to.split} pairs`;
  if (from.seed !== to.seed) return `seed ${to.seed}`;
  if (from.view !== to.view) return `${to.view} view`;
  if (from.prompt !== to.prompt) return to.prompt === "" ? "prompt closed" : "prompt";
  if (isUntouched(to) && !isUntouched(from)) return "reset";
  const changed = difference(from, to);
  const first = changed[0];
  if (first === undefined) {
    if (from.selection !== to.selection && to.selection !== null) return `choose ${to.selection}`;
    return describeEdges(from, to);
  }
  const verb = isKept(to, first) ? "restore" : "ablate";
  return changed.length === 1 ? `${verb} ${first}` : `${verb} ${changed.length} nodes`;
}

function describeEdges(from: Exploration, to: Exploration): string {
  const added = (a: ReadonlySet<string>, b: ReadonlySet<string>): string[] =>
    [...b].filter((name) => !a.has(name));
  const ablated = [
    ...added(from.ablatedEdges, to.ablatedEdges),
    ...added(to.restoredEdges, from.restoredEdges),
  ];
  const restored = [
    ...added(from.restoredEdges, to.restoredEdges),
    ...added(to.ablatedEdges, from.ablatedEdges),
  ];
  const verb = ablated.length > 0 ? "ablate" : "restore";
  const [first, ...others] = [...ablated, ...restored];
  if (first === undefined) return "no change";
  return others.length === 0 ? `${verb} ${first}` : `${verb} ${others.length + 1} edges`;
}

function difference(from: Exploration, to: Exploration): string[] {
  const named = new Set([...from.ablated, ...from.restored, ...to.ablated, ...to.restored]);
  return [...named].filter((node) => isKept(from, node) !== isKept(to, node));
}
