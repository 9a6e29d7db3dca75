/** Predicates: what a label says of tokens, as it is written and as it is sent. */
import type { Active, At, Predicate } from "../api/types";

/** A predicate as its fields hold it; without a pattern there is none. */
export interface PredicateDraft {
  readonly pattern: string;
  readonly at: At;
  readonly active: Active;
  /** As typed; empty for the usual one. */
  readonly threshold: string;
}

export const NO_PREDICATE: PredicateDraft = {
  pattern: "",
  at: "token",
  active: "beyond",
  threshold: "",
};

export const AT_WORDS: Record<At, string> = {
  token: "the token",
  before: "the text before the token",
  through: "the text up to the token and with it",
};

export const ACTIVE_WORDS: Record<Active, string> = {
  beyond: "magnitude above",
  above: "value above",
  below: "value below",
};

export function isEmpty(draft: PredicateDraft): boolean {
  return draft.pattern === "";
}

export function predicateDraft(predicate: Predicate | null | undefined): PredicateDraft {
  if (!predicate) return NO_PREDICATE;
  const { pattern, at, active, threshold } = predicate;
  return { pattern, at, active, threshold: threshold === null ? "" : String(threshold) };
}

/** What is saved and measured; null for none. The field takes nothing but numbers. */
export function predicateOf(draft: PredicateDraft): Predicate | null {
  if (isEmpty(draft)) return null;
  const { pattern, at, active, threshold } = draft;
  return { pattern, at, active, threshold: threshold === "" ? null : Number(threshold) };
}

export function samePredicate(one: Predicate | null, other: Predicate | null): boolean {
  return JSON.stringify(predicateDraft(one)) === JSON.stringify(predicateDraft(other));
}

/** A predicate in words, its pattern apart. */
export function predicateWords({ at, active, threshold }: Predicate): string {
  const beyond = threshold === null ? "the usual threshold" : String(threshold).replace("-", "−");
  const rule =
    active === "beyond" && threshold === 0 ? "not zero" : `${ACTIVE_WORDS[active]} ${beyond}`;
  return `in ${AT_WORDS[at]}; active: ${rule}`;
}

/** Of the address of its measures, with the pairs. */
export function predicateQuery(predicate: Predicate, split: string, seed: number): URLSearchParams {
  const { pattern, at, active, threshold } = predicate;
  const query = new URLSearchParams({ pattern, at, active, split, seed: String(seed) });
  if (threshold !== null) query.set("threshold", String(threshold));
  return query;
}
