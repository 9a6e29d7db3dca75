/** Labels below their nodes and named boxes around groups, as elements of the drawing. */
import type { ElementDefinition } from "cytoscape";

import type { Words } from "../state/words";
import { boxesOf } from "./groups";
import type { Layout } from "./layout";
import { NODE_HEIGHT } from "./stylesheet";

/** Signs of a label that fit between nodes; the whole of it is in the words beside the drawing. */
const LABEL = 17;
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
      data: { id: `word:${node}`, label: shortened(word.document.label, LABEL) },
      position: { x: at.x, y: at.y + NODE_HEIGHT / 2 + 9 },
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
