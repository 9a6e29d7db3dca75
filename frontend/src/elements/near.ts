/** Says once that its element is in the window or about to be: then what it shows is worth fetching. */
import type { LitElement, ReactiveController } from "lit";

/** How far outside the window, or what it scrolls in, an element counts as near. */
const MARGIN = "400px";

export class Near implements ReactiveController {
  readonly #observer: IntersectionObserver;

  constructor(
    private readonly host: LitElement,
    arrived: () => void,
  ) {
    const look = (entries: readonly IntersectionObserverEntry[]): void => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      this.#observer.disconnect();
      arrived();
    };
    const margins: IntersectionObserverInit = { rootMargin: MARGIN, scrollMargin: MARGIN };
    this.#observer = new IntersectionObserver(look, margins);
    host.addController(this);
  }

  hostConnected(): void {
    this.#observer.observe(this.host);
  }

  hostDisconnected(): void {
    this.#observer.disconnect();
  }
}
