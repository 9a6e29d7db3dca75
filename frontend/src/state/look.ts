/**
 * How the graph is looked at: what its nodes are coloured by, which edges are too weak to be shown,
 * which heads, layers and groups are drawn as one, and which size on the search's path. It changes no number
 * but by the size.
 */

export type Colour = "kind" | "sign" | "effect" | "activation" | "inclusion";
export type By = "weight" | "effect";
/** Where an activation is taken from. */
export type Inside = "circuit" | "model";
/** What the circuit unrolled over tokens shows: what the page asks about, the whole model, or the first less the second. */
export type Side = "now" | "model" | "difference";

export interface Look {
  readonly colour: Colour;
  /** The token whose activations are shown; the last one where there is no position. */
  readonly pair: number;
  readonly second: boolean;
  readonly position: number | null;
  readonly inside: Inside;
  readonly side: Side;
  /** Edges below this share of the largest magnitude are hidden. */
  readonly least: number;
  readonly by: By;
  /** Flows between tokens below this share of the largest are hidden. */
  readonly flow: number;
  /** The head or answer whose cell is chosen, as `0.attn.head.5` or `answer:0`; a node's is selected. */
  readonly cell: string | null;
  /** Names of heads, layers and groups, as `head:1.3`, `layer:0` and `group:` with its number. */
  readonly folded: ReadonlySet<string>;
  /** Nodes of another size on the path; null: the circuit itself. */
  readonly size: number | null;
}

export const COLOURS: readonly Colour[] = ["kind", "sign", "effect", "activation", "inclusion"];
export const COLOUR_NAMES: Record<Colour, string> = {
  kind: "kind of node",
  sign: "sign of weights",
  effect: "effect of ablating",
  activation: "activation",
  inclusion: "inclusion over seeds",
};
export const SIDES: readonly Side[] = ["now", "model", "difference"];
const BYS: readonly By[] = ["weight", "effect"];
const CELL = /^(\d+\.attn\.head\.\d+|answer:\d+)$/;
const FOLDED = /^(head:\d+\.\d+|layer:\d+|group:[a-z0-9-]{1,40})$/;

export const PLAIN: Look = {
  colour: "kind",
  pair: 0,
  second: false,
  position: null,
  inside: "circuit",
  side: "now",
  least: 0,
  by: "weight",
  flow: 0,
  cell: null,
  folded: new Set(),
  size: null,
};

export function fold(look: Look, names: Iterable<string>, folded: boolean): Look {
  const next = new Set(look.folded);
  for (const name of names) {
    if (folded) next.add(name);
    else next.delete(name);
  }
  return { ...look, folded: next };
}

/** Writes what is not plain. */
export function lookToParams(look: Look, params: URLSearchParams): void {
  const put = (name: string, value: string | number | null, plain: string | number | null): void => {
    if (value !== plain && value !== null) params.set(name, String(value));
  };
  put("colour", look.colour, PLAIN.colour);
  put("pair", look.pair, PLAIN.pair);
  if (look.second) params.set("second", "1");
  put("token", look.position, null);
  put("inside", look.inside, PLAIN.inside);
  put("side", look.side, PLAIN.side);
  put("least", look.least, PLAIN.least);
  put("by", look.by, PLAIN.by);
  put("flow", look.flow, PLAIN.flow);
  put("cell", look.cell, null);
  if (look.folded.size > 0) params.set("folded", [...look.folded].sort().join(","));
  put("size", look.size, null);
}

/** Reads a look; whatever it does not understand is plain. */
export function lookFromParams(params: URLSearchParams): Look {
  const whole = (name: string): number | null => {
    const text = params.get(name) ?? "";
    return /^\d{1,9}$/.test(text) ? Number(text) : null;
  };
  const share = (name: string): number => {
    const found = Number(params.get(name) ?? 0);
    return found > 0 && found <= 1 ? found : 0;
  };
  const cell = params.get("cell") ?? "";
  const size = whole("size");
  return {
    colour: COLOURS.find((one) => one === params.get("colour")) ?? PLAIN.colour,
    pair: whole("pair") ?? PLAIN.pair,
    second: params.get("second") === "1",
    position: whole("token"),
    inside: params.get("inside") === "model" ? "model" : "circuit",
    side: SIDES.find((one) => one === params.get("side")) ?? PLAIN.side,
    least: share("least"),
    by: BYS.find((one) => one === params.get("by")) ?? PLAIN.by,
    flow: share("flow"),
    cell: CELL.test(cell) ? cell : null,
    folded: new Set((params.get("folded") ?? "").split(",").filter((name) => FOLDED.test(name))),
    size: size === 0 ? null : size,
  };
}

/** A step from one look to the next, in words for the history; null where nothing changed. */
export function describeLook(from: Look, to: Look): string | null {
  if (from === to) return null;
  if (from.size !== to.size) return to.size === null ? "the circuit's own size" : `size ${to.size}`;
  if (from.colour !== to.colour) return `colour by ${COLOUR_NAMES[to.colour]}`;
  if (from.least !== to.least || from.by !== to.by) return `threshold by ${to.by}`;
  if (from.flow !== to.flow) return "tokens: threshold";
  const changed = [...new Set([...from.folded, ...to.folded])].filter(
    (name) => from.folded.has(name) !== to.folded.has(name),
  );
  if (changed.length > 0) {
    const verb = to.folded.size > from.folded.size ? "fold" : "unfold";
    return changed.length === 1 ? `${verb} ${foldName(changed[0] ?? "")}` : `${verb} ${changed.length} parts`;
  }
  if (from.side !== to.side) return `tokens: ${to.side}`;
  const token = [from.pair !== to.pair, from.second !== to.second, from.position !== to.position];
  return token.some(Boolean) || from.inside !== to.inside ? "another token" : null;
}

/** `head:1.3` as "head 3 of layer 1"; the label of a group is with its words. */
export function foldName(name: string): string {
  const [kind, place = ""] = name.split(":");
  if (kind === "group") return "a group";
  const [layer, head] = place.split(".");
  return kind === "head" ? `head ${head} of layer ${layer}` : `layer ${layer}`;
}
