import { describe, expect, it, vi } from "vitest";

import { toggle } from "../src/state/exploration";
import { ExplorationStore } from "../src/state/store";
import { canRedo, canUndo, redoWords, undoWords } from "../src/state/timeline";

const NODE = "0.mlp.post_act.863";
const OTHER = "1.attn.q.12";

/** A browser's history and address bar, as far as the store sees them. */
class FakeBrowser {
  #entries: { state: unknown; url: URL }[];
  #at = 0;
  readonly #listeners = new Set<() => void>();

  constructor(url: string) {
    this.#entries = [{ state: null, url: new URL(url, "http://localhost") }];
  }

  get url(): string {
    const { pathname, search, hash } = this.#entry.url;
    return pathname + search + hash;
  }

  get location(): URL {
    return this.#entry.url;
  }

  get #entry() {
    return this.#entries[this.#at] as { state: unknown; url: URL };
  }

  readonly history = ((browser: FakeBrowser) => ({
    get state(): unknown {
      return browser.#entry.state;
    },
    pushState(state: unknown, _: string, url: string): void {
      browser.#entries = browser.#entries.slice(0, browser.#at + 1);
      browser.#entries.push({ state, url: new URL(url, "http://localhost") });
      browser.#at += 1;
    },
    replaceState(state: unknown, _: string, url: string): void {
      browser.#entries[browser.#at] = { state, url: new URL(url, "http://localhost") };
    },
    back: () => browser.#go(-1),
    forward: () => browser.#go(1),
  }))(this);

  #go(by: number): void {
    this.#at += by;
    for (const listener of this.#listeners) listener();
  }

  addEventListener(_: "popstate", listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_: "popstate", listener: () => void): void {
    this.#listeners.delete(listener);
  }
}

async function open(url: string, saved: string | null = "") {
  const browser = new FakeBrowser(url);
  const loadSaved = vi.fn(async () => saved ?? "");
  const step = vi.fn(async () => saved);
  const store = new ExplorationStore("a-1", { saved: loadSaved, step }, browser as never);
  await store.open();
  return { browser, store, loadSaved, step };
}

describe("ExplorationStore", () => {
  it("opens what the address holds", async () => {
    const { store } = await open(`/circuits/a-1?mode=model&ablated=${NODE}`);
    expect(store.state.mode).toBe("model");
    expect([...store.state.ablated]).toEqual([NODE]);
  });

  it("opens a state that the server keeps", async () => {
    const { store, loadSaved } = await open("/circuits/a-1?s=Xy7", "value=zero");
    expect(loadSaved).toHaveBeenCalledWith("Xy7");
    expect(store.state).toMatchObject({ value: "zero", saved: "Xy7" });
  });

  it("writes each step into the address; undo and redo walk through them", async () => {
    const { browser, store } = await open("/circuits/a-1");
    store.step((state) => toggle(state, [NODE]));
    store.step((state) => toggle(state, [OTHER]));
    expect(browser.url).toBe(`/circuits/a-1?ablated=${NODE},${OTHER}`);
    expect(undoWords(store.timeline)).toBe(`ablate ${OTHER}`);

    store.undo();
    expect(browser.url).toBe(`/circuits/a-1?ablated=${NODE}`);
    expect([...store.state.ablated]).toEqual([NODE]);
    expect(redoWords(store.timeline)).toBe(`ablate ${OTHER}`);

    store.undo();
    expect(canUndo(store.timeline)).toBe(false);
    store.undo();
    expect(browser.url).toBe("/circuits/a-1");

    store.redo();
    store.redo();
    expect(canRedo(store.timeline)).toBe(false);
    expect([...store.state.ablated]).toEqual([NODE, OTHER]);
  });

  it("forgets what could be redone at a new step", async () => {
    const { store } = await open("/circuits/a-1");
    store.step((state) => toggle(state, [NODE]));
    store.undo();
    store.step((state) => ({ ...state, value: "zero" }));
    expect(canRedo(store.timeline)).toBe(false);
    expect(undoWords(store.timeline)).toBe("ablate by zero");
  });

  it("chooses nothing else where a node is selected", async () => {
    const { browser, store } = await open("/circuits/a-1?view=tokens&token=3&cell=answer:1");
    expect(store.state.look.cell).toBe("answer:1");
    store.step((now) => toggle(now, [OTHER]));
    store.select(NODE);
    expect(store.state.look).toMatchObject({ cell: null, position: 3 });
    browser.history.back();
    expect(store.state.look.cell).toBe("answer:1");
  });

  it("moves the selection without a step", async () => {
    const { browser, store } = await open("/circuits/a-1");
    store.select(NODE);
    expect(browser.url).toBe(`/circuits/a-1?select=${NODE}`);
    expect(canUndo(store.timeline)).toBe(false);
  });

  it("makes no step of what changes nothing", async () => {
    const { store } = await open("/circuits/a-1");
    store.step((state) => ({ ...state }));
    expect(canUndo(store.timeline)).toBe(false);
  });

  it("opens a step of a story as it is written; what is changed then is in the address", async () => {
    const { store, step, browser } = await open("/circuits/a-1?story=how&step=3", "value=zero");
    expect(step).toHaveBeenCalledWith({ id: "how", step: 3 });
    expect(store.state).toMatchObject({ value: "zero", story: { id: "how", step: 3 } });
    store.step((state) => ({ ...state, value: "mean" }));
    expect(browser.url).toBe("/circuits/a-1?story=how&step=3&mode=circuit");
    const again = await open(browser.url, "value=zero");
    expect(again.step).not.toHaveBeenCalled();
    expect(again.store.state).toMatchObject({ value: "mean", story: { id: "how", step: 3 } });
  });

  it("keeps the place in a story that has no such step", async () => {
    const { store } = await open("/circuits/a-1?story=how&step=99", null);
    expect(store.state.story).toEqual({ id: "how", step: 99 });
    expect(store.state.ablated.size).toBe(0);
  });

  it("shows what was asked for last when a state comes late", async () => {
    const browser = new FakeBrowser("/circuits/a-1?s=Xy7");
    let come = (_: string): void => undefined;
    const saved = () => new Promise<string>((resolve) => (come = resolve));
    const store = new ExplorationStore("a-1", { saved, step: saved }, browser as never);
    const opened = store.open();
    store.step((state) => ({ ...state, mode: "model" }));
    come("mode=circuit_ablated");
    await opened;
    expect(store.state.mode).toBe("model");
  });

  it("tells its listeners until they leave, and follows Back until it is closed", async () => {
    const { browser, store } = await open("/circuits/a-1");
    const seen: number[] = [];
    const leave = store.subscribe((state) => seen.push(state.ablated.size));
    store.step((state) => toggle(state, [NODE]));
    browser.history.back();
    expect(seen).toEqual([1, 0]);
    leave();
    store.close();
    browser.history.forward();
    expect(store.state.ablated.size).toBe(0);
    expect(seen).toEqual([1, 0]);
  });
});
