import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ApiError } from "../src/api/problem";
import { Answers } from "../src/state/answers";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A server that answers each question when told to. */
function server() {
  const open = new Map<string, { give: (answer: string) => void; fail: (e: unknown) => void }>();
  const aborted: string[] = [];
  const ask = vi.fn(
    (question: string, signal: AbortSignal) =>
      new Promise<string>((give, fail) => {
        open.set(question, { give, fail });
        signal.addEventListener("abort", () => {
          aborted.push(question);
          fail(new DOMException("given up", "AbortError"));
        });
      }),
  );
  const at = (question: string) => {
    const found = open.get(question);
    if (!found) throw new Error(`${question} was not asked`);
    return found;
  };
  return { ask, aborted, at };
}

describe("Answers", () => {
  it("asks the first question at once and shows its answer", async () => {
    const { ask, at } = server();
    const answers = new Answers(ask, () => undefined);
    answers.put("a");
    expect(answers.current).toEqual({ answer: null, stale: true, problem: null });
    at("a").give("A");
    await vi.runAllTimersAsync();
    expect(answers.current).toEqual({ answer: "A", stale: false, problem: null });
  });

  it("keeps only the latest of questions that follow closely", async () => {
    const { ask, aborted, at } = server();
    const answers = new Answers(ask, () => undefined);
    for (const question of ["a", "b", "c", "d"]) answers.put(question);
    await vi.advanceTimersByTimeAsync(100);
    expect(ask.mock.calls.map(([question]) => question)).toEqual(["a", "d"]);
    expect(aborted).toEqual(["a"]);
    at("d").give("D");
    await vi.runAllTimersAsync();
    expect(answers.current.answer).toBe("D");
  });

  it("keeps the last answer, marked stale, while the next is under way", async () => {
    const { ask, at } = server();
    const answers = new Answers(ask, () => undefined);
    answers.put("a");
    at("a").give("A");
    await vi.runAllTimersAsync();
    answers.put("b");
    expect(answers.current).toEqual({ answer: "A", stale: true, problem: null });
  });

  it("answers what it was asked before without asking again", async () => {
    const { ask, at } = server();
    const answers = new Answers(ask, () => undefined);
    for (const question of ["a", "b"]) {
      answers.put(question);
      at(question).give(question.toUpperCase());
      await vi.runAllTimersAsync();
    }
    answers.put("a");
    expect(answers.current).toEqual({ answer: "A", stale: false, problem: null });
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it("shows a problem, and asks again when told to", async () => {
    const { ask, at } = server();
    const answers = new Answers(ask, () => undefined);
    const problem = { title: "Conflict", status: 409, detail: "no checkpoint", remedy: "add it" };
    answers.put("a");
    at("a").fail(new ApiError(problem));
    await vi.runAllTimersAsync();
    expect(answers.current.problem).toEqual(problem);
    answers.put("a");
    expect(answers.current.problem).toBeNull();
    expect(ask).toHaveBeenCalledTimes(2);
  });
});
