/**
 * Draws a line around things on the element that it lies in, with Shift held or while it is armed.
 * Fires `lasso` with the line's points, in pixels from the element's top left. The element under
 * it hears nothing of the mouse meanwhile.
 */
import { LitElement, css, html, nothing, svg } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { Point } from "../drawing/layout";

/** What the drawing under it listens to. */
const STARTS = ["pointerdown", "mousedown", "touchstart"] as const;

@customElement("cx-lasso")
export class Lasso extends LitElement {
  static override styles = css`
    :host {
      position: absolute;
      inset: 0;
      pointer-events: none;
    }
    svg {
      width: 100%;
      height: 100%;
    }
    path {
      fill: var(--accent-wash);
      fill-opacity: 0.5;
      stroke: var(--accent);
      stroke-width: 1.5;
      stroke-dasharray: 5 3;
    }
  `;

  /** The next line needs no Shift. */
  @property({ type: Boolean }) armed = false;
  /** What it lies over. */
  @property({ attribute: false }) over: HTMLElement | null = null;
  @state() private path: readonly Point[] = [];
  #watched: HTMLElement | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch(null);
    this.#end();
  }

  protected override updated(): void {
    this.#watch(this.over);
  }

  #watch(element: HTMLElement | null): void {
    if (element === this.#watched) return;
    for (const name of STARTS) {
      this.#watched?.removeEventListener(name, this.#start, { capture: true });
      element?.addEventListener(name, this.#start, { capture: true });
    }
    this.#watched = element;
  }

  readonly #start = (event: Event): void => {
    const shift = "shiftKey" in event && event.shiftKey === true;
    if (!shift && !this.armed && this.path.length === 0) return;
    event.stopPropagation();
    if (!(event instanceof PointerEvent) || event.button !== 0) return;
    this.path = [this.#place(event)];
    window.addEventListener("pointermove", this.#move);
    window.addEventListener("pointerup", this.#up);
    window.addEventListener("pointercancel", this.#end);
  };

  readonly #move = (event: PointerEvent): void => {
    event.preventDefault();
    this.path = [...this.path, this.#place(event)];
  };

  readonly #up = (): void => {
    const { path } = this;
    this.#end();
    this.dispatchEvent(new CustomEvent<readonly Point[]>("lasso", { detail: path }));
  };

  readonly #end = (): void => {
    this.path = [];
    window.removeEventListener("pointermove", this.#move);
    window.removeEventListener("pointerup", this.#up);
    window.removeEventListener("pointercancel", this.#end);
  };

  #place({ clientX, clientY }: PointerEvent): Point {
    const { left, top } = this.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  override render(): TemplateResult | typeof nothing {
    if (this.path.length < 2) return nothing;
    const line = this.path.map(({ x, y }) => `${x},${y}`).join("L");
    return html`<svg aria-hidden="true">${svg`<path d="M${line}" />`}</svg>`;
  }
}
