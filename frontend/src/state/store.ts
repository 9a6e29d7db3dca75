/**
 * The one store of the circuit page: the exploration, kept in the address bar.
 *
 * Steps that change what is asked or shown (toggles, mode, value, view, prompt) push an entry on
 * the browser's history; moving the selection replaces the current one. Undo and redo are the
 * browser's Back and Forward, so there is one history, not two.
 */
import type { Exploration, Reading } from "./exploration";
import { select, untouched } from "./exploration";
import { describeStep } from "./steps";
import type { Timeline } from "./timeline";
import { canRedo, canUndo, moveTo, push, startTimeline } from "./timeline";
import { fromLocation, fromParams, toText, toUrl } from "./url";

/** What the store needs of the browser; a test brings its own. */
export interface Browser {
  readonly history: Pick<History, "pushState" | "replaceState" | "back" | "forward" | "go" | "state">;
  readonly location: Pick<Location, "search" | "hash">;
  addEventListener(name: "popstate", listener: () => void): void;
  removeEventListener(name: "popstate", listener: () => void): void;
}

/** Fetches texts of states. */
export interface Loader {
  /** Of a state the server keeps. */
  saved(id: string): Promise<string>;
  /** Of a story's step; null if there is none. */
  step(story: Reading): Promise<string | null>;
}

type Listener = (state: Exploration, before: Exploration) => void;

export class ExplorationStore {
  #state: Exploration;
  #timeline: Timeline;
  readonly #listeners = new Set<Listener>();
  readonly #onPopState = (): void => void this.#readAddress();

  constructor(
    readonly slug: string,
    private readonly loader: Loader,
    private readonly browser: Browser = window,
  ) {
    this.#state = untouched(slug);
    this.#timeline = startTimeline(this.#entryDepth());
  }

  get state(): Exploration {
    return this.#state;
  }

  get timeline(): Timeline {
    return this.#timeline;
  }

  /** Reads the address bar and follows it from then on. */
  async open(): Promise<void> {
    this.browser.addEventListener("popstate", this.#onPopState);
    await this.#readAddress();
  }

  close(): void {
    this.browser.removeEventListener("popstate", this.#onPopState);
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A step that Back takes back. Nothing happens if it changes nothing. */
  step(change: (state: Exploration) => Exploration): void {
    const next = change(this.#state);
    if (toText(next) === toText(this.#state)) return;
    this.#timeline = push(this.#timeline, describeStep(this.#state, next));
    this.browser.history.pushState({ depth: this.#timeline.depth }, "", toUrl(next));
    this.#set(next);
  }

  /** Moves the selection; no step of its own. */
  select(node: string | null): void {
    this.adjust((now) => select(now, node));
  }

  /** Chooses nodes together; no step of its own. */
  choose(chosen: ReadonlySet<string>): void {
    this.#mark({ ...this.#state, chosen });
  }

  /** A change that is part of the step before it. Nothing happens if it changes nothing. */
  adjust(change: (state: Exploration) => Exploration): void {
    const next = change(this.#state);
    if (toText(next) !== toText(this.#state)) this.#mark(next);
  }

  #mark(next: Exploration): void {
    this.browser.history.replaceState({ depth: this.#timeline.depth }, "", toUrl(next));
    this.#set(next);
  }

  undo(): void {
    if (canUndo(this.#timeline)) this.browser.history.back();
  }

  redo(): void {
    if (canRedo(this.#timeline)) this.browser.history.forward();
  }

  /** To another entry of the history that can be reached. */
  goTo(depth: number): void {
    const { depth: now, top } = this.#timeline;
    if (depth !== now && depth >= 0 && depth <= top) this.browser.history.go(depth - now);
  }

  async #readAddress(): Promise<void> {
    const found = fromLocation(this.slug, this.browser.location);
    const before = this.#state;
    const address = this.#address;
    this.#timeline = moveTo(this.#timeline, this.#entryDepth());
    if ("state" in found) {
      this.#set(found.state);
      return;
    }
    const text = await ("saved" in found
      ? this.loader.saved(found.saved)
      : this.loader.step(found.story));
    // Meanwhile Back may have gone elsewhere, or something else was done.
    if (this.#state !== before || address !== this.#address) return;
    const state = fromParams(this.slug, new URLSearchParams(text ?? ""));
    this.#set({ ...state, ...found });
  }

  get #address(): string {
    return this.browser.location.search + this.browser.location.hash;
  }

  #entryDepth(): number {
    const entry: unknown = this.browser.history.state;
    if (typeof entry === "object" && entry !== null && "depth" in entry) {
      return typeof entry.depth === "number" ? entry.depth : 0;
    }
    return 0;
  }

  #set(state: Exploration): void {
    const before = this.#state;
    this.#state = state;
    for (const listener of this.#listeners) listener(state, before);
  }
}
