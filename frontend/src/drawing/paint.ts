/**
 * Nodes coloured by a number. Numbers with a sign run from orange through the paper's colour to blue
 * (Okabe and Ito), numbers without one from the paper's colour to blue: both differ in lightness, so
 * they are told apart without hue as well.
 */
import type { Colour } from "../state/look";
import { strength } from "./heat";
import type { Palette } from "./palette";

export interface Paint {
  readonly colour: Colour;
  /** By node; null: not known. */
  readonly values: ReadonlyMap<string, number | null>;
  /** Magnitude that has the full colour. */
  readonly most: number;
}

export interface Painted {
  readonly fill: string;
  readonly text: string;
  readonly known: boolean;
}

type Rgb = readonly [number, number, number];
type Inks = Pick<Palette, "surface" | "ink" | "positive" | "negative" | "quiet">;

/** A value as a share of the full colour. Effects of most nodes are small: they go by square root. */
export function shareOf(colour: Colour, value: number, most: number): number {
  const share = strength(value, most);
  return colour === "effect" ? Math.sqrt(share) : share;
}

export function hasSign(colour: Colour): boolean {
  return colour === "effect" || colour === "activation";
}

/** What each node is painted with. */
export function painted(
  { colour, values, most }: Paint,
  nodes: Iterable<string>,
  inks: Inks,
): Map<string, Painted> {
  const found = new Map<string, Painted>();
  for (const node of nodes) {
    const value = values.get(node) ?? null;
    const known = value !== null || colour === "sign";
    const fill =
      value === null
        ? mixed(inks.surface, inks.quiet, colour === "sign" ? 0.18 : 0)
        : mixed(
            inks.surface,
            value < 0 ? inks.negative : inks.positive,
            shareOf(colour, value, most),
          );
    found.set(node, { fill, text: readableOn(fill, inks), known });
  }
  return found;
}

/** Stops of a scale from the least to the largest value, as CSS. */
export function gradient(colour: Colour): string {
  const steps = hasSign(colour) ? [-1, -0.5, -0.1, 0, 0.1, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1];
  const from = steps[0] as number;
  const stops = steps.map((value) => {
    const share = (100 * shareOf(colour, value, 1)).toFixed(0);
    const ink = value < 0 ? "negative" : "positive";
    const place = ((100 * (value - from)) / (1 - from)).toFixed(0);
    return `color-mix(in srgb, var(--${ink}) ${share}%, var(--surface)) ${place}%`;
  });
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/** Reads `#rrggbb` and `#rgb`. */
function rgb(hex: string): Rgb {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(hex);
  const digits = short ? short.slice(1).map((digit) => digit + digit).join("") : hex.slice(1);
  const at = (i: number): number => Number.parseInt(digits.slice(i, i + 2), 16) || 0;
  return [at(0), at(2), at(4)];
}

export function mixed(from: string, to: string, share: number): string {
  const [a, b] = [rgb(from), rgb(to)];
  const channels = a.map((value, i) => Math.round(value + ((b[i] ?? 0) - value) * share));
  return `#${channels.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function luminance(hex: string): number {
  const [r, g, b] = rgb(hex).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours, from 1 to 21 (WCAG 2). */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function readableOn(fill: string, { ink, surface }: Inks): string {
  return contrast(fill, ink) >= contrast(fill, surface) ? ink : surface;
}
