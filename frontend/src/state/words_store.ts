/**
 * The words on a circuit, read, saved and taken away.
 *
 * Saving names the version that was read. If somebody else saved meanwhile, nothing is written and
 * both texts are there: theirs as the present word, ours still in its draft.
 */
import { api, need } from "../api/client";
import { ApiError, asProblem, problemOf } from "../api/problem";
import type { Problem, Word } from "../api/types";
import type { PredicateDraft } from "./predicate";
import type { CaseDraft } from "./cases";
import type { WordDocument, Words } from "./words";
import { NO_WORDS, sortOut } from "./words";

/** What became of a save: the new version, or what somebody else saved first (null: taken away). */
export type Saved = { readonly saved: Word } | { readonly theirs: Word | null };

/** What is being written and not saved yet. */
export interface Draft {
  /** The version it was begun on; 0 where nothing was. */
  readonly on: number;
  readonly name: string;
  readonly text: string;
  readonly members: readonly string[];
  readonly predicate: PredicateDraft;
  readonly kase: CaseDraft;
}

const AUTHOR = "circuit-explorer.author";

/** The name under which this browser's user wrote last. */
export function lastAuthor(): string {
  return localStorage.getItem(AUTHOR) ?? "";
}

export class WordsStore {
  words: Words = NO_WORDS;
  problem: Problem | null = null;
  loaded = false;
  /** What was taken away last, to be brought back. */
  removed: Word | null = null;
  /** By target: they stay while something else is looked at. */
  readonly drafts = new Map<string, Draft>();
  #all = new Map<string, Word>();

  constructor(
    readonly slug: string,
    private readonly changed: () => void,
  ) {}

  /** Reads all words anew; what was there stays until they come, and if they do not. */
  async load(): Promise<void> {
    try {
      const params = { path: { slug: this.slug } };
      const words = await need(api.GET("/api/circuits/{slug}/words", { params }));
      this.#all = new Map(words.map((word) => [word.target, word]));
      this.problem = null;
      this.loaded = true;
    } catch (error) {
      this.problem = asProblem(error);
    }
    this.#sortOut();
  }

  /** The present word at a target; null if there is none. */
  at(target: string): Word | null {
    return this.#all.get(target) ?? null;
  }

  /**
   * Saves a word written on a version; 0 where nothing was. Throws an `ApiError` if it cannot be
   * saved for another reason than somebody else's saving.
   */
  async save(target: string, document: WordDocument, on: number, author: string): Promise<Saved> {
    localStorage.setItem(AUTHOR, author);
    const { data, error, response } = await api.PUT("/api/circuits/{slug}/words/{target}", {
      params: { path: { slug: this.slug, target } },
      body: { on, author, document },
    });
    if (this.removed?.target === target && data) this.removed = null;
    return this.#heard(target, data, error, response);
  }

  /** Takes a word away; `removed` then brings it back. */
  async remove(word: Word, author: string): Promise<Saved> {
    const { target, version: on } = word;
    const { data, error, response } = await api.DELETE("/api/circuits/{slug}/words/{target}", {
      params: { path: { slug: this.slug, target }, query: { on, author } },
    });
    if (data) this.removed = word;
    return this.#heard(target, data, error, response);
  }

  /** Brings back what was taken away last, unless somebody else wrote something there since. */
  async bringBack(): Promise<void> {
    const word = this.removed;
    if (word === null || word.document === null) return;
    await this.save(word.target, word.document, 0, word.author);
    this.removed = null;
    this.changed();
  }

  #heard(target: string, data: Word | undefined, error: unknown, response: Response): Saved {
    const theirs = data ?? (response.status === 409 ? presentOf(error) : undefined);
    if (theirs === undefined) throw new ApiError(problemOf(error, response));
    if (theirs === null || theirs.document === null) this.#all.delete(target);
    else this.#all.set(target, theirs);
    this.#sortOut();
    return data ? { saved: data } : { theirs };
  }

  #sortOut(): void {
    this.words = sortOut([...this.#all.values()]);
    this.changed();
  }
}

/** The present word that a refusal carries; undefined if it carries none. */
function presentOf(error: unknown): Word | null | undefined {
  return (error as { present?: Word | null }).present;
}
