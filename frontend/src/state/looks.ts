/**
 * How a checkpoint is told from others wherever it is drawn: by colour, by shape and by line. Sparse
 * ones have solid lines and filled shapes, dense ones dashed lines and open shapes. The colours are
 * those of Okabe and Ito, which colour-blind readers can tell apart.
 */
import type { Contender } from "../api/types";

export interface Look {
  /** Name of a custom property. */
  readonly color: string;
  /** Plotly's name of the shape. */
  readonly symbol: string;
  readonly dashed: boolean;
}

const COLORS = ["--positive", "--negative", "--kind-neuron", "--kind-q", "--kind-v", "--ink-2"];
const SHAPES = ["circle", "square", "diamond", "triangle-up", "star", "hexagon"];

/** Looks by name; the same checkpoint looks the same whichever others are chosen. */
export function looks(checkpoints: readonly Contender[]): Map<string, Look> {
  return new Map(
    checkpoints.map(({ name, dense }, place) => {
      const shape = SHAPES[place % SHAPES.length] as string;
      const color = COLORS[place % COLORS.length] as string;
      return [name, { color, symbol: dense ? `${shape}-open` : shape, dashed: dense }];
    }),
  );
}
