/** What is written about a circuit: labels of nodes, edges and groups, its stories and cases. */
import type { Case, Label, Step, Story, Word } from "../api/types";

export type Written<D> = Omit<Word, "document"> & { readonly document: D };
export type LabelWord = Written<Label>;
export type StepWord = Written<Step>;
export type CaseWord = Written<Case>;
export type StoryWord = Written<Story>;
export type WordDocument = NonNullable<Word["document"]>;

/** The present words of a circuit, sorted out. */
export interface Words {
  /** Labels of nodes and edges, by name. */
  readonly labels: ReadonlyMap<string, LabelWord>;
  readonly groups: readonly LabelWord[];
  /** By title. */
  readonly stories: readonly ToldStory[];
  /** By title. */
  readonly cases: readonly CaseWord[];
}

export interface ToldStory {
  readonly word: StoryWord;
  /** In the order in which they are read. */
  readonly steps: readonly StepWord[];
}

export const NO_WORDS: Words = { labels: new Map(), groups: [], stories: [], cases: [] };

export const GROUP = "group:";
export const CASE = "case:";
export const STEP = "step:";
export const STORY = "story:";

export function sortOut(words: readonly Word[]): Words {
  const labels = words.filter((word): word is LabelWord => word.document?.kind === "label");
  const stories = words.filter((word): word is StoryWord => word.document?.kind === "story");
  const steps = words
    .filter((word): word is StepWord => word.document?.kind === "step")
    .sort((a, b) => a.document.place - b.document.place || (a.target < b.target ? -1 : 1));
  return {
    labels: new Map(labels.filter(isOfOne).map((word) => [word.target, word])),
    groups: labels.filter((word) => !isOfOne(word)),
    stories: stories
      .sort((a, b) => a.document.title.localeCompare(b.document.title))
      .map((word) => ({
        word,
        steps: steps.filter((step) => step.document.story === word.target),
      })),
    cases: words
      .filter((word): word is CaseWord => word.document?.kind === "case")
      .sort((a, b) => a.document.title.localeCompare(b.document.title)),
  };
}

/** The groups of nodes by what they are called and hold. */
export function groupsOf(words: Words): { target: string; label: string; members: string[] }[] {
  return words.groups.map(({ target, document }) => ({
    target,
    label: document.label,
    members: document.members ?? [],
  }));
}

function isOfOne(word: LabelWord): boolean {
  return !word.target.startsWith(GROUP);
}

/** The label of a node or an edge as text; "" if it has none. */
export function labelOf(words: Words, name: string): string {
  return words.labels.get(name)?.document.label ?? "";
}

/** A new target of a group, a story, a step or a case; nobody else makes the same. */
export function newTarget(prefix: typeof CASE | typeof GROUP | typeof STEP | typeof STORY): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return prefix + [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
