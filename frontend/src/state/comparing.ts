/**
 * What the Compare page shows, as a value that fits in its URL:
 * `/compare?checkpoints=a,b&tasks=x,y&target=0.15&size=nodes&mean=common&sort=name&open=a`, where
 * whatever is as by default is left out.
 */
import type { Order } from "./order";

export const SIZES = ["induced_edges", "kept_edges", "nodes"] as const;
export type CountedSize = (typeof SIZES)[number];

export const MEANS = ["own", "common"] as const;
/** Over the tasks that each checkpoint meets, or over those that all chosen ones meet. */
export type MeanOver = (typeof MEANS)[number];

export interface Comparing {
  /** Names; none for all. */
  readonly checkpoints: readonly string[];
  readonly tasks: readonly string[];
  /** Null for the usual one. */
  readonly target: number | null;
  readonly size: CountedSize;
  readonly mean: MeanOver;
  /** By `task` or by the name of a checkpoint. */
  readonly sort: Order<string>;
  /** The checkpoint whose circuits are listed. */
  readonly open: string | null;
}

export const BY_TASK = "task";

export const EVERYTHING: Comparing = {
  checkpoints: [],
  tasks: [],
  target: null,
  size: "induced_edges",
  mean: "own",
  sort: { by: "", descending: false },
  open: null,
};

/** Reads a query; whatever it does not understand is as by default. */
export function comparingFrom(query: string): Comparing {
  const params = new URLSearchParams(query);
  const names = (name: string): string[] =>
    (params.get(name) ?? "").split(",").filter((part) => part !== "");
  const target = Number(params.get("target"));
  const sort = params.get("sort") ?? "";
  return {
    checkpoints: names("checkpoints"),
    tasks: names("tasks"),
    target: target > 0 && Number.isFinite(target) ? target : null,
    size: SIZES.find((size) => size === params.get("size")) ?? EVERYTHING.size,
    mean: MEANS.find((mean) => mean === params.get("mean")) ?? EVERYTHING.mean,
    sort: { by: sort.replace(/^-/, ""), descending: sort.startsWith("-") },
    open: params.get("open") || null,
  };
}

/** The query of a state, without its `?`; commas stay readable. */
export function comparingQuery(state: Comparing): string {
  const params = new URLSearchParams(dataQuery(state));
  if (state.target !== null) params.set("target", String(state.target));
  if (state.mean !== EVERYTHING.mean) params.set("mean", state.mean);
  if (state.sort.by !== "") params.set("sort", `${state.sort.descending ? "-" : ""}${state.sort.by}`);
  if (state.open !== null) params.set("open", state.open);
  return params.toString().replaceAll("%2C", ",");
}

/** The part of the query that the server computes by: checkpoints, tasks, size. */
export function dataQuery(state: Comparing): string {
  const params = new URLSearchParams();
  if (state.checkpoints.length > 0) params.set("checkpoints", state.checkpoints.join(","));
  if (state.tasks.length > 0) params.set("tasks", state.tasks.join(","));
  if (state.size !== EVERYTHING.size) params.set("size", state.size);
  return params.toString().replaceAll("%2C", ",");
}

/** The choice after a click on one of all: none chosen means all, and the last one stays. */
export function toggled(
  chosen: readonly string[],
  all: readonly string[],
  name: string,
): readonly string[] {
  const now = chosen.length === 0 ? all : chosen;
  const next = now.includes(name)
    ? now.filter((each) => each !== name)
    : all.filter((each) => each === name || now.includes(each));
  if (next.length === 0) return chosen;
  return next.length === all.length ? [] : next;
}
