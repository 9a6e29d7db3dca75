/** What happened between two states, in words for the history. */
import type { Exploration } from "./exploration";
import { MODE_NAMES, VALUE_NAMES, isKept, isOverridden, isUntouched } from "./exploration";
import { describeLook } from "./look";

/** A step from one state to the next. */
export function describeStep(from: Exploration, to: Exploration): string {
  if (from.story?.id !== to.story?.id || from.story?.step !== to.story?.step) {
    return to.story === null ? "story left" : `story, step ${to.story.step}`;
  }
  if (from.saved !== null && to.saved === null) return "saved state left";
  if (from.mode !== to.mode) return `mode: ${MODE_NAMES[to.mode]}`;
  if (from.value !== to.value) return `ablate by ${VALUE_NAMES[to.value]}`;
  if (from.split !== to.split) return `${to.split} pairs`;
  if (from.seed !== to.seed) return `seed ${to.seed}`;
  if (from.view !== to.view) return `${to.view} view`;
  const look = describeLook(from.look, to.look);
  if (look !== null) return look;
  if (from.prompt !== to.prompt) return to.prompt === "" ? "prompt closed" : "prompt";
  if (isUntouched(to) && !isUntouched(from)) return "reset";
  const given = describeValues(from, to);
  if (given !== null) return given;
  const changed = difference(from, to);
  const first = changed[0];
  if (first === undefined) {
    if (from.selection !== to.selection && to.selection !== null) return `choose ${to.selection}`;
    return describeEdges(from, to);
  }
  const verb = isKept(to, first) ? "restore" : "ablate";
  return changed.length === 1 ? `${verb} ${first}` : `${verb} ${changed.length} nodes`;
}

/** Nodes that were set or rescaled; null if none were. */
function describeValues(from: Exploration, to: Exploration): string | null {
  const changed = (was: ReadonlyMap<string, number>, is: ReadonlyMap<string, number>) =>
    [...is].filter(([node, number]) => was.get(node) !== number);
  const set = changed(from.constants, to.constants);
  const scaled = changed(from.factors, to.factors);
  const [first] = [...set, ...scaled];
  if (first === undefined) return describeCleared(from, to);
  const verb = set.length > 0 ? "set" : "rescale";
  const how = set.length > 0 ? "to" : "by";
  const count = set.length + scaled.length;
  return `${verb} ${count === 1 ? first[0] : `${count} nodes`} ${how} ${first[1]}`;
}

/** Nodes that have their own value again; null if none have. */
function describeCleared(from: Exploration, to: Exploration): string | null {
  const cleared = [...from.constants.keys(), ...from.factors.keys()].filter(
    (node) => !isOverridden(to, node) && isKept(to, node),
  );
  if (cleared.length === 0) return null;
  return `own value of ${cleared.length === 1 ? cleared[0] : `${cleared.length} nodes`}`;
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
  const values = [...from.constants.keys(), ...from.factors.keys()];
  const named = new Set([
    ...[...from.ablated, ...from.restored, ...to.ablated, ...to.restored],
    ...values,
  ]);
  return [...named].filter((node) => isKept(from, node) !== isKept(to, node));
}
