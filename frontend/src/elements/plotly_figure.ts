/**
 * A figure drawn by Plotly: drawn again when a property, the colour scheme or its width changes.
 * Plotly draws into the light DOM of this element: its styles are in the document, so the element
 * must not stand in a shadow root itself.
 */
import { LitElement } from "lit";

import type { PlotlyTrace } from "./plotly";
import { loadPlotly, plotly } from "./plotly";

/** The value of a custom property, e.g. `--ink`, where the figure stands. */
export type Color = (name: string) => string;

export interface Drawing {
  readonly traces: readonly PlotlyTrace[];
  readonly layout: Record<string, unknown>;
}

interface Clicked {
  points: readonly { customdata?: unknown }[];
}

type Clickable = HTMLElement & {
  on?(event: "plotly_click", handle: (clicked: Clicked) => void): void;
};

export abstract class PlotlyFigure extends LitElement {
  #frame = 0;
  #drawn = false;
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #redraw = (): void => this.#schedule();
  /** Shown again after it was not, or beside something that changed its width. */
  readonly #sizes = new ResizeObserver(() => {
    if (this.#drawn && this.offsetWidth > 0) void plotly()?.Plots.resize(this);
  });

  /** What to draw; null for nothing yet. */
  protected abstract drawing(color: Color): Drawing | null;
  /** A point was clicked whose `customdata` is this; nothing happens unless a figure says what. */
  protected picked(_point: unknown): void {}
  protected abstract readonly description: string;
  protected readonly height: number = 400;

  override connectedCallback(): void {
    super.connectedCallback();
    this.style.display = "block";
    // What was drawn for a wide page must not keep it wide.
    this.style.contain = "inline-size";
    this.style.overflow = "hidden";
    this.style.height = `${this.height}px`;
    this.setAttribute("role", "img");
    this.setAttribute("aria-label", this.description);
    this.#dark.addEventListener("change", this.#redraw);
    this.#sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
    this.#dark.removeEventListener("change", this.#redraw);
    this.#sizes.disconnect();
    plotly()?.purge(this);
    this.#drawn = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override updated(): void {
    this.#schedule();
  }

  #schedule(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => void this.#draw());
  }

  async #draw(): Promise<void> {
    try {
      const script = await loadPlotly();
      const style = getComputedStyle(this);
      const drawing = this.drawing((name) => style.getPropertyValue(name).trim());
      if (drawing === null || !this.isConnected) return;
      await script.react(this, drawing.traces, drawing.layout, { displayModeBar: false });
      if (this.#drawn) return;
      this.#drawn = true;
      (this as Clickable).on?.("plotly_click", ({ points }) => this.picked(points[0]?.customdata));
    } catch (error) {
      // A table beside it has the same points.
      this.textContent = error instanceof Error ? error.message : String(error);
    }
  }
}

/** What the layouts of all figures share. */
export function plainLayout(color: Color, height: number): Record<string, unknown> {
  return {
    autosize: true,
    height,
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    font: { family: "system-ui, sans-serif", size: 12, color: color("--ink-2") },
    hovermode: "closest",
    hoverlabel: { bgcolor: color("--surface"), bordercolor: color("--line-2") },
  };
}

export function plainAxis(color: Color): Record<string, unknown> {
  return { gridcolor: color("--line"), linecolor: color("--line-2"), zeroline: false };
}
