/** A story that is read on the circuit's page, and the places of its steps when it is written. */
import type { EvaluateResponse, StateNumbers } from "../api/types";
import type { Change, Exploration, Reading } from "./exploration";
import { whatIf } from "./exploration";
import { fromParams, toText } from "./url";
import type { StepWord, ToldStory, Words } from "./words";
import { STORY } from "./words";

/** The id of a story in the address. */
export function idOf(told: ToldStory): string {
  return told.word.target.slice(STORY.length);
}

/** The story that is read; null if none is, or it is not there. */
export function storyRead(words: Words, reading: Reading | null): ToldStory | null {
  return words.stories.find((told) => idOf(told) === reading?.id) ?? null;
}

/** The step that is read; null if the story has no such step. */
export function stepRead(words: Words, reading: Reading | null): StepWord | null {
  return storyRead(words, reading)?.steps[(reading?.step ?? 0) - 1] ?? null;
}

/** The state that a step puts the page into. */
export function stateOf(slug: string, step: StepWord): Exploration {
  return { ...fromParams(slug, new URLSearchParams(step.document.state)), story: null };
}

/** Goes to a step: the page is put into its state. Steps before the first are the first. */
export function goToStep(told: ToldStory, step: number): Change {
  const at = Math.max(1, Math.min(step, told.steps.length));
  const word = told.steps[at - 1];
  const story = { id: idOf(told), step: at };
  return (now) => ({ ...(word ? stateOf(now.slug, word) : now), story });
}

/** Leaves the story; the page stays as it is. */
export function leaveStory(now: Exploration): Exploration {
  return { ...now, story: null };
}

/** The state of the page as it would be kept in a step. */
export function textOf(now: Exploration): string {
  return toText({ ...leaveStory(now), saved: null });
}

/** Whether two states ask the model the same, and so have the same numbers. */
export function asksTheSame(one: Exploration, other: Exploration): boolean {
  return JSON.stringify(whatIf(one)) === JSON.stringify(whatIf(other));
}

/** The numbers that are kept beside a state. */
export function numbersOf(answer: EvaluateResponse | null): StateNumbers | null {
  const numbers = answer?.numbers;
  if (!numbers) return null;
  return {
    task_loss: numbers.task_loss.value,
    accuracy: numbers.accuracy.value,
    logit_difference: numbers.logit_difference.value,
  };
}

/** Where a step stands that becomes the one at `index` (from 0) and moves the others back. */
export function placeAt(steps: readonly StepWord[], index: number): number {
  const before = steps[index - 1]?.document.place;
  const after = steps[index]?.document.place;
  if (before === undefined) return after === undefined ? 1 : after - 1;
  return after === undefined ? before + 1 : (before + after) / 2;
}

/** Where a step stands that is moved by one, earlier (-1) or later (1). */
export function placeMoved(steps: readonly StepWord[], index: number, by: -1 | 1): number {
  const others = steps.filter((_, at) => at !== index);
  return placeAt(others, index + by);
}
