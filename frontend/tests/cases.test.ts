import { describe, expect, test } from "vitest";

import type { Continuation, PromptAnswer, Word } from "../src/api/types";
import { NO_CASE, candidates, openCases, outcome } from "../src/state/cases";
import { sortOut } from "../src/state/words";

const token = (text: string, probability: number) => ({ token: { id: 1, text }, probability });
const now: Continuation = {
  next: [token("'", 0.6), token("x", 0.3), token("y", 0.05)],
  answers: [token("'", 0.6), token('"', 0.01)],
};
const expecting = (expected: string, against = "") => ({ ...NO_CASE, expected, against });

describe("what a case expects", () => {
  test.each([
    ["'", "", true, "first, 60.0%"],
    ["x", "", false, "place 2, 30.0%"],
    ["x", "y", true, "place 2, 30.0%, against 5.0%"],
    ["y", "x", false, "place 3, 5.0%, against 30.0%"],
    ['"', "", false, "1.0%"],
    ["z", "", false, "not among the first 3"],
    ["z", "'", false, "not among the first 3, against 60.0%"],
    ["z", "w", null, "neither is among the first 3"],
    ["x", "z", true, "place 2, 30.0%, against at most 5.0%"],
  ])("%s against %s", (expected, against, met, words) => {
    expect(outcome(expecting(expected, against), now)).toEqual({ met, words });
  });

  test("may be nothing, and is chosen among the tokens that are shown", () => {
    expect(outcome(NO_CASE, now)).toBeNull();
    const answer = { now, untouched: {} } as unknown as PromptAnswer;
    expect(candidates(answer, expecting("z"))).toEqual(["z", "'", '"', "x", "y"]);
    expect(candidates(null, expecting("z"))).toEqual(["z"]);
  });
});

test("cases are sorted by title, and those with the prompt that is asked are open", () => {
  const word = (title: string, prompt: string): Word => ({
    target: `case:${title}`,
    version: 1,
    author: "Ada",
    created: "2026-11-23T08:00:00Z",
    document: { kind: "case", title, text: "", prompt, expected: "", against: "" },
  });
  const words = sortOut([word("b", "two"), word("a", "one"), word("c", "one")]);
  expect(words.cases.map((one) => one.document.title)).toEqual(["a", "b", "c"]);
  expect(openCases(words, "one").map((one) => one.target)).toEqual(["case:a", "case:c"]);
});
