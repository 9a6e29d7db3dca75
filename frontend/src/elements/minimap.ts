/**
 * A large circuit small: a dot a node, and a frame around what is on the screen. Fires `centre-on`
 * with a place of the drawing. For the mouse; by keyboard, the selection moves the drawing.
 */
import { LitElement, css, html } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import type { Viewport } from "../drawing/sight";
import type { Layout, Point } from "../drawing/layout";

const WIDTH = 168;
const HEIGHT = 112;
const MARGIN = 6;

interface Scale {
  readonly left: number;
  readonly top: number;
  readonly x: number;
  readonly y: number;
}

/** Fits places into the map; both axes fill it, as wide circuits would be a line. */
export function scaleOf(places: Iterable<Point>): Scale {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of places) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return {
    left,
    top,
    x: (WIDTH - 2 * MARGIN) / Math.max(1, right - left),
    y: (HEIGHT - 2 * MARGIN) / Math.max(1, bottom - top),
  };
}

@customElement("cx-minimap")
export class Minimap extends LitElement {
  static override styles = css`
    :host {
      display: block;
      width: ${WIDTH}px;
      height: ${HEIGHT}px;
      border: 1px solid var(--line-2);
      border-radius: 4px;
      background: var(--surface);
      overflow: hidden;
      cursor: crosshair;
      touch-action: none;
    }
    .frame {
      position: absolute;
      border: 1.5px solid var(--accent);
      background: var(--accent-wash);
      mix-blend-mode: multiply;
      pointer-events: none;
    }
    @media (prefers-color-scheme: dark) {
      .frame {
        mix-blend-mode: screen;
      }
    }
  `;

  @property({ attribute: false }) layout: Layout | null = null;
  @property({ attribute: false }) viewport: Viewport | null = null;
  /** Of the canvas, in pixels. */
  @property({ attribute: false }) size: { readonly width: number; readonly height: number } | null =
    null;
  @query("canvas") private readonly canvas!: HTMLCanvasElement;

  #scale: Scale | null = null;

  protected override updated(changed: PropertyValues): void {
    if (changed.has("layout") && this.layout !== null) this.#draw(this.layout);
  }

  #draw({ places }: Layout): void {
    const scale = scaleOf(places.values());
    this.#scale = scale;
    const context = this.canvas.getContext("2d");
    if (context === null) return;
    context.clearRect(0, 0, WIDTH, HEIGHT);
    context.fillStyle = getComputedStyle(this).getPropertyValue("--ink-3");
    for (const { x, y } of places.values()) {
      context.fillRect(MARGIN + (x - scale.left) * scale.x, MARGIN + (y - scale.top) * scale.y, 1.5, 2);
    }
    this.requestUpdate();
  }

  #go(event: PointerEvent): void {
    if (this.#scale === null || (event.type === "pointermove" && event.buttons !== 1)) return;
    const { left, top } = this.getBoundingClientRect();
    const at: Point = {
      x: this.#scale.left + (event.clientX - left - MARGIN) / this.#scale.x,
      y: this.#scale.top + (event.clientY - top - MARGIN) / this.#scale.y,
    };
    this.dispatchEvent(new CustomEvent<Point>("centre-on", { detail: at }));
  }

  override render(): TemplateResult {
    return html`<canvas
        width=${WIDTH}
        height=${HEIGHT}
        aria-hidden="true"
        @pointerdown=${this.#go}
        @pointermove=${this.#go}
      ></canvas>
      <div class="frame" style=${this.#frame()}></div>`;
  }

  #frame(): string {
    const { viewport, size } = this;
    if (this.#scale === null || viewport === null || size === null) return "display: none";
    const { left, top, x, y } = this.#scale;
    const { pan, zoom } = viewport;
    const within = (value: number, most: number): number => Math.max(0, Math.min(most, value));
    const start = {
      x: within(MARGIN + (-pan.x / zoom - left) * x, WIDTH),
      y: within(MARGIN + (-pan.y / zoom - top) * y, HEIGHT),
    };
    const end = {
      x: within(MARGIN + ((size.width - pan.x) / zoom - left) * x, WIDTH),
      y: within(MARGIN + ((size.height - pan.y) / zoom - top) * y, HEIGHT),
    };
    return `left: ${start.x}px; top: ${start.y}px; width: ${end.x - start.x}px; height: ${end.y - start.y}px`;
  }
}
