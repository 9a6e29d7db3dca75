/**
 * Text at both ends of a circuit: below the first read of a channel the tokens whose embedding
 * writes it, above the last write of a channel the tokens whose logit it moves.
 */
import type { ElementDefinition } from "cytoscape";

import type { CircuitGraph, TextEnd } from "../api/types";
import { count, signed } from "../text/format";
import { visibleLine } from "../text/visible";
import type { Layout, Point } from "./layout";
import { isotonic } from "./layout";
import { shortened } from "./words";

export type TextEnds = CircuitGraph["ends"];
type Side = keyof TextEnds;

/** Rows that text takes at both ends together, in the height of one. */
export const END_ROWS = 1.5;
export const LINE_HEIGHT = 11.5;
const WIDTH = 58;
const LONGEST = 7;
/** So many ends are shown on each side, however narrow the circuit is; wide ones have room for more. */
const LEAST_ENDS = 10;
/** From the outermost row to the text, in the height of a row. */
const AWAY = 0.62;

interface PlacedEnd {
  readonly id: string;
  readonly end: TextEnd;
  readonly at: Point;
  readonly lines: readonly string[];
}

export function endElements(ends: TextEnds, layout: Layout): ElementDefinition[] {
  return (["tokens", "logits"] as const).flatMap((side) =>
    placedEnds(ends, side, layout).flatMap(({ id, end, at, lines }) => [
      {
        group: "nodes" as const,
        data: { id, label: lines.join("\n"), height: lines.length * LINE_HEIGHT },
        position: { ...at },
        classes: `end ${side}`,
      },
      {
        group: "edges" as const,
        data: {
          id: `line:${id}`,
          source: side === "tokens" ? id : end.node,
          target: side === "tokens" ? end.node : id,
        },
        classes: "end",
      },
    ]),
  );
}

/**
 * The ends of one side, each as near to its node as the width of text allows. Where there are more
 * than the circuit is wide, those of the largest weights are shown, the task's answers before others.
 */
export function placedEnds(ends: TextEnds, side: Side, { rows, rowGap, places }: Layout): PlacedEnd[] {
  const x = (end: TextEnd): number => places.get(end.node)?.x ?? 0;
  const sorted = strongestEnds(
    ends[side].filter((end) => places.has(end.node)),
    Math.max(LEAST_ENDS, Math.floor(widthOf(places.values()) / WIDTH)),
  ).sort((a, b) => x(a) - x(b));
  const moves = isotonic(sorted.map((end, i) => x(end) - i * WIDTH));
  const row = side === "tokens" ? rows[0] : rows.at(-1);
  const direction = side === "tokens" ? 1 : -1;
  const outermost = row ? row.y + (direction * (row.height - rowGap)) / 2 : 0;
  return sorted.map((end, i) => {
    const lines = end.tokens.map(({ text, id, weight }) => {
      const name = shortened(visibleLine(text ?? `#${id}`), LONGEST);
      return `${weight < 0 ? "\u2212" : "+"}${name}`;
    });
    const away = AWAY * rowGap + (lines.length * LINE_HEIGHT) / 2;
    const at = { x: (moves[i] ?? 0) + i * WIDTH, y: outermost + direction * away };
    return { id: endId(side, end), end, at, lines };
  });
}

function strongestEnds(ends: readonly TextEnd[], most: number): TextEnd[] {
  const rank = ({ tokens }: TextEnd): number => {
    const named = tokens.filter(({ answer }) => answer !== null);
    const weights = (named.length > 0 ? named : tokens).map(({ weight }) => Math.abs(weight));
    return Math.max(0, ...weights) + (named.length > 0 ? 1000 : 0);
  };
  return [...ends].sort((a, b) => rank(b) - rank(a)).slice(0, most);
}

function widthOf(places: Iterable<Point>): number {
  let [least, most] = [Infinity, -Infinity];
  for (const { x } of places) [least, most] = [Math.min(least, x), Math.max(most, x)];
  return most > least ? most - least : 0;
}

export const endId = (side: Side, { channel }: TextEnd): string => `end:${side}:${channel}`;

/** The ends that are drawn. */
export function shownEnds(ends: TextEnds, layout: Layout): TextEnds {
  const shown = (side: Side): TextEnd[] => placedEnds(ends, side, layout).map(({ end }) => end);
  return { tokens: shown("tokens"), logits: shown("logits") };
}

/** What stands at an end, in words; empty where the name is none of an end. */
export function endWords(ends: TextEnds, name: string): string {
  const found = (["tokens", "logits"] as const).flatMap((side) =>
    ends[side].filter((end) => endId(side, end) === name).map((end) => sideWords(side, end)),
  );
  return found[0] ?? "";
}

/** The text that a node meets, in words; empty where it meets none. */
export function textOfNode(ends: TextEnds, node: string): string {
  return (["tokens", "logits"] as const)
    .flatMap((side) => ends[side].filter((end) => end.node === node).map((end) => sideWords(side, end)))
    .join("; ");
}

function sideWords(side: Side, { channel, total, tokens }: TextEnd): string {
  const listed = tokens.map(({ id, text, weight, answer }) => {
    const name = shortened(visibleLine(text ?? `token ${id}`), 40);
    return `${name} ${signed(weight, 2)}${answer === null ? "" : ` (${answer} answer)`}`;
  });
  const more = total > tokens.length ? ` and ${count(total - tokens.length)} more` : "";
  const verb = side === "tokens" ? "is written by tokens" : "moves the logits of";
  return `channel ${channel} ${verb} ${listed.join(", ")}${more}`;
}
