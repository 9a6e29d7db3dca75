/** A line drawn around things by hand. */
import type { Point } from "./layout";

/** Shortest way that counts as drawn around something, in pixels. */
const SHORTEST = 12;

/** Whether the line was too short to go around anything: a click. */
export function isClick(path: readonly Point[]): boolean {
  const first = path[0];
  return !path.some(
    ({ x, y }) => first !== undefined && Math.hypot(x - first.x, y - first.y) > SHORTEST,
  );
}

/** Whether a point is inside the line, closed by a straight one (even-odd rule). */
export function isInside(path: readonly Point[], { x, y }: Point): boolean {
  let inside = false;
  let before = path.at(-1);
  for (const corner of path) {
    if (before !== undefined && corner.y > y !== before.y > y) {
      const at = ((before.x - corner.x) * (y - corner.y)) / (before.y - corner.y) + corner.x;
      if (x < at) inside = !inside;
    }
    before = corner;
  }
  return inside;
}
