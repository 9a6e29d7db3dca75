/** The circuit unrolled over tokens as a file: its lines, then its cells and names over them. */
import { boxes, painted } from "./page_boxes";
import { opened } from "./picture";
import { attributes } from "./svg";

/**
 * An SVG document of the whole grid, laid out with nothing scrolled away.
 *
 * @param canvas holds rows and lines.
 * @param grid rows.
 * @param lines an SVG in the canvas's coordinates.
 */
export function unrolledPicture(
  { canvas, grid, lines }: { canvas: Element; grid: Element; lines: Element },
  title: string,
  description: string,
): string {
  const frame = canvas.getBoundingClientRect();
  const paper = getComputedStyle(grid.querySelector(".name") ?? canvas).backgroundColor;
  return [
    ...opened(frame, title, description, paper),
    ...[...lines.children].map(line),
    boxes(grid, frame),
    "</svg>",
  ].join("\n");
}

/** A line or a box as it is styled. */
function line(element: Element): string {
  const style = getComputedStyle(element);
  const own = Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
  delete own["class"];
  return `<${element.tagName}${attributes({
    ...own,
    ...painted("fill", style.fill),
    ...painted("stroke", style.stroke),
    "stroke-linecap": style.strokeLinecap,
    "stroke-dasharray": style.strokeDasharray === "none" ? null : style.strokeDasharray,
    opacity: Number(style.opacity),
  })}/>`;
}
