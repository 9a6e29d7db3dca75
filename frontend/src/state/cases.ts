/** Prompts that are kept with a circuit, and whether what is expected after them comes. */
import type { Case, Continuation, PromptAnswer } from "../api/types";
import { percent } from "../text/format";
import type { CaseWord, Words } from "./words";

/** What of a case is written beside its title and note. */
export type CaseDraft = Required<Pick<Case, "prompt" | "expected" | "against">>;

export const NO_CASE: CaseDraft = { prompt: "", expected: "", against: "" };

export function caseDraft({ prompt, expected, against }: Case): CaseDraft {
  return { prompt, expected: expected ?? "", against: against ?? "" };
}

/** The cases with a prompt: the ones that are open while it is asked. */
export function openCases(words: Words, prompt: string): readonly CaseWord[] {
  return words.cases.filter((word) => word.document.prompt === prompt);
}

/** Tokens to choose what is expected from: the task's answers, then the most probable ones. */
export function candidates(answer: PromptAnswer | null, draft: CaseDraft): readonly string[] {
  if (answer === null) return written(draft);
  const shown = [answer.now, ...Object.values(answer.untouched)].flatMap((one) =>
    one ? [...one.answers, ...one.next] : [],
  );
  return [...new Set([...written(draft), ...shown.map(({ token }) => token.text)])];
}

function written({ expected, against }: CaseDraft): string[] {
  return [expected, against].filter((text) => text !== "");
}

/** How far what is expected comes. */
export interface Outcome {
  /**
   * It is the most probable token, or more probable than the one it is compared with; null where
   * the probabilities of both are not told.
   */
  readonly met: boolean | null;
  readonly words: string;
}

/** What becomes of a case's expectation; null where it has none. */
export function outcome(draft: CaseDraft, now: Continuation): Outcome | null {
  const { expected, against } = draft;
  if (expected === "") return null;
  const place = now.next.findIndex(({ token }) => token.text === expected);
  const least = now.next.at(-1)?.probability ?? 0;
  const share = probabilityOf(now, expected);
  const where = place === 0 ? "first" : place > 0 ? `place ${place + 1}` : "";
  const found =
    share === null
      ? `not among the first ${now.next.length}`
      : [where, percent(share)].filter((part) => part !== "").join(", ");
  if (against === "") return { met: place === 0, words: found };
  const other = probabilityOf(now, against);
  if (share === null && other === null) {
    return { met: null, words: `neither is among the first ${now.next.length}` };
  }
  const versus = other === null ? `at most ${percent(least)}` : percent(other);
  const met = share !== null && share > (other ?? least);
  return { met, words: `${found}, against ${versus}` };
}

/** The probability of a token that the answer tells of; null where it does not. */
function probabilityOf(now: Continuation, text: string): number | null {
  const told = [...now.next, ...now.answers].find(({ token }) => token.text === text);
  return told?.probability ?? null;
}
