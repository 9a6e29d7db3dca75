/** Numbers, times and names as the pages write them. A proper minus sign everywhere. */
const MINUS = "\u2212";

/** A number with a fixed number of decimals; very small ones keep two significant digits. */
export function decimal(value: number, decimals = 3): string {
  if (!Number.isFinite(value)) return "n/a";
  const tiny = value !== 0 && Math.abs(value) < 0.5 * 10 ** -decimals;
  return minus(tiny ? value.toExponential(1) : value.toFixed(decimals));
}

/** A loss with as many decimals, three or more, as it takes to see on which side of a target it is. */
export function lossBeside(loss: number, target: number): string {
  const told = (decimals: number): boolean =>
    Number(loss.toFixed(decimals)) > target === loss > target;
  return decimal(loss, [3, 4, 5].find(told) ?? 6);
}

/** A change, always with its sign; "0" followed by decimals for none. */
export function signed(value: number, decimals = 3): string {
  const text = decimal(Math.abs(value), decimals);
  if (Number(value.toFixed(decimals)) === 0) return `±${(0).toFixed(decimals)}`;
  return `${value < 0 ? MINUS : "+"}${text}`;
}

export function percent(fraction: number, decimals = 1): string {
  return `${minus((fraction * 100).toFixed(decimals))}%`;
}

/** A fraction of nonzero weights: two significant digits, as percent. */
export function sparsity(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(2))}%`;
}

export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** 1234567 as 1.2M. */
export function compact(value: number): string {
  if (value < 10_000) return count(value);
  if (value < 1_000_000) return `${(value / 1000).toFixed(value < 100_000 ? 1 : 0)}k`;
  return `${(value / 1_000_000).toFixed(1)}M`;
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function seconds(value: number): string {
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 120) return `${Math.round(value)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

export function milliseconds(value: number): string {
  if (value >= 1000) return seconds(value / 1000);
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

/** An instant as local date and minutes. */
export function instant(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime())
    ? iso
    : date.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

/** Start of a digest, enough to tell it from others. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}

function minus(text: string): string {
  return text.replaceAll("-", MINUS);
}
