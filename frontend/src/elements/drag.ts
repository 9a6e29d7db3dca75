/**
 * A slider being moved: one step for the history, whatever the way there. Fires `change-state` at the
 * first move and `adjust-state`, which makes no step, at the others; never more than some a second.
 */
import type { Change } from "../state/exploration";

/** Milliseconds between two events. */
const PAUSE = 90;

export class Drag {
  #moving = false;
  #waiting = 0;
  #next: Change | null = null;

  constructor(private readonly host: EventTarget) {}

  move(change: Change): void {
    this.#next = change;
    if (this.#waiting === 0) this.#waiting = window.setTimeout(() => this.#send(), PAUSE);
  }

  end(change: Change): void {
    this.#next = change;
    this.#send();
    this.#moving = false;
  }

  #send(): void {
    clearTimeout(this.#waiting);
    this.#waiting = 0;
    const detail = this.#next;
    if (detail === null) return;
    this.#next = null;
    const name = this.#moving ? "adjust-state" : "change-state";
    this.#moving = true;
    this.host.dispatchEvent(new CustomEvent<Change>(name, { detail, bubbles: true, composed: true }));
  }
}
