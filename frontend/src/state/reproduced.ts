/** Whether numbers that were kept with a state are those that it has here. */
import type { StateNumbers } from "../api/types";
import { decimal, percent } from "../text/format";

export type Quantity = keyof StateNumbers;

interface Rule {
  readonly name: string;
  /** Largest difference that counts as the same: what other hardware may do to sums. */
  readonly tolerance: number;
  readonly write: (value: number) => string;
}

export const RULES: Record<Quantity, Rule> = {
  task_loss: { name: "loss", tolerance: 0.001, write: (value) => decimal(value) },
  accuracy: { name: "accuracy", tolerance: 0.005, write: (value) => percent(value) },
  logit_difference: {
    name: "logit difference",
    tolerance: 0.01,
    write: (value) => decimal(value, 2),
  },
};

export const QUANTITIES = Object.keys(RULES) as Quantity[];

/** The tolerances in words. */
export const WITHIN =
  `The same means within ${RULES.task_loss.tolerance} nats of loss, ` +
  `${RULES.accuracy.tolerance * 100} percentage points of accuracy and ` +
  `${RULES.logit_difference.tolerance} of logit difference.`;

/** The quantities that are not here what they were when the state was saved. */
export function notReproduced(saved: StateNumbers, here: StateNumbers): Quantity[] {
  // A little more, for differences that are as large as the tolerance but for rounding.
  return QUANTITIES.filter(
    (name) => !(Math.abs(saved[name] - here[name]) <= RULES[name].tolerance * (1 + 1e-9)),
  );
}
