/** Nodes by what they are called. */
import type { GraphNode } from "../api/types";
import { KIND_NAMES } from "../drawing/rows";
import type { Words } from "./words";

/** Names of the nodes whose name, kind, label, note or groups contain every word of the text. */
export function matching(nodes: readonly GraphNode[], written: Words, text: string): string[] {
  const words = text.split(/\s+/);
  return nodes
    .filter((node) => {
      const label = written.labels.get(node.id)?.document;
      const groups = written.groups.filter((group) => group.document.members?.includes(node.id));
      const name = [
        node.id,
        KIND_NAMES[node.kind],
        label?.label ?? "",
        label?.note ?? "",
        ...groups.map((group) => group.document.label),
      ]
        .join(" ")
        .toLowerCase();
      return words.every((word) => name.includes(word));
    })
    .map((node) => node.id);
}
