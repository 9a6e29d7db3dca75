/** Several drawings in the places of one layout. */
import type { GraphNode } from "../api/types";
import { END_ROWS } from "./ends";
import type { Layout } from "./layout";
import { NODE_WIDTH } from "./stylesheet";

/** Some of the nodes of a layout, in their places, in a drawing that is as large as all of it. */
export function seated(whole: Layout, nodes: readonly GraphNode[]): Layout {
  const here = new Set(nodes.map(({ id }) => id));
  const ends = (END_ROWS / 2) * whole.rowGap;
  const points = [...whole.places.values()];
  const bound = (of: "x" | "y", least: boolean): number =>
    points.reduce(
      (so, at) => (least ? Math.min(so, at[of]) : Math.max(so, at[of])),
      least ? Infinity : -Infinity,
    );
  return {
    rowGap: whole.rowGap,
    rows: whole.rows.map((row) => ({ ...row, nodes: row.nodes.filter(({ id }) => here.has(id)) })),
    places: new Map([...whole.places].filter(([id]) => here.has(id))),
    extent: {
      left: bound("x", true) - NODE_WIDTH,
      right: bound("x", false) + NODE_WIDTH,
      top: bound("y", true) - ends,
      bottom: bound("y", false) + ends,
    },
  };
}
