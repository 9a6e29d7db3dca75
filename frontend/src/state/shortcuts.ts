/** Which key asks for what on the circuit page. */
export type Shortcut =
  | "undo"
  | "redo"
  | "reset"
  | "table"
  | "inspect"
  | "fit"
  | "search"
  | "help"
  | "clear"
  | "mode-1"
  | "mode-2"
  | "mode-3"
  | "next-step"
  | "previous-step";

export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const PLAIN: Record<string, Shortcut> = {
  r: "reset",
  t: "table",
  i: "inspect",
  f: "fit",
  "/": "search",
  "?": "help",
  Escape: "clear",
  "1": "mode-1",
  "2": "mode-2",
  "3": "mode-3",
  ArrowRight: "next-step",
  ArrowLeft: "previous-step",
};

/** The shortcut of a key; null if it is none. Undo and redo have Ctrl, or Cmd on a Mac. */
export function shortcutOf(event: Key): Shortcut | null {
  if (event.altKey) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") return event.shiftKey ? "redo" : "undo";
    return key === "y" ? "redo" : null;
  }
  return PLAIN[key] ?? null;
}

/** Whether a shortcut walks a story. */
export function isStepKey(shortcut: Shortcut): boolean {
  return shortcut === "next-step" || shortcut === "previous-step";
}

/** Whether a key belongs to a field that takes text or to an open dialog, and so is no shortcut. */
export function takesKeys(path: readonly EventTarget[]): boolean {
  return isText(path[0]) || path.some((target) => target instanceof HTMLDialogElement);
}

/** Whether an arrow key moves something else: a choice, a cursor, or from node to node. */
export function takesArrows(path: readonly EventTarget[]): boolean {
  const [target] = path;
  return (
    target instanceof HTMLInputElement ||
    path.some((each) => each instanceof Element && each.localName === "cx-circuit-graph")
  );
}

function isText(target: EventTarget | undefined): boolean {
  if (target instanceof HTMLInputElement) return !["checkbox", "radio"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
