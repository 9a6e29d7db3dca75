/** Asks the page to inspect a node, from wherever it is named. */
export function inspectNode(from: EventTarget, node: string): void {
  const options = { detail: node, bubbles: true, composed: true };
  from.dispatchEvent(new CustomEvent<string>("inspect-node", options));
}
