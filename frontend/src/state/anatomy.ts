/** What a checkpoint is made of, made ready to draw; and which channel or token its page shows. */
import type { DegreeDistribution, TrainingCurve } from "../api/types";

/** Curves that share an axis. */
export interface Panel {
  readonly title: string;
  readonly logarithmic: boolean;
  readonly curves: readonly TrainingCurve[];
}

const PANELS = [
  { kind: "loss", title: "loss, nats a token", logarithmic: false },
  { kind: "nonzero", title: "nonzero weights", logarithmic: true },
  { kind: "rate", title: "learning rate", logarithmic: false },
  { kind: "alive", title: "alive neurons", logarithmic: false },
] as const;

/** The panels of a log, and one for a further column if it is chosen. */
export function panelsOf(curves: readonly TrainingCurve[], further: string): Panel[] {
  const panels: Panel[] = PANELS.map(({ kind, title, logarithmic }) => ({
    title,
    logarithmic,
    curves: curves.filter((curve) => curve.kind === kind),
  }));
  const other = curves.filter((curve) => curve.kind === "other" && curve.name === further);
  return [...panels, { title: further, logarithmic: false, curves: other }].filter(
    (panel) => panel.curves.length > 0,
  );
}

/** A column of a log as the pages write it. */
export function curveName(name: string): string {
  return name.replaceAll("_", " ");
}

/** 1, 2 and 5 times powers of ten around the values above 0, for a logarithmic axis. */
export function digitTicks(values: readonly number[]): number[] {
  const powers = values.filter((value) => value > 0).map((value) => Math.floor(Math.log10(value)));
  if (powers.length === 0) return [];
  const low = powers.reduce((a, b) => Math.min(a, b));
  const high = powers.reduce((a, b) => Math.max(a, b));
  const decades = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  return decades.flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
}

/** Nodes by degree: degrees that occur, ascending, and how many nodes have each. */
export type Degrees = Pick<DegreeDistribution, "degrees" | "nodes">;

/** Distributions by kind of site, of one layer or of all together. */
export function byKind(
  distributions: readonly DegreeDistribution[],
  layer: number | null,
): Map<string, Degrees> {
  const counted = new Map<string, Map<number, number>>();
  for (const each of distributions) {
    if (layer !== null && each.layer !== layer) continue;
    const counts = counted.get(each.kind) ?? new Map<number, number>();
    each.degrees.forEach((degree, i) => {
      counts.set(degree, (counts.get(degree) ?? 0) + (each.nodes[i] ?? 0));
    });
    counted.set(each.kind, counts);
  }
  return new Map(
    [...counted].map(([kind, counts]) => {
      const degrees = [...counts.keys()].sort((a, b) => a - b);
      return [kind, { degrees, nodes: degrees.map((degree) => counts.get(degree) ?? 0) }];
    }),
  );
}

/** Nodes whose degree lies between two numbers, both included. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly nodes: number;
}

/** Bins 1, 2 to 3, 4 to 7, ... without the empty ones; nodes without edges are in none. */
export function doublingBins({ degrees, nodes }: Degrees): Bin[] {
  const counts = new Map<number, number>();
  degrees.forEach((degree, i) => {
    if (degree === 0) return;
    const power = Math.floor(Math.log2(degree));
    counts.set(power, (counts.get(power) ?? 0) + (nodes[i] ?? 0));
  });
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([power, count]) => ({ from: 2 ** power, to: 2 ** (power + 1) - 1, nodes: count }));
}

/** A bin's degrees in words: "1", "2–3". */
export function binName({ from, to }: Bin): string {
  const [first, last] = [from, to].map((degree) => degree.toLocaleString("en-US"));
  return from === to ? `${first}` : `${first}–${last}`;
}

export interface DegreeSummary {
  readonly nodes: number;
  /** Nodes without an edge. */
  readonly none: number;
  readonly mean: number;
  readonly median: number;
  readonly largest: number;
}

/** The median is the lower one of the two in the middle. */
export function summaryOf({ degrees, nodes }: Degrees): DegreeSummary {
  const total = nodes.reduce((sum, count) => sum + count, 0);
  const edges = degrees.reduce((sum, degree, i) => sum + degree * (nodes[i] ?? 0), 0);
  let passed = 0;
  const median = degrees.find((_, i) => {
    passed += nodes[i] ?? 0;
    return 2 * passed >= total;
  });
  return {
    nodes: total,
    none: degrees[0] === 0 ? (nodes[0] ?? 0) : 0,
    mean: total === 0 ? 0 : edges / total,
    median: median ?? 0,
    largest: degrees.at(-1) ?? 0,
  };
}

/** What the section of channels shows; null leaves the choice to it. */
export type Looked = { readonly channel: number } | { readonly token: number } | null;

/** Reads `?channel=17` or `?token=5`; whatever it does not understand is nothing. */
export function lookedFrom(query: string): Looked {
  const params = new URLSearchParams(query);
  const channel = whole(params.get("channel"));
  if (channel !== null) return { channel };
  const token = whole(params.get("token"));
  return token === null ? null : { token };
}

export function lookedQuery(looked: Looked): string {
  if (looked === null) return "";
  return "channel" in looked ? `?channel=${looked.channel}` : `?token=${looked.token}`;
}

/** A number that is not negative and has no fraction. */
export function whole(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;
}

const CHARACTERS: Record<string, string> = { "␣": " ", "⏎": "\n", "⇥": "\t" };

/** Text as it is searched for: the marks that stand for spaces and line ends are these again. */
export function unmarked(text: string): string {
  return text.replace(/[␣⏎⇥]/g, (mark) => CHARACTERS[mark] ?? mark);
}

/** The channel to begin with: the one with most nonzero weights; of equal ones the first. */
export function busiest(written: readonly number[], moved: readonly number[]): number {
  const sums = written.map((count, channel) => count + (moved[channel] ?? 0));
  return Math.max(0, sums.indexOf(Math.max(...sums)));
}
