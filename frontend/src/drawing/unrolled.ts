/**
 * Places of a circuit unrolled over tokens: a column for each token, a row for each node, the tokens
 * at the bottom and the answers at the top, as in the drawing of the circuit. Above a head's
 * channels stands a row of its attention. Pixels from the top left; nothing here draws.
 */
import type { GraphNode } from "../api/types";
import type { Cell, Flow, Flows } from "../state/flows";
import { TOKENS, answerName, headName } from "../state/flows";
import { largest } from "./heat";
import { rowsOf } from "./rows";

export type RowKind = "answer" | "node" | "head";

export interface UnrolledRow {
  readonly kind: RowKind;
  /** Of a node, a head or an answer. */
  readonly name: string;
  readonly node: GraphNode | null;
  /** What the rows of one place in the model are, at the first of them. */
  readonly title: string;
  /** Room above it, in which lines run. */
  readonly above: number;
  readonly top: number;
}

export interface UnrolledLayout {
  readonly rows: readonly UnrolledRow[];
  readonly column: number;
  readonly names: number;
  readonly width: number;
  /** Down to the row of tokens. */
  readonly height: number;
}

export const ROW_HEIGHT = 24;
const SITE_GAP = 27;
const NODE_GAP = 3;
/** Lines between the same columns, side by side and at most so far from the middle. */
const BESIDE = 7;
const WIDEST = 16;
/** Above a head's attention, for its arcs. */
const HEAD_GAP = 46;
const TOP = 8;
const COLUMN = { least: 38, most: 76 } as const;
/** Columns so wide have room for a number. */
export const NUMBERS_FROM = 46;
const NAMES = { wide: 236, narrow: 146 } as const;
const NARROW_BELOW = 760;

/** Rows from the top down: answers, then nodes from the last layer to the first. */
export function layoutUnrolled(
  nodes: readonly GraphNode[],
  answers: number,
  length: number,
  room: number,
): UnrolledLayout {
  const names = room < NARROW_BELOW ? NAMES.narrow : NAMES.wide;
  const column = Math.max(COLUMN.least, Math.min(COLUMN.most, (room - names - 14) / length));
  const rows: UnrolledRow[] = [];
  let bottom = TOP;
  const put = (kind: RowKind, name: string, node: GraphNode | null, title: string, gap: number) => {
    const above = rows.length === 0 ? 16 : gap;
    rows.push({ kind, name, node, title, above, top: bottom + above });
    bottom += above + ROW_HEIGHT;
  };
  for (let place = 0; place < answers; place += 1) {
    put("answer", answerName(place), null, place === 0 ? "answers" : "", NODE_GAP);
  }
  for (const row of rowsOf(nodes).reverse()) {
    const title = `layer ${row.layer} ${row.label}`;
    withHeads(row.nodes).forEach(({ kind, name, node }, i) => {
      const gap = i === 0 ? SITE_GAP : NODE_GAP;
      put(kind, name, node, i === 0 ? title : "", kind === "head" ? HEAD_GAP : gap);
    });
  }
  return { rows, column, names, width: names + column * length, height: bottom + SITE_GAP };
}

/** Nodes of one place in the model; those of a head below the head, values first. */
function withHeads(
  nodes: readonly GraphNode[],
): { kind: "node" | "head"; name: string; node: GraphNode | null }[] {
  const order = { v: 0, k: 1, q: 2, read: 0, write: 0, neuron: 0 };
  const sorted = [...nodes].sort(
    (a, b) => (a.head ?? 0) - (b.head ?? 0) || order[a.kind] - order[b.kind] || a.index - b.index,
  );
  return sorted.flatMap((node, i) => {
    const own = { kind: "node" as const, name: node.id, node };
    if (node.head === null || sorted[i - 1]?.head === node.head) return [own];
    return [{ kind: "head" as const, name: headName(node.layer, node.head), node: null }, own];
  });
}

/** Nodes that are shown, and how many are not. */
export interface Shown {
  readonly nodes: readonly GraphNode[];
  /** Zero at every token, in the circuit and in the model. */
  readonly inactive: number;
  /** Active, but more than are shown at once. */
  readonly beyond: number;
}

/**
 * Chooses rows: those on the way to the answers first, then others that are active, in forward
 * order; at most so many. The selected one is always there.
 */
export function chooseRows(
  nodes: readonly GraphNode[],
  flows: Flows,
  most: number,
  all: boolean,
  selection: string | null,
): Shown {
  const active = nodes.filter(({ id }) => flows.isActive(id));
  const wanted = all ? nodes : nodes.filter(({ id }) => flows.isActive(id) || id === selection);
  const onTheWay = new Set(
    wanted.length > most ? flows.through(null).map(({ source }) => source.name) : [],
  );
  const rank = ({ id }: GraphNode): number => {
    if (id === selection) return 0;
    if (onTheWay.has(id)) return 1;
    return flows.isActive(id) ? 2 : 3;
  };
  const kept = new Set([...wanted].sort((a, b) => rank(a) - rank(b)).slice(0, most));
  return {
    nodes: nodes.filter((node) => kept.has(node)),
    inactive: all ? 0 : nodes.length - new Set([...active, ...wanted]).size,
    beyond: wanted.length - kept.size,
  };
}

/** A line to draw: an SVG path, how strong it is from 0 to 1, and which sign it has. */
export interface Line {
  readonly path: string;
  readonly strength: number;
  /** In pixels. */
  readonly width: number;
  readonly negative: boolean;
  readonly kind: Flow["kind"] | "attention";
}

/** Kinds that have no weight. */
const QUIET: ReadonlySet<Flow["kind"]> = new Set(["join", "token", "match"]);

/** Lines of flows between cells that are shown; each as strong as beside the largest into its cell. */
export function flowLines(flows: readonly Flow[], layout: UnrolledLayout): Line[] {
  const tops = new Map(layout.rows.map((row) => [row.name, row.top]));
  const largest = new Map<string, number>();
  const key = ({ target, kind }: Flow): string => `${kind === "match"}:${target.name}@${target.at}`;
  for (const flow of flows) {
    largest.set(key(flow), Math.max(largest.get(key(flow)) ?? 0, Math.abs(flow.amount)));
  }
  const beside = offsets(flows);
  return flows.flatMap((flow, i) => {
    const from = flow.source.name === TOKENS ? layout.height : tops.get(flow.source.name);
    const to = tops.get(flow.target.name);
    if (from === undefined || to === undefined) return [];
    const head = flow.head === null ? undefined : tops.get(flow.head);
    const path = between(
      { x: columnX(layout, flow.source.at) + (beside[i] ?? 0), y: from },
      { x: columnX(layout, flow.target.at) + (beside[i] ?? 0), y: to + ROW_HEIGHT },
      flow.kind === "match" ? undefined : head,
    );
    const strength = Math.abs(flow.amount) / (largest.get(key(flow)) ?? 1);
    const width = QUIET.has(flow.kind) ? 1.4 : 0.8 + 3.2 * strength;
    return [{ path, strength, width, negative: flow.amount < 0, kind: flow.kind }];
  });
}

/** How far lines that leave one cell, or that meet in one, run beside each other. */
function offsets(flows: readonly Flow[]): number[] {
  const count = (end: (flow: Flow) => string): ((flow: Flow) => { size: number; place: number }) => {
    const members = new Map<string, Flow[]>();
    for (const flow of flows) members.set(end(flow), [...(members.get(end(flow)) ?? []), flow]);
    return (flow) => {
      const all = members.get(end(flow)) ?? [];
      return { size: all.length, place: all.indexOf(flow) };
    };
  };
  const way = ({ source, target }: Flow): string => `${source.at}>${target.at}`;
  const out = count((flow) => `${flow.source.name}:${way(flow)}`);
  const into = count((flow) => `${flow.target.name}:${way(flow)}`);
  return flows.map((flow) => {
    const { size, place } = out(flow).size > 1 ? out(flow) : into(flow);
    return Math.max(-WIDEST, Math.min(WIDEST, BESIDE * (place - (size - 1) / 2)));
  });
}

/** A head's attention at a token: of this query to each key, or to this key of each later query. */
export type Seen = "query" | "key";

/** Attention between a token that is looked at and another; null where the one cannot see the other. */
export function attentionBetween(
  flows: Flows,
  head: string,
  seen: Seen,
  at: number,
  other: number,
): number | null {
  const [query, key] = seen === "query" ? [at, other] : [other, at];
  return key > query ? null : flows.attention(head, query, key);
}

/** Arcs of a head from keys to queries, those of one token, as wide as the attention is large. */
export function attentionArcs(
  flows: Flows,
  head: string,
  seen: Seen,
  at: number,
  layout: UnrolledLayout,
): Line[] {
  const row = layout.rows.find(({ name }) => name === head);
  if (row === undefined) return [];
  const others = Array.from({ length: flows.length }, (_, other) =>
    attentionBetween(flows, head, seen, at, other) ?? 0,
  );
  const most = largest(others);
  return others.flatMap((attended, other) => {
    const strength = most === 0 ? 0 : Math.abs(attended) / most;
    if (strength < 0.02) return [];
    const [from, to] = [Math.min(at, other), Math.max(at, other)];
    const path = arc(columnX(layout, from), columnX(layout, to), row.top, layout.column);
    const width = 0.8 + 5 * Math.abs(attended);
    return [{ path, strength, width, negative: attended < 0, kind: "attention" as const }];
  });
}

/** The middle of a column. */
export function columnX({ names, column }: UnrolledLayout, at: number): number {
  return names + (at + 0.5) * column;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** From the top of a cell to the bottom of a later one; from token to token above its head's row. */
function between(from: Point, to: Point, head: number | undefined): string {
  const at = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;
  if (from.x === to.x) return `M${at(from)}L${at(to)}`;
  const bend = { x: from.x, y: head ?? from.y };
  const middle = (bend.y + to.y) / 2;
  const curve = `C${round(bend.x)} ${round(middle)} ${round(to.x)} ${round(middle)} ${at(to)}`;
  return bend.y === from.y ? `M${at(from)}${curve}` : `M${at(from)}L${at(bend)}${curve}`;
}

/** From a key to a query, higher the further; a small loop where they are the same. */
function arc(from: number, to: number, y: number, column: number): string {
  const room = HEAD_GAP - 8;
  if (from === to) {
    const side = column / 5;
    return `M${round(from - side)} ${y}C${round(from - side)} ${y - 16} ${round(from + side)} ${y - 16} ${round(from + side)} ${y}`;
  }
  const height = Math.min(room, 12 + 5 * ((to - from) / column));
  const control = y - (4 / 3) * height;
  const lean = (to - from) / 4;
  return `M${round(from)} ${y}C${round(from + lean)} ${round(control)} ${round(to - lean)} ${round(control)} ${round(to)} ${y}`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** The cell an arrow key leads to; null where the key leads nowhere. */
export function nextCell(
  names: readonly string[],
  length: number,
  { name, at }: Cell,
  key: string,
): Cell | null {
  const row = names.indexOf(name);
  const to = (by: number): number => Math.max(0, Math.min(length - 1, at + by));
  const on = (by: number): string =>
    names[Math.max(0, Math.min(names.length - 1, row + by))] ?? name;
  switch (key) {
    case "ArrowLeft":
      return { name, at: to(-1) };
    case "ArrowRight":
      return { name, at: to(1) };
    case "ArrowUp":
      return { name: on(-1), at };
    case "ArrowDown":
      return { name: on(1), at };
    case "Home":
      return { name, at: 0 };
    case "End":
      return { name, at: length - 1 };
    default:
      return null;
  }
}
