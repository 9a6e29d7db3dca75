/** The outlines of nodes, as cytoscape draws them. */
import type { Point } from "./layout";

/** The corner of a cut rectangle and the radius of a round one, in pixels. */
const CORNER = 8;

/** Around its middle. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** The corners of a polygon; null of a shape that is none. */
export function corners(shape: string, { x, y, w, h }: Box): readonly Point[] | null {
  const [r, b] = [w / 2, h / 2];
  const c = Math.min(CORNER, r, b);
  const shapes: Record<string, readonly (readonly [number, number])[]> = {
    hexagon: [[-r, 0], [-r / 2, -b], [r / 2, -b], [r, 0], [r / 2, b], [-r / 2, b]],
    "cut-rectangle": [
      [-r + c, -b], [r - c, -b], [r, -b + c], [r, b - c],
      [r - c, b], [-r + c, b], [-r, b - c], [-r, -b + c],
    ],
    rectangle: [[-r, -b], [r, -b], [r, b], [-r, b]],
    diamond: [[0, -b], [r, 0], [0, b], [-r, 0]],
    triangle: [[0, -b], [r, b], [-r, b]],
  };
  return shapes[shape]?.map(([dx, dy]) => ({ x: x + dx, y: y + dy })) ?? null;
}

/** The radius of a round rectangle's corners. */
export function roundness({ w, h }: Box): number {
  return Math.min(w / 4, h / 4, CORNER);
}
