/**
 * Rows with many nodes, in several lines: a row of a thousand nodes in one line is a hundred times
 * as wide as high, and seen whole it is a streak.
 */

/** In pixels: rows that are wider are divided where the drawing is large. */
const WIDEST = 2400;
/** Width by height of a drawing whose rows are divided. */
const SHAPE = 1.8;
/** How much wider lines are tried, until the shape is reached. */
const GROWTH = 1.05;
/** Between lines of single nodes. */
export const LINE_GAP = 46;
/** Columns by lines of a head's nodes. */
const HEAD_SHAPE = 3;

/** What a row is made of: how much room its parts take beside each other, and the highest of them. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

/** Whether rows are divided. */
export function isLarge(widths: readonly number[]): boolean {
  return Math.max(0, ...widths) > WIDEST;
}

/** Into how many lines each row is divided, so that all together have a shape that fits a screen. */
export function linesOf(rows: readonly Room[], rowGap: number): number[] {
  const divided = (width: number): number[] => rows.map((row) => Math.ceil(row.width / width) || 1);
  const height = (lines: readonly number[]): number =>
    rows.reduce((sum, row, i) => sum + rowHeight(row, lines[i] ?? 1, rowGap), 0);
  let width = WIDEST / 2;
  while (width < SHAPE * height(divided(width))) width *= GROWTH;
  return divided(width);
}

/** What a row takes in height, with the gap to the next. */
export function rowHeight(row: Room, lines: number, rowGap: number): number {
  return (lines - 1) * row.height + Math.max(rowGap, row.height);
}

/** Places of a head's nodes around its middle, in reading order. */
export function grid(count: number, gap: number): { x: number; y: number }[] {
  const columns = Math.ceil(Math.sqrt(HEAD_SHAPE * count));
  const lines = Math.ceil(count / columns);
  return Array.from({ length: count }, (_, i) => ({
    x: ((i % columns) - (Math.min(columns, count) - 1) / 2) * gap,
    y: (Math.floor(i / columns) - (lines - 1) / 2) * LINE_GAP,
  }));
}
