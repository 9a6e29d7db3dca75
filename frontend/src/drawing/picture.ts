/**
 * What is on the screen as a file: the drawing as `svg.ts` gives it, and behind it the boxes and
 * words around the canvas, read from the page. PNG is that SVG, drawn at twice the size.
 */
import type { Viewport } from "./sight";
import { attributes, escaped } from "./svg";

const SCALE = 2;

export interface Shown {
  /** The drawing, in its own coordinates. */
  readonly drawing: string;
  readonly viewport: Viewport;
  readonly canvas: Element;
  /** Holds the canvas and what stands around it. */
  readonly frame: Element;
  /** What stands around the canvas: boxes and words. */
  readonly around: Element | null;
  readonly title: string;
  readonly description: string;
}

/** A whole SVG document of the frame's size. */
export function picture(shown: Shown): string {
  const { drawing, viewport, title, description } = shown;
  const frame = shown.frame.getBoundingClientRect();
  const canvas = shown.canvas.getBoundingClientRect();
  const [left, top] = [canvas.left - frame.left, canvas.top - frame.top];
  const { width, height } = frame;
  const inside = { x: left, y: top, width: canvas.width, height: canvas.height };
  const { pan, zoom } = viewport;
  const moved = `translate(${left + pan.x} ${top + pan.y}) scale(${zoom})`;
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  const root = shown.frame.getRootNode();
  const paper = getComputedStyle(root instanceof ShadowRoot ? root.host : shown.frame);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg"${attributes(size)}>`,
    `<title>${escaped(title)}</title><desc>${escaped(description)}</desc>`,
    `<rect${attributes({ width, height, fill: paper.backgroundColor })}/>`,
    shown.around === null ? "" : boxes(shown.around, frame),
    `<clipPath id="canvas"><rect${attributes(inside)}/></clipPath>`,
    `<g clip-path="url(#canvas)"><g${attributes({ transform: moved })}>`,
    drawing,
    "</g></g></svg>",
  ].join("\n");
}

/** Backgrounds, upper borders and words of an element and all in it, placed as on the screen. */
function boxes(root: Element, frame: DOMRect): string {
  const parts: string[] = [];
  for (const element of [root, ...root.querySelectorAll("*")]) {
    const style = getComputedStyle(element);
    const place = element.getBoundingClientRect();
    const [x, y] = [place.left - frame.left, place.top - frame.top];
    const { width, height } = place;
    if (!style.backgroundColor.endsWith(", 0)")) {
      parts.push(`<rect${attributes({ x, y, width, height, fill: style.backgroundColor })}/>`);
    }
    const border = Number.parseFloat(style.borderTopWidth);
    if (border > 0) {
      parts.push(`<rect${attributes({ x, y, width, height: border, fill: style.borderTopColor })}/>`);
    }
    for (const node of element.childNodes) {
      if (node instanceof Text) parts.push(words(node, style, frame));
    }
  }
  return parts.join("\n");
}

function words(node: Text, style: CSSStyleDeclaration, frame: DOMRect): string {
  const content = node.data.trim();
  if (content === "") return "";
  const range = document.createRange();
  range.selectNodeContents(node);
  const place = range.getBoundingClientRect();
  const size = Number.parseFloat(style.fontSize);
  return `<text${attributes({
    x: place.left - frame.left,
    y: place.top - frame.top + place.height / 2 + size * 0.35,
    "font-family": style.fontFamily,
    "font-size": size,
    "font-weight": style.fontWeight,
    fill: style.color,
  })}>${escaped(content)}</text>`;
}

/** An SVG document as PNG. */
export async function png(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(svgBlob(svg));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width * SCALE, image.height * SCALE];
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      const done = (blob: Blob | null): void =>
        blob ? resolve(blob) : reject(new Error("The browser made no picture of this size."));
      canvas.toBlob(done, "image/png");
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

export function svgBlob(svg: string): Blob {
  return new Blob([svg], { type: "image/svg+xml" });
}

/** Lets the browser save a file. */
export function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  [link.href, link.download] = [url, name];
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
