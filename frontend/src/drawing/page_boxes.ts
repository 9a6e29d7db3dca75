/** Boxes and words of the page as SVG, read from what the browser has laid out. */
import { attributes, escaped } from "./svg";

/** What SVG has apart that CSS says in one: a colour and how opaque it is. */
export interface Paint {
  readonly colour: string;
  readonly opacity: number;
}

/** Where words begin to the right of what cuts them off, in pixels. */
const CUT = 1;

/** Backgrounds, borders and words of an element and all in it, placed as on the screen. */
export function boxes(root: Element, frame: DOMRect): string {
  const parts: string[] = [];
  for (const element of [root, ...root.querySelectorAll("*")]) {
    const style = getComputedStyle(element);
    const place = element.getBoundingClientRect();
    parts.push(...background(style, place, frame), ...borders(style, place, frame));
    for (const node of element.childNodes) {
      if (node instanceof Text) parts.push(words(node, style, place, frame));
    }
  }
  return parts.filter((part) => part !== "").join("\n");
}

/**
 * A colour as `getComputedStyle` writes it; null of one that is not seen.
 *
 * @param written as `rgb(0, 0, 0)`, `rgba(0, 0, 0, 0.5)` or `color(srgb 0 0 0 / 0.5)`.
 */
export function paint(written: string): Paint | null {
  const numbers = (/\(([^)]*)\)/.exec(written)?.[1] ?? "").match(/-?[\d.]+(e-?\d+)?/g)?.map(Number);
  if (numbers === undefined || numbers.length < 3) return null;
  const scale = written.startsWith("color(") ? 255 : 1;
  const opacity = numbers[3] ?? 1;
  const parts = numbers.slice(0, 3).map((part) => Math.round(part * scale));
  return opacity === 0 ? null : { colour: `rgb(${parts.join(", ")})`, opacity };
}

/** Attributes of what is filled or drawn with a colour. */
export function painted(how: "fill" | "stroke", written: string): Record<string, string | number | null> {
  const found = paint(written);
  if (found === null) return { [how]: "none" };
  const { colour, opacity } = found;
  return { [how]: colour, [`${how}-opacity`]: opacity < 1 ? opacity : null };
}

function rectangle(place: DOMRect, frame: DOMRect, inset = 0): Record<string, number> {
  return {
    x: place.left - frame.left + inset,
    y: place.top - frame.top + inset,
    width: Math.max(0, place.width - 2 * inset),
    height: Math.max(0, place.height - 2 * inset),
  };
}

/** The background, and a picture of one colour on it. */
function background(style: CSSStyleDeclaration, place: DOMRect, frame: DOMRect): string[] {
  const image = /(?:rgba?|color)\([^)]*\)/.exec(style.backgroundImage)?.[0] ?? "";
  const rx = pixels(style.borderTopLeftRadius) || null;
  return [style.backgroundColor, image]
    .filter((colour) => paint(colour) !== null)
    .map((colour) => `<rect${attributes({ ...rectangle(place, frame), rx, ...painted("fill", colour) })}/>`);
}

/** The outline and the border where they go all around; else the border above. */
function borders(style: CSSStyleDeclaration, place: DOMRect, frame: DOMRect): string[] {
  const parts: string[] = [];
  const around = (width: number, colour: string, inset: number): void => {
    const look = { ...painted("stroke", colour), "stroke-width": width, fill: "none" };
    const rx = pixels(style.borderTopLeftRadius) || null;
    parts.push(`<rect${attributes({ ...rectangle(place, frame, inset), rx, ...look })}/>`);
  };
  const border = pixels(style.borderTopWidth);
  if (border > 0 && style.borderLeftStyle !== "none") around(border, style.borderTopColor, border / 2);
  else if (border > 0) {
    const { x, y, width } = rectangle(place, frame);
    const fill = painted("fill", style.borderTopColor);
    parts.push(`<rect${attributes({ x: x ?? 0, y: y ?? 0, width: width ?? 0, height: border, ...fill })}/>`);
  }
  if (style.outlineStyle !== "none") {
    const outline = pixels(style.outlineWidth);
    around(outline, style.outlineColor, -pixels(style.outlineOffset) - outline / 2);
  }
  return parts;
}

function words(node: Text, style: CSSStyleDeclaration, box: DOMRect, frame: DOMRect): string {
  const content = node.data.trim();
  if (content === "") return "";
  const range = document.createRange();
  range.selectNodeContents(node);
  const place = range.getBoundingClientRect();
  const size = pixels(style.fontSize);
  const text = (left: number, top: number): string =>
    `<text${attributes({
      x: place.left - left,
      y: place.top - top + place.height / 2 + size * 0.35,
      "font-family": style.fontFamily,
      "font-size": size,
      "font-weight": style.fontWeight,
      "text-decoration": style.textDecorationLine === "none" ? null : style.textDecorationLine,
      ...painted("fill", style.color),
    })}>${escaped(content)}</text>`;
  const isCut = style.overflowX !== "visible" && place.width > box.width + CUT;
  if (!isCut) return text(frame.left, frame.top);
  return `<svg${attributes(rectangle(box, frame))}>${text(box.left, box.top)}</svg>`;
}

const pixels = (written: string): number => Number.parseFloat(written) || 0;
