/**
 * Colours of the drawing, read from the page's custom properties, so that the canvas follows the
 * light and the dark theme. Signs are blue and orange (Okabe and Ito), which stay apart for
 * colour-blind readers; kinds differ in shape as well as in colour.
 */
import type { NodeKind } from "./rows";

export interface Palette {
  readonly surface: string;
  readonly ink: string;
  readonly quiet: string;
  readonly accent: string;
  readonly positive: string;
  readonly negative: string;
  readonly kinds: Record<NodeKind, { readonly fill: string; readonly text: string }>;
}

export const SHAPES: Record<NodeKind, "ellipse" | "cut-rectangle" | "round-rectangle" | "hexagon"> =
  {
    read: "ellipse",
    write: "cut-rectangle",
    q: "round-rectangle",
    k: "round-rectangle",
    v: "round-rectangle",
    neuron: "hexagon",
  };

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const get = (name: string): string => style.getPropertyValue(name).trim();
  const kind = (name: string) => ({ fill: get(`--kind-${name}`), text: get(`--kind-${name}-text`) });
  return {
    surface: get("--surface"),
    ink: get("--ink"),
    quiet: get("--ink-3"),
    accent: get("--accent"),
    positive: get("--positive"),
    negative: get("--negative"),
    kinds: {
      read: kind("read"),
      write: kind("write"),
      q: kind("q"),
      k: kind("k"),
      v: kind("v"),
      neuron: kind("neuron"),
    },
  };
}
