/**
 * The exploration as a URL and back: `/circuits/<slug>?mode=...&value=...&ablated=a,b&...`, where
 * whatever is as by default is left out.
 *
 * A state too long for a request line goes behind `#` instead, where it stays in the browser. The
 * Share button keeps a state on the server, with its numbers, and copies `?s=<id>`. The part after
 * `?` or `#`, and what the server keeps under an id, are the same text.
 *
 * `?s=<id>` alone is a state as it was saved, `?story=<id>&step=<n>` a step of a story as it is
 * written. Where the page was changed since, the state follows, and always with its mode.
 */
import type { Exploration, Reading } from "./exploration";
import { lookFromParams, lookToParams } from "./look";
import { MODES, SPLITS, VALUES, VIEWS, untouched } from "./exploration";

/** Longest path and query that go into a request line. */
export const LONGEST_URL = 1800;

const STORY_PARAMS = ["story", "step"];

export function toParams(state: Exploration): URLSearchParams {
  const plain = untouched(state.slug);
  const params = new URLSearchParams();
  if (state.story !== null) {
    params.set("story", state.story.id);
    params.set("step", String(state.story.step));
  }
  if (state.saved !== null) params.set("s", state.saved);
  const follows = state.story !== null || state.saved !== null;
  if (state.mode !== plain.mode || follows) params.set("mode", state.mode);
  if (state.value !== plain.value) params.set("value", state.value);
  const list = (name: string, names: ReadonlySet<string>): void => {
    if (names.size > 0) params.set(name, [...names].sort().join(","));
  };
  list("ablated", state.ablated);
  list("restored", state.restored);
  list("ablated_edges", state.ablatedEdges);
  list("restored_edges", state.restoredEdges);
  list("constants", new Set(written(state.constants)));
  list("factors", new Set(written(state.factors)));
  if (state.split !== plain.split) params.set("split", state.split);
  if (state.seed !== plain.seed) params.set("seed", String(state.seed));
  if (state.view !== plain.view) params.set("view", state.view);
  if (state.selection !== null) params.set("select", state.selection);
  list("chosen", state.chosen);
  if (state.prompt !== "") params.set("prompt", state.prompt);
  lookToParams(state.look, params);
  return params;
}

/** Reads a state; whatever it does not understand is as by default. */
export function fromParams(slug: string, params: URLSearchParams): Exploration {
  const plain = untouched(slug);
  const [ablated, restored] = apart(params, "ablated", "restored");
  const [ablatedEdges, restoredEdges] = apart(params, "ablated_edges", "restored_edges");
  return {
    slug,
    mode: oneOf(MODES, params.get("mode")) ?? plain.mode,
    value: oneOf(VALUES, params.get("value")) ?? plain.value,
    ablated,
    restored,
    ablatedEdges,
    restoredEdges,
    ...overrides(params, new Set([...ablated, ...restored])),
    split: oneOf(SPLITS, params.get("split")) ?? plain.split,
    seed: wholeNumber(params.get("seed")) ?? plain.seed,
    selection: params.get("select") || null,
    chosen: names(params.get("chosen")),
    view: oneOf(VIEWS, params.get("view")) ?? plain.view,
    prompt: params.get("prompt") ?? "",
    look: lookFromParams(params),
    story: reading(params),
    saved: params.get("s") || null,
  };
}

/** The state as text: the query without its `?`. Commas and colons stay readable. */
export function toText(state: Exploration): string {
  return toParams(state).toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
}

export function pathOf(slug: string): string {
  return `/circuits/${slug}`;
}

/** Path with the state behind `?`, or behind `#` when that would be too long. */
export function toUrl(state: Exploration): string {
  const text = toText(state);
  const path = pathOf(state.slug);
  if (text === "") return path;
  return `${path}${isLong(state) ? "#" : "?"}${text}`;
}

export function isLong(state: Exploration): boolean {
  return pathOf(state.slug).length + 1 + toText(state).length > LONGEST_URL;
}

export type Place =
  | { readonly state: Exploration }
  | { readonly saved: string }
  | { readonly story: Reading };

/** A place in the address bar: a state, the id of one that the server keeps, a story's step. */
export function fromLocation(slug: string, location: { search: string; hash: string }): Place {
  const text = location.hash.length > 1 ? location.hash.slice(1) : location.search;
  const params = new URLSearchParams(text);
  const only = (names: readonly string[]): boolean =>
    [...params.keys()].every((name) => names.includes(name));
  const saved = params.get("s");
  if (saved && only(["s"])) return { saved };
  const story = reading(params);
  if (story !== null && only(STORY_PARAMS)) return { story };
  return { state: fromParams(slug, params) };
}

/** The address of a story's step, as it is written. */
export function stepUrl(slug: string, story: Reading): string {
  return `${pathOf(slug)}?story=${story.id}&step=${story.step}`;
}

function reading(params: URLSearchParams): Reading | null {
  const id = params.get("story");
  if (!id) return null;
  return { id, step: Math.max(1, wholeNumber(params.get("step")) ?? 1) };
}

/** Two lists of names; what is in the first is not in the second. */
function apart(params: URLSearchParams, one: string, other: string): [Set<string>, Set<string>] {
  const first = names(params.get(one));
  return [first, new Set([...names(params.get(other))].filter((name) => !first.has(name)))];
}

/** `node:number` for each. */
function written(numbers: ReadonlyMap<string, number>): string[] {
  return [...numbers].map(([name, number]) => `${name}:${number}`);
}

/** Nodes that are set and nodes that are rescaled, each one thing only. */
function overrides(
  params: URLSearchParams,
  taken: ReadonlySet<string>,
): Pick<Exploration, "constants" | "factors"> {
  const read = (field: string, without: (name: string) => boolean): Map<string, number> => {
    const found = new Map<string, number>();
    for (const item of names(params.get(field))) {
      const [, name, text] = /^([^:]+):(-?[\d.e+-]+)$/i.exec(item) ?? [];
      const number = Number(text);
      if (name !== undefined && Number.isFinite(number) && !without(name)) found.set(name, number);
    }
    return found;
  };
  const constants = read("constants", (name) => taken.has(name));
  return { constants, factors: read("factors", (name) => taken.has(name) || constants.has(name)) };
}

function names(text: string | null): Set<string> {
  return new Set((text ?? "").split(",").filter((name) => name !== ""));
}

function oneOf<T extends string>(choices: readonly T[], text: string | null): T | undefined {
  return choices.find((choice) => choice === text);
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
