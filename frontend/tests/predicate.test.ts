import { describe, expect, test } from "vitest";

import type { Predicate } from "../src/api/types";
import {
  NO_PREDICATE,
  predicateDraft,
  predicateOf,
  predicateQuery,
  predicateWords,
  samePredicate,
} from "../src/state/predicate";

const QUOTE: Predicate = { pattern: "^\\('", at: "token", active: "above", threshold: 5 };

describe("predicates", () => {
  test("come back from their fields as they were", () => {
    for (const predicate of [QUOTE, { ...QUOTE, threshold: null }, { ...QUOTE, threshold: 0 }]) {
      expect(predicateOf(predicateDraft(predicate))).toEqual(predicate);
    }
    expect(predicateOf(predicateDraft(null))).toBeNull();
    expect(predicateOf({ ...NO_PREDICATE, pattern: " " })?.pattern).toBe(" ");
  });

  test("are the same by what they say; the usual threshold is not 0", () => {
    expect(samePredicate(QUOTE, { ...QUOTE })).toBe(true);
    expect(samePredicate(QUOTE, { ...QUOTE, at: "before" })).toBe(false);
    expect(samePredicate({ ...QUOTE, threshold: null }, { ...QUOTE, threshold: 0 })).toBe(false);
    expect(samePredicate(QUOTE, null)).toBe(false);
  });

  test("are told in words", () => {
    expect(predicateWords(QUOTE)).toBe("in the token; active: value above 5");
    const rule = { ...QUOTE, at: "before", active: "beyond" } as const;
    expect(predicateWords({ ...rule, threshold: 0 })).toContain("active: not zero");
    expect(predicateWords({ ...rule, threshold: null })).toContain("the usual threshold");
    expect(predicateWords({ ...rule, active: "below", threshold: -2 })).toContain("below −2");
  });

  test("fit into an address whatever is in the pattern", () => {
    const nasty = { ...QUOTE, pattern: "a&b=#?+%\n<script>", threshold: null };
    const query = predicateQuery(nasty, "test", 3);
    const read = new URLSearchParams(query.toString());
    expect(read.get("pattern")).toBe(nasty.pattern);
    expect(read.has("threshold")).toBe(false);
    expect(read.get("seed")).toBe("3");
  });
});
