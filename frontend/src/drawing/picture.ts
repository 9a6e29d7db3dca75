/**
 * What is on the screen as a file: the drawing as `svg.ts` gives it, and behind it the boxes and
 * words around the canvas, read from the page. PNG is that SVG, drawn at twice the size.
 */
import { boxes } from "./page_boxes";
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
  const inside = { x: left, y: top, width: canvas.width, height: canvas.height };
  const { pan, zoom } = viewport;
  const moved = `translate(${left + pan.x} ${top + pan.y}) scale(${zoom})`;
  const root = shown.frame.getRootNode();
  const paper = getComputedStyle(root instanceof ShadowRoot ? root.host : shown.frame);
  return [
    ...opened(frame, title, description, paper.backgroundColor),
    shown.around === null ? "" : boxes(shown.around, frame),
    `<clipPath id="canvas"><rect${attributes(inside)}/></clipPath>`,
    `<g clip-path="url(#canvas)"><g${attributes({ transform: moved })}>`,
    drawing,
    "</g></g></svg>",
  ].join("\n");
}

/** The beginning of an SVG document: its size, what it is of, its paper. */
export function opened(
  { width, height }: DOMRect,
  title: string,
  description: string,
  paper: string,
): string[] {
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg"${attributes(size)}>`,
    `<title>${escaped(title)}</title><desc>${escaped(description)}</desc>`,
    `<rect${attributes({ width, height, fill: paper })}/>`,
  ];
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
