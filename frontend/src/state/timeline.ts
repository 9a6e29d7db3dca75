/**
 * The steps of an exploration in words, and where in them the page stands.
 *
 * Steps are entries of the browser's own history, so that Back is undo and Forward is redo. Each
 * entry carries its depth; this value keeps the words beside it. After a reload the words of
 * earlier steps are gone, the steps themselves are not.
 */
export interface Timeline {
  /** Words of the step that led to each depth, by depth; unknown ones are missing. */
  readonly words: ReadonlyMap<number, string>;
  readonly depth: number;
  /** The deepest entry that can still be reached. */
  readonly top: number;
}

export function startTimeline(depth: number): Timeline {
  return { words: new Map(), depth, top: depth };
}

/** A new step: what could have been redone is gone. */
export function push(timeline: Timeline, words: string): Timeline {
  const depth = timeline.depth + 1;
  const kept = new Map([...timeline.words].filter(([at]) => at < depth));
  return { words: kept.set(depth, words), depth, top: depth };
}

/** The browser went to an entry. */
export function moveTo(timeline: Timeline, depth: number): Timeline {
  return { ...timeline, depth, top: Math.max(timeline.top, depth) };
}

export function canUndo(timeline: Timeline): boolean {
  return timeline.depth > 0;
}

export function canRedo(timeline: Timeline): boolean {
  return timeline.depth < timeline.top;
}

/** What undo would take back and redo would bring, in words. */
export function undoWords(timeline: Timeline): string {
  return timeline.words.get(timeline.depth) ?? "last step";
}

export function redoWords(timeline: Timeline): string {
  return timeline.words.get(timeline.depth + 1) ?? "next step";
}
