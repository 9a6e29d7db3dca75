/** Which tokens of the two sequences of a pair differ. */

/** Marks, for each sequence, the tokens that the other one does not share in their place. */
export function differing<T>(
  first: readonly T[],
  second: readonly T[],
  same: (a: T, b: T) => boolean,
): [boolean[], boolean[]] {
  if (first.length === second.length) {
    const marks = first.map((token, i) => !same(token, second[i] as T));
    return [marks, [...marks]];
  }
  const shorter = Math.min(first.length, second.length);
  let head = 0;
  while (head < shorter && same(first[head] as T, second[head] as T)) head += 1;
  let tail = 0;
  while (
    tail < shorter - head &&
    same(first[first.length - 1 - tail] as T, second[second.length - 1 - tail] as T)
  ) {
    tail += 1;
  }
  const mark = (length: number): boolean[] =>
    Array.from({ length }, (_, i) => i >= head && i < length - tail);
  return [mark(first.length), mark(second.length)];
}
