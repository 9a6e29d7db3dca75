/** What a key does in the minimap, and what of the drawing is in sight. */
import { count, plural } from "../text/format";
import type { Box } from "./groups";
import type { Pressed } from "./keys";
import type { Point } from "./layout";
import type { Viewport } from "./sight";

export type MapAction =
  | { readonly do: "centre"; readonly at: Point }
  | { readonly do: "zoom"; readonly by: number }
  | { readonly do: "fit" };

/** Of what is in sight, so much comes new with an arrow key. */
const STEP = 0.25;
const ZOOM = 1.25;

const ARROWS: Record<string, Point> = {
  ArrowLeft: { x: -STEP, y: 0 },
  ArrowRight: { x: STEP, y: 0 },
  ArrowUp: { x: 0, y: -STEP },
  ArrowDown: { x: 0, y: STEP },
};

/** What a canvas of a size shows, in the drawing's coordinates. */
export function inSight({ pan, zoom }: Viewport, width: number, height: number): Box {
  return {
    left: -pan.x / zoom,
    right: (width - pan.x) / zoom,
    top: -pan.y / zoom,
    bottom: (height - pan.y) / zoom,
  };
}

/** The smallest box around some places. */
export function around(places: Iterable<Point>): Box {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of places) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return { left, right, top, bottom };
}

/** Null: the key does nothing here. The middle of the sight stays within the drawing. */
export function mapActionOf(pressed: Pressed, seen: Box, drawing: Box): MapAction | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  const arrow = ARROWS[pressed.key];
  if (arrow !== undefined) {
    const moved = (from: number, to: number, by: number, least: number, most: number): number =>
      Math.max(least, Math.min(most, (from + to) / 2 + by * (to - from)));
    return {
      do: "centre",
      at: {
        x: moved(seen.left, seen.right, arrow.x, drawing.left, drawing.right),
        y: moved(seen.top, seen.bottom, arrow.y, drawing.top, drawing.bottom),
      },
    };
  }
  switch (pressed.key) {
    case "+":
    case "=":
      return { do: "zoom", by: ZOOM };
    case "-":
      return { do: "zoom", by: 1 / ZOOM };
    case "Home":
      return { do: "fit" };
    default:
      return null;
  }
}

export function sightInWords(places: ReadonlyMap<string, Point>, seen: Box): string {
  let inside = 0;
  for (const { x, y } of places.values()) {
    if (x >= seen.left && x <= seen.right && y >= seen.top && y <= seen.bottom) inside += 1;
  }
  return `${count(inside)} of ${plural(places.size, "node")} in sight`;
}
