/** What is done to several nodes at once: ways from one state of an exploration to the next. */
import type { Change, Exploration } from "./exploration";
import { setKept, toggle } from "./exploration";

export function ablate(nodes: Iterable<string>): Change {
  return (state) => setKept(state, nodes, () => false);
}

export function restore(nodes: Iterable<string>): Change {
  return (state) => setKept(state, nodes, () => true);
}

/** Keeps these nodes and ablates all others of the circuit. */
export function keepOnly(nodes: ReadonlySet<string>, circuit: Iterable<string>): Change {
  return (state) => setKept(state, circuit, (node) => nodes.has(node));
}

/** Ablates those of the nodes that are kept, and restores the others. */
export function invert(nodes: Iterable<string>): Change {
  return (state) => toggle(state, nodes);
}

/** Gives nodes a constant value at every position. */
export function setTo(nodes: Iterable<string>, constant: number): Change {
  return (state) => {
    const constants = new Map(state.constants);
    for (const node of nodes) constants.set(node, constant);
    return { ...free(state, nodes), constants, factors: without(state.factors, nodes) };
  };
}

/** Multiplies the values of nodes. */
export function rescale(nodes: Iterable<string>, factor: number): Change {
  return (state) => {
    const factors = new Map(state.factors);
    for (const node of nodes) factors.set(node, factor);
    return { ...free(state, nodes), factors, constants: without(state.constants, nodes) };
  };
}

/** Neither ablated nor restored by hand: what has a value of its own is neither. */
function free(state: Exploration, nodes: Iterable<string>): Exploration {
  const gone = new Set(nodes);
  const left = (names: ReadonlySet<string>): ReadonlySet<string> =>
    new Set([...names].filter((name) => !gone.has(name)));
  return { ...state, ablated: left(state.ablated), restored: left(state.restored) };
}

function without(
  numbers: ReadonlyMap<string, number>,
  nodes: Iterable<string>,
): ReadonlyMap<string, number> {
  const gone = new Set(nodes);
  return new Map([...numbers].filter(([name]) => !gone.has(name)));
}
