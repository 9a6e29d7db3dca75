/** Labels below their nodes and named boxes around groups, as elements of the drawing. */
import type { ElementDefinition } from "cytoscape";

import type { Words } from "../state/words";
import { boxesOf } from "./groups";
import type { Layout } from "./layout";
import { NODE_HEIGHT } from "./stylesheet";

/** Signs a line of a label that fit between nodes; the whole of it is in the words beside the drawing. */
const LABEL = 19;
const LABEL_LINES = 2;
const GROUP_LABEL = 40;

export function wordElements(words: Words, { places }: Layout): ElementDefinition[] {
  const elements: ElementDefinition[] = [];
  for (const group of words.groups) {
    const { label, members } = group.document;
    boxesOf(members ?? [], places).forEach((box, i) =>
      elements.push({
        group: "nodes",
        data: {
          id: `word:${group.target}:${i}`,
          of: group.target,
          label: i === 0 ? shortened(label, GROUP_LABEL) : "",
          width: box.right - box.left,
          height: box.bottom - box.top,
        },
        position: { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 },
        classes: "word group",
      }),
    );
  }
  for (const [node, word] of words.labels) {
    const at = places.get(node);
    if (at === undefined) continue;
    elements.push({
      group: "nodes",
      data: { id: `word:${node}`, of: node, label: wrapped(word.document.label, LABEL, LABEL_LINES) },
      position: { x: at.x, y: at.y + NODE_HEIGHT / 2 + 3 },
      classes: "word label",
    });
  }
  return elements;
}

/** At most so many signs; signs of several code units stay whole, lines become one. */
export function shortened(text: string, longest: number): string {
  const signs = [...text.replace(/\s+/g, " ")];
  return signs.length > longest ? `${signs.slice(0, longest - 1).join("")}…` : signs.join("");
}

/** At most so many lines of so many signs, broken between words where there are any. */
export function wrapped(text: string, longest: number, lines: number): string {
  const words = text.trim().split(/\s+/);
  const broken: string[] = [];
  for (const word of words) {
    const last = broken.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last === undefined || [...longer].length > longest) broken.push(word);
    else broken[broken.length - 1] = longer;
  }
  const kept = broken.slice(0, lines);
  if (broken.length > lines) kept[lines - 1] = broken.slice(lines - 1).join(" ");
  return kept.map((line) => shortened(line, longest)).join("\n");
}
