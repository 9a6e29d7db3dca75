/**
 * Corpus text made visible: newlines, tabs and characters that would not show, or would disturb
 * their surroundings, become marks.
 */
export interface Segment {
  readonly text: string;
  /** Stands for a character that would not show. */
  readonly mark: boolean;
}

// Control characters, soft hyphen, zero-width and bidirectional formatting, byte order mark.
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** Splits text into what shows by itself and marks for what does not. */
export function visible(text: string, spaces: "keep" | "mark" = "keep"): Segment[] {
  const segments: Segment[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain !== "") segments.push({ text: plain, mark: false });
    plain = "";
  };
  for (const character of text) {
    const mark = markOf(character, spaces);
    if (mark === null) {
      plain += character;
      continue;
    }
    flush();
    segments.push({ text: mark, mark: true });
    if (character === "\n" && spaces === "keep") plain = "\n";
  }
  flush();
  return segments;
}

/** The same as one string on one line, for labels and ARIA names. */
export function visibleLine(text: string): string {
  return visible(text, "mark")
    .map((segment) => segment.text)
    .join("");
}

function markOf(character: string, spaces: "keep" | "mark"): string | null {
  if (character === "\n") return "⏎";
  if (character === "\t") return "⇥";
  if (character === " ") return spaces === "mark" ? "␣" : null;
  if (!INVISIBLE.test(character)) return null;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return `\\u${code.toString(16).padStart(4, "0")}`;
}
