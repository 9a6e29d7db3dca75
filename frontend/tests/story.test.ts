import { describe, expect, test } from "vitest";

import type { StateNumbers, Word } from "../src/api/types";
import { toggle, untouched } from "../src/state/exploration";
import { notReproduced } from "../src/state/reproduced";
import { describeStep } from "../src/state/steps";
import {
  asksTheSame,
  goToStep,
  idOf,
  leaveStory,
  placeAt,
  placeMoved,
  stateOf,
  stepRead,
  storyRead,
  textOf,
} from "../src/state/story";
import { sortOut } from "../src/state/words";

const NODE = "0.mlp.post_act.863";
const created = "2026-11-23T08:00:00Z";
const of = (target: string, document: Word["document"]): Word => ({
  target,
  version: 1,
  author: "Ada",
  created,
  document,
});
const step = (name: string, place: number, state: string): Word =>
  of(`step:${name}`, { kind: "step", story: "story:how", title: name, text: "", place, state });
const words = sortOut([
  of("story:how", { kind: "story", title: "How", text: "" }),
  step("a", 1, ""),
  step("b", 2, `ablated=${NODE}&select=${NODE}`),
  step("c", 4, "mode=model"),
]);
const told = words.stories[0]!;
const start = untouched("a-1");

describe("reading a story", () => {
  test("each step puts the page into its state, and nothing of the state before stays", () => {
    const second = goToStep(told, 2)({ ...start, mode: "model", prompt: "x" });
    expect(second.story).toEqual({ id: "how", step: 2 });
    expect([...second.ablated]).toEqual([NODE]);
    expect(second).toMatchObject({ mode: "circuit", prompt: "", selection: NODE });
    expect(goToStep(told, 3)(second).ablated.size).toBe(0);
    expect(describeStep(start, second)).toBe("story, step 2");
    expect(describeStep(second, leaveStory(second))).toBe("story left");
  });

  test("ends at its ends, and leaving it keeps the state", () => {
    expect(goToStep(told, 9)(start).story?.step).toBe(3);
    expect(goToStep(told, 0)(start).story?.step).toBe(1);
    const left = leaveStory(goToStep(told, 2)(start));
    expect(left.story).toBeNull();
    expect([...left.ablated]).toEqual([NODE]);
  });

  test("finds what is read, and says so where it is not there", () => {
    expect(idOf(told)).toBe("how");
    expect(stepRead(words, { id: "how", step: 3 })?.target).toBe("step:c");
    expect(stepRead(words, { id: "how", step: 4 })).toBeNull();
    expect(storyRead(words, { id: "other", step: 1 })).toBeNull();
    expect(storyRead(words, null)).toBeNull();
  });

  test("knows whether the page still shows what the step shows", () => {
    const now = goToStep(told, 2)(start);
    const written = stateOf("a-1", told.steps[1]!);
    expect(asksTheSame({ ...now, selection: null }, written)).toBe(true);
    expect(asksTheSame(toggle(now, [NODE]), written)).toBe(false);
    expect(textOf(now)).toBe(`ablated=${NODE}&select=${NODE}`);
  });
});

describe("places of steps", () => {
  test("are between, before and after the others", () => {
    expect(placeAt([], 0)).toBe(1);
    expect(placeAt(told.steps, 0)).toBeLessThan(1);
    expect(placeAt(told.steps, 2)).toBe(3);
    expect(placeAt(told.steps, 3)).toBeGreaterThan(4);
  });

  test("of a step that is moved are on the other side of its neighbour", () => {
    expect(placeMoved(told.steps, 0, 1)).toBe(3);
    expect(placeMoved(told.steps, 1, 1)).toBeGreaterThan(4);
    expect(placeMoved(told.steps, 2, -1)).toBe(1.5);
    expect(placeMoved(told.steps, 1, -1)).toBeLessThan(1);
  });
});

test("numbers are reproduced within the tolerance, each by itself", () => {
  const saved: StateNumbers = { task_loss: 0.128, accuracy: 1, logit_difference: 2.03 };
  const here = (part: Partial<StateNumbers>) => notReproduced(saved, { ...saved, ...part });
  expect(here({})).toEqual([]);
  expect(here({ task_loss: 0.129, accuracy: 0.995, logit_difference: 2.04 })).toEqual([]);
  expect(here({ task_loss: 0.131 })).toEqual(["task_loss"]);
  expect(here({ accuracy: 0.99, logit_difference: -2.03 })).toEqual([
    "accuracy",
    "logit_difference",
  ]);
  expect(here({ task_loss: Number.NaN })).toEqual(["task_loss"]);
});
