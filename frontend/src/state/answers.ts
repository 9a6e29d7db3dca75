/**
 * Asks the server and keeps the latest answer only: a new question gives up the one in flight, and
 * while it is open the previous answer stays, marked stale. Answers are remembered, so that undo
 * answers without asking.
 */
import { asProblem } from "../api/problem";
import type { Problem } from "../api/types";

export interface Answered<A> {
  readonly answer: A | null;
  /** The answer is not (yet) that of the question asked last. */
  readonly stale: boolean;
  readonly problem: Problem | null;
}

type Ask<Q, A> = (question: Q, signal: AbortSignal) => Promise<A>;

const REMEMBERED = 200;
/** A question that follows another this closely waits this long for a third, in ms. */
const PAUSE = 50;

export class Answers<Q, A> {
  #current: Answered<A> = { answer: null, stale: false, problem: null };
  #flight: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #key = "";
  readonly #memory = new Map<string, A>();

  constructor(
    private readonly ask: Ask<Q, A>,
    private readonly changed: (current: Answered<A>) => void,
  ) {}

  get current(): Answered<A> {
    return this.#current;
  }

  /** Asks, unless this is the question already asked or answered. */
  put(question: Q): void {
    const key = JSON.stringify(question);
    if (key === this.#key && this.#current.problem === null) return;
    const busy = this.#flight !== null || this.#timer !== undefined;
    this.cancel();
    this.#key = key;
    const known = this.#memory.get(key);
    if (known !== undefined) {
      this.#show({ answer: known, stale: false, problem: null });
      return;
    }
    this.#show({ ...this.#current, stale: true, problem: null });
    if (busy) this.#timer = setTimeout(() => void this.#send(question, key), PAUSE);
    else void this.#send(question, key);
  }

  /** Gives up whatever is being asked. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flight?.abort();
    this.#flight = null;
    this.#key = "";
  }

  async #send(question: Q, key: string): Promise<void> {
    this.#timer = undefined;
    const flight = new AbortController();
    this.#flight = flight;
    try {
      const answer = await this.ask(question, flight.signal);
      if (this.#flight !== flight) return;
      this.#remember(key, answer);
      this.#show({ answer, stale: false, problem: null });
    } catch (error) {
      if (this.#flight !== flight) return;
      this.#show({ ...this.#current, stale: true, problem: asProblem(error) });
    } finally {
      if (this.#flight === flight) this.#flight = null;
    }
  }

  #remember(key: string, answer: A): void {
    this.#memory.set(key, answer);
    const oldest = this.#memory.keys().next();
    if (this.#memory.size > REMEMBERED && !oldest.done) this.#memory.delete(oldest.value);
  }

  #show(current: Answered<A>): void {
    this.#current = current;
    this.changed(current);
  }
}
