/** The benchmark's figures in words and as points to draw. */
import type {
  BenchmarkCell,
  BenchmarkMean,
  Comparison,
  Contender,
  EqualLoss,
  Interval,
  OutcomeKind,
} from "../api/types";
import { count, percent, plural } from "../text/format";
import type { CountedSize, MeanOver } from "./comparing";
import type { SortKey } from "./order";

export const COUNTED: Record<CountedSize, string> = {
  induced_edges: "induced edges",
  kept_edges: "kept edges",
  nodes: "nodes",
};

export const OUTCOMES: Record<OutcomeKind, string> = {
  met: "met",
  missed: "missed",
  failed: "no circuit",
  no_circuit_needed: "needs no circuit",
  not_possible: "not possible",
};

export const OUTCOME_HINTS: Record<OutcomeKind, string> = {
  met: "A circuit whose test loss is at most the target.",
  missed: "The circuit met the target on validation pairs, but not on test pairs.",
  failed: "The search found no circuit that meets the target.",
  no_circuit_needed: "With every node ablated the loss meets the target already.",
  not_possible: "The task cannot be told in this checkpoint's tokens.",
};

/** The target that was asked for if there is one like it, else the usual one, else the middle one. */
export function targetOf(targets: readonly number[], wanted: number | null): number | null {
  for (const target of [wanted, 0.15]) {
    if (target !== null && targets.includes(target)) return target;
  }
  return targets[Math.floor(targets.length / 2)] ?? null;
}

export function meanOf(mean: BenchmarkMean, over: MeanOver): Interval | null {
  return over === "own" ? mean.size : mean.common;
}

/** A mean that is there, with the point on the other axis. */
export interface MeanPoint {
  readonly at: number;
  readonly size: Interval;
  readonly mean: BenchmarkMean;
}

/** The geometric means of a checkpoint by target, ascending, where it meets any task. */
export function meansByTarget(
  comparison: Comparison,
  checkpoint: string,
  over: MeanOver,
): MeanPoint[] {
  return comparison.means
    .filter((mean) => mean.checkpoint === checkpoint)
    .flatMap((mean) => {
      const size = meanOf(mean, over);
      return size === null ? [] : [{ at: mean.target_loss, size, mean }];
    })
    .sort((a, b) => a.at - b.at);
}

/** The geometric means at a target by held-out loss, of checkpoints whose loss is known. */
export function meansByLoss(
  comparison: Comparison,
  target: number,
  over: MeanOver,
): (MeanPoint & { readonly checkpoint: Contender })[] {
  return comparison.checkpoints.flatMap((checkpoint) => {
    const mean = comparison.means.find(
      (each) => each.checkpoint === checkpoint.name && each.target_loss === target,
    );
    const size = mean ? meanOf(mean, over) : null;
    if (!mean || size === null || checkpoint.held_out_loss === null) return [];
    return [{ at: checkpoint.held_out_loss, size, mean, checkpoint }];
  });
}

export function interval({ value, low, high }: Interval): string {
  return `${rounded(value)} (95% interval ${rounded(low)} to ${rounded(high)})`;
}

/** A mean or a ratio: one decimal below 100. */
export function rounded(value: number): string {
  return value >= 100 ? count(Math.round(value)) : value.toFixed(1);
}

/** The ratio of a dense checkpoint and a sparse one: the number, and what it says in words. */
export function ratioWords(
  pair: EqualLoss,
  target: number,
  size: CountedSize,
): { readonly times: string | null; readonly words: string } {
  const apart = `${percent(Math.abs(pair.difference))} ${pair.difference > 0 ? "higher" : "lower"}`;
  const losses = pair.equal
    ? `At equal pretraining loss (that of ${pair.sparse} is ${apart})`
    : `Not at equal loss (that of ${pair.sparse} is ${apart})`;
  const ratio = pair.ratios.find((each) => each.target_loss === target)?.ratio ?? null;
  const tasks = pair.ratios.find((each) => each.target_loss === target)?.tasks ?? [];
  if (ratio === null) {
    return {
      times: null,
      words: `${losses}, ${pair.dense} (dense) and ${pair.sparse} (sparse) have no task that both meet at target ${target}.`,
    };
  }
  return {
    times: rounded(ratio.value),
    words: `${losses}, circuits of ${pair.dense} (dense) have ${rounded(ratio.value)} times as many ${COUNTED[size]} as those of ${pair.sparse} (sparse), 95% interval ${rounded(ratio.low)} to ${rounded(ratio.high)}, over ${plural(tasks.length, "task")} that both meet.`,
  };
}

/** Pairs at equal loss first, then by how far their losses are apart. */
export function nearestFirst(pairs: readonly EqualLoss[]): EqualLoss[] {
  return [...pairs].sort((a, b) => Math.abs(a.difference) - Math.abs(b.difference));
}

/** The tasks that are not in a mean, by reason; nothing if it has all of them. */
export function leftOut(mean: BenchmarkMean): string {
  const reasons: [string, readonly string[]][] = [
    ["missed", mean.missed],
    ["no circuit", mean.failed],
    ["needs no circuit", mean.not_needed],
    ["not possible", mean.not_possible],
  ];
  return reasons
    .filter(([, tasks]) => tasks.length > 0)
    .map(([reason, tasks]) => `${reason}: ${tasks.join(", ")}`)
    .join("; ");
}

/** The cells of a target: by task, then by checkpoint. */
export function table(comparison: Comparison, target: number): Map<string, Map<string, BenchmarkCell>> {
  const rows = new Map<string, Map<string, BenchmarkCell>>();
  for (const cell of comparison.cells) {
    if (cell.target_loss !== target) continue;
    const row = rows.get(cell.task) ?? new Map<string, BenchmarkCell>();
    rows.set(cell.task, row.set(cell.checkpoint, cell));
  }
  return rows;
}

/** Sorts rows by the size in one checkpoint; those that miss the target come last. */
export function sizeKey(
  checkpoint: string,
  size: CountedSize,
): SortKey<readonly [string, ReadonlyMap<string, BenchmarkCell>]> {
  return ([, cells]) => {
    const cell = cells.get(checkpoint);
    return cell?.kind === "met" ? (cell.sizes?.[size].median ?? null) : null;
  };
}
