/**
 * Loss against size, on a logarithmic axis of sizes. A click on a point fires `pick-point` with its
 * number of nodes. Plotly draws into the light DOM of this element: its styles are in the document,
 * so the element must not stand in a shadow root itself.
 */
import { LitElement } from "lit";
import type { PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { PathPoint } from "../api/types";
import type { SizeBy } from "../state/sizes";
import { SIZE_NAMES, sizeOnAxis, sizeTicks } from "../state/sizes";
import type { PlotlyTrace } from "./plotly";
import { loadPlotly, plotly } from "./plotly";

/** The circuit of the page, which lies on the curve only if nothing was taken out afterwards. */
export interface ThisCircuit {
  readonly nodes: number;
  readonly induced_edges: number;
  readonly test_loss: number;
}

interface Clicked {
  points: readonly { customdata?: unknown }[];
}

type Clickable = HTMLElement & {
  on?(event: "plotly_click", handle: (clicked: Clicked) => void): void;
};

@customElement("cx-size-figure")
export class SizeFigure extends LitElement {
  @property({ attribute: false }) points: readonly PathPoint[] = [];
  @property({ attribute: false }) circuit: ThisCircuit | null = null;
  @property({ attribute: false }) target = 0.15;
  @property() by: SizeBy = "induced_edges";
  /** Number of nodes of the point that is chosen. */
  @property({ attribute: false }) picked: number | null = null;
  #frame = 0;
  #listening = false;
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #redraw = (): void => this.#schedule();
  /** Shown again after it was not, or beside something that changed its width. */
  readonly #sizes = new ResizeObserver(() => {
    if (this.#listening && this.offsetWidth > 0) void plotly()?.Plots.resize(this);
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.style.display = "block";
    this.style.height = "400px";
    this.setAttribute("role", "img");
    this.setAttribute("aria-label", "Loss against size; the table has the same points");
    this.#dark.addEventListener("change", this.#redraw);
    this.#sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
    this.#dark.removeEventListener("change", this.#redraw);
    this.#sizes.disconnect();
    plotly()?.purge(this);
    this.#listening = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override updated(_changed: PropertyValues): void {
    this.#schedule();
  }

  #schedule(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => void this.#draw());
  }

  async #draw(): Promise<void> {
    if (this.points.length === 0) return;
    try {
      const drawing = await loadPlotly();
      if (!this.isConnected) return;
      const style = getComputedStyle(this);
      const color = (name: string): string => style.getPropertyValue(name).trim();
      const config = { displayModeBar: false };
      await drawing.react(this, this.#traces(color), this.#layout(color), config);
      this.#listen();
    } catch (error) {
      // The table beside it has the same points.
      this.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    (this as Clickable).on?.("plotly_click", ({ points }) => {
      const nodes = points[0]?.customdata;
      if (typeof nodes !== "number") return;
      this.dispatchEvent(new CustomEvent<number>("pick-point", { detail: nodes }));
    });
  }

  #traces(color: (name: string) => string): PlotlyTrace[] {
    const x = this.points.map((point) => sizeOnAxis(point[this.by]));
    const nodes = this.points.map((point) => point.nodes);
    const edges = this.points.map((point) => point.induced_edges);
    const text = nodes.map((n, i) => `${n} nodes, ${edges[i]} induced edges`);
    const picked = this.points.find((point) => point.nodes === this.picked);
    const traces: PlotlyTrace[] = [
      {
        x,
        y: this.points.map((point) => point.validation_loss),
        name: "validation pairs",
        mode: "lines",
        line: { color: color("--ink-3"), width: 1.4, dash: "dot" },
        customdata: nodes,
        text,
        hovertemplate: "%{y:.4f} nats",
      },
      {
        x,
        y: this.points.map((point) => point.test_loss),
        name: "test pairs",
        mode: "lines+markers",
        line: { color: color("--accent"), width: 1.8 },
        marker: { color: color("--accent"), size: 7 },
        customdata: nodes,
        text,
        hovertemplate: "%{y:.4f} nats<br>%{text}",
      },
    ];
    if (picked) {
      traces.push({
        x: [sizeOnAxis(picked[this.by])],
        y: [picked.test_loss],
        name: "chosen",
        mode: "markers",
        marker: { color: "transparent", size: 16, line: { color: color("--ink"), width: 2 } },
        hovertemplate: "chosen<extra></extra>",
      });
    }
    if (this.circuit) {
      traces.push({
        x: [sizeOnAxis(this.circuit[this.by])],
        y: [this.circuit.test_loss],
        name: "this circuit",
        mode: "markers",
        marker: {
          color: color("--negative"),
          size: 13,
          symbol: "diamond",
          line: { color: color("--surface"), width: 1.5 },
        },
        hovertemplate: "%{y:.4f} nats",
      });
    }
    return traces;
  }

  #layout(color: (name: string) => string): Record<string, unknown> {
    const axis = { gridcolor: color("--line"), linecolor: color("--line-2"), zeroline: false };
    const sizes = this.points.map((point) => point[this.by]);
    if (this.circuit) sizes.push(this.circuit[this.by]);
    const ticks = sizeTicks(sizes);
    const ends = sizes.map((size) => Math.log10(sizeOnAxis(size)));
    const room = 0.04 * Math.max(1, Math.max(...ends) - Math.min(...ends));
    return {
      autosize: true,
      height: 400,
      margin: { l: 60, r: 92, t: 34, b: 48 },
      paper_bgcolor: "transparent",
      plot_bgcolor: "transparent",
      font: { family: "system-ui, sans-serif", size: 12, color: color("--ink-2") },
      showlegend: true,
      legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" },
      hovermode: "closest",
      hoverlabel: { bgcolor: color("--surface"), bordercolor: color("--line-2") },
      xaxis: {
        ...axis,
        type: "log",
        title: { text: `${SIZE_NAMES[this.by]}, logarithmic` },
        range: [Math.min(...ends) - room, Math.max(...ends) + room],
        tickvals: ticks.values,
        ticktext: ticks.words,
      },
      yaxis: { ...axis, title: { text: "task loss alone, nats" }, rangemode: "tozero" },
      shapes: [
        {
          type: "line",
          xref: "paper",
          x0: 0,
          x1: 1,
          y0: this.target,
          y1: this.target,
          line: { color: color("--good"), width: 1.4, dash: "dash" },
        },
      ],
      annotations: [
        {
          xref: "paper",
          x: 1.01,
          xanchor: "left",
          y: this.target,
          yanchor: "middle",
          text: `target ${this.target}`,
          showarrow: false,
          font: { size: 11, color: color("--good") },
        },
      ],
    };
  }
}
