/** Values as colours: blue above zero, orange below, stronger with magnitude; zero has none. */

/** Share of the full colour at most under text, so that ink stays readable on it. */
const UNDER_TEXT = 0.5;

/** The largest magnitude of some values; 0 of none. */
export function largest(...lists: readonly (readonly (number | null)[])[]): number {
  let most = 0;
  for (const list of lists) {
    for (const value of list) most = Math.max(most, Math.abs(value ?? 0));
  }
  return most;
}

/** How strong a value is beside the largest magnitude: 0 to 1. */
export function strength(value: number, most: number): number {
  return most === 0 ? 0 : Math.min(1, Math.abs(value) / most);
}

/** A background; of text unless it is said how strong it may become. */
export function heat(value: number | null, most: number, strongest = UNDER_TEXT): string {
  if (value === null || value === 0 || most === 0) return "transparent";
  const share = (100 * strongest * strength(value, most)).toFixed(1);
  return `color-mix(in srgb, var(--${value < 0 ? "negative" : "positive"}) ${share}%, transparent)`;
}
