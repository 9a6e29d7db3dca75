/**
 * A large circuit small: a dot a node, and a frame around what is on the screen. Fires `centre-on`
 * with a place of the drawing, `zoom-by` with a factor, and `fit-drawing`. By keyboard, arrows move
 * what is on the screen, plus and minus zoom, Home fits.
 */
import { LitElement, css, html } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import type { Box } from "../drawing/groups";
import { around, inSight, mapActionOf, sightInWords } from "../drawing/map_keys";
import type { Viewport } from "../drawing/sight";
import type { Layout, Point } from "../drawing/layout";
import { base } from "../styles/shared";

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
  const { left, right, top, bottom } = around(places);
  return {
    left,
    top,
    x: (WIDTH - 2 * MARGIN) / Math.max(1, right - left),
    y: (HEIGHT - 2 * MARGIN) / Math.max(1, bottom - top),
  };
}

@customElement("cx-minimap")
export class Minimap extends LitElement {
  static override styles = [
    base,
    css`
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
      .map {
        position: relative;
        height: 100%;
      }
      .map:focus-visible {
        outline-offset: -3px;
      }
      @media (prefers-color-scheme: dark) {
        .frame {
          mix-blend-mode: screen;
        }
      }
    `,
  ];

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

  /** What is on the screen, in the drawing's coordinates. */
  get #seen(): Box | null {
    const { viewport, size } = this;
    return viewport && size && inSight(viewport, size.width, size.height);
  }

  #keys(event: KeyboardEvent): void {
    const seen = this.#seen;
    if (seen === null || this.layout === null) return;
    const action = mapActionOf(event, seen, around(this.layout.places.values()));
    if (action === null) return;
    event.preventDefault();
    if (action.do === "fit") this.dispatchEvent(new Event("fit-drawing"));
    else if (action.do === "zoom") {
      this.dispatchEvent(new CustomEvent<number>("zoom-by", { detail: action.by }));
    } else this.dispatchEvent(new CustomEvent<Point>("centre-on", { detail: action.at }));
  }

  override render(): TemplateResult {
    const seen = this.#seen;
    const words = seen && this.layout ? sightInWords(this.layout.places, seen) : "";
    // Whoever drags with the mouse sees it.
    const live = this.matches(":focus-within") ? "polite" : "off";
    return html`<div
        class="map"
        tabindex="0"
        role="application"
        aria-label="Minimap. Arrow keys move the drawing, plus and minus zoom, Home fits it."
        aria-describedby="sight"
        @keydown=${this.#keys}
      >
        <canvas
          width=${WIDTH}
          height=${HEIGHT}
          aria-hidden="true"
          @pointerdown=${this.#go}
          @pointermove=${this.#go}
        ></canvas>
        <div class="frame" style=${this.#frame(seen)}></div>
      </div>
      <p id="sight" class="visually-hidden" aria-live=${live}>${words}</p>`;
  }

  #frame(seen: Box | null): string {
    if (this.#scale === null || seen === null) return "display: none";
    const { left, top, x, y } = this.#scale;
    const within = (value: number, most: number): number => Math.max(0, Math.min(most, value));
    const start = {
      x: within(MARGIN + (seen.left - left) * x, WIDTH),
      y: within(MARGIN + (seen.top - top) * y, HEIGHT),
    };
    const end = {
      x: within(MARGIN + (seen.right - left) * x, WIDTH),
      y: within(MARGIN + (seen.bottom - top) * y, HEIGHT),
    };
    return `left: ${start.x}px; top: ${start.y}px; width: ${end.x - start.x}px; height: ${end.y - start.y}px`;
  }
}
