/** Answers to questions that are asked again and again: each is fetched once. */
import { asProblem } from "../api/problem";
import type { Problem } from "../api/types";

export interface Asked<T> {
  /** Null while it is on its way, and where it failed. */
  readonly data: T | null;
  readonly problem: Problem | null;
}

const LONGEST = 64;

export class Remembered<T> {
  readonly #known = new Map<string, Asked<T>>();

  /** `changed` is called when an answer has come. */
  constructor(private readonly changed: () => void) {}

  /** What is known under a key; asks if nothing is. A failure is not asked again by itself. */
  get(key: string, ask: () => Promise<T>): Asked<T> {
    const known = this.#known.get(key);
    if (known) return known;
    const waiting: Asked<T> = { data: null, problem: null };
    this.#put(key, waiting);
    void this.#fetch(key, ask);
    return waiting;
  }

  /** Forgets what failed, so that it is asked again. */
  retry(): void {
    for (const [key, { problem }] of this.#known) if (problem !== null) this.#known.delete(key);
    this.changed();
  }

  async #fetch(key: string, ask: () => Promise<T>): Promise<void> {
    try {
      this.#put(key, { data: await ask(), problem: null });
    } catch (error) {
      this.#put(key, { data: null, problem: asProblem(error) });
    }
    this.changed();
  }

  #put(key: string, asked: Asked<T>): void {
    this.#known.delete(key);
    this.#known.set(key, asked);
    const [oldest] = this.#known.keys();
    if (this.#known.size > LONGEST && oldest !== undefined) this.#known.delete(oldest);
  }
}
