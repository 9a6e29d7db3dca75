/**
 * Loss and size of a search against its steps, redrawn at most once a frame while events come.
 * Plotly draws into the light DOM of this element: its styles are in the document, so the element
 * must not stand in a shadow root itself.
 */
import { LitElement } from "lit";
import type { PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { Progress } from "../api/types";
import type { Series } from "../state/progress";
import { decades, series } from "../state/progress";
import type { PlotlyTrace } from "./plotly";
import { plotly } from "./plotly";

@customElement("cx-progress-figure")
export class ProgressFigure extends LitElement {
  @property({ attribute: false }) events: readonly Progress[] = [];
  @property({ attribute: false }) target: number | null = null;
  #frame = 0;
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #redraw = (): void => this.#schedule();

  override connectedCallback(): void {
    super.connectedCallback();
    this.style.display = "block";
    this.style.height = "440px";
    this.setAttribute("role", "img");
    this.setAttribute("aria-label", "Task loss and number of nodes against search steps");
    this.#dark.addEventListener("change", this.#redraw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
    this.#dark.removeEventListener("change", this.#redraw);
    plotly()?.purge(this);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override updated(_changed: PropertyValues): void {
    this.#schedule();
  }

  #schedule(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    const style = getComputedStyle(this);
    const color = (name: string): string => style.getPropertyValue(name).trim();
    const found = series(this.events);
    const traces: PlotlyTrace[] = [
      {
        x: found.x,
        y: found.loss,
        name: "task loss",
        mode: "lines",
        line: { color: color("--negative"), width: 1.8 },
        hovertemplate: "%{y:.4f} nats",
      },
      {
        x: found.x,
        y: found.nodes,
        name: "nodes",
        mode: "lines",
        line: { color: color("--accent"), width: 1.8 },
        yaxis: "y2",
        hovertemplate: "%{y} nodes",
      },
      {
        x: found.x,
        y: found.edges,
        name: "induced edges",
        mode: "lines",
        line: { color: color("--kind-neuron"), width: 1.8, dash: "dot" },
        yaxis: "y2",
        hovertemplate: "%{y} edges",
      },
    ];
    void plotly()?.react(this, traces, this.#layout(found, color), {
      displayModeBar: false,
      responsive: true,
    });
  }

  #layout(found: Series, color: (name: string) => string): Record<string, unknown> {
    const axis = { gridcolor: color("--line"), linecolor: color("--line-2"), zeroline: false };
    const line = { color: color("--line-2"), width: 1, dash: "dot" };
    return {
      autosize: true,
      height: 440,
      margin: { l: 62, r: 70, t: 26, b: 40 },
      paper_bgcolor: "transparent",
      plot_bgcolor: "transparent",
      font: { family: "system-ui, sans-serif", size: 12, color: color("--ink-2") },
      showlegend: true,
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1.09 },
      hovermode: "x unified",
      hoverlabel: { bgcolor: color("--surface"), bordercolor: color("--line-2") },
      xaxis: { ...axis, title: { text: "step" }, anchor: "y2", rangemode: "tozero", autorangeoptions: { include: 10 } },
      yaxis: { ...axis, title: { text: "task loss, nats" }, domain: [0.54, 1], rangemode: "tozero" },
      yaxis2: { ...axis, title: { text: "size" }, domain: [0, 0.46], type: "log", dtick: 1, range: decades(found) },
      shapes: [
        ...(this.target === null
          ? []
          : [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: this.target, y1: this.target, line }]),
        ...found.stages
          .slice(1)
          .map(({ start }) => ({ type: "line", yref: "paper", y0: 0, y1: 1, x0: start, x1: start, line })),
      ],
      annotations: [
        ...(this.target === null
          ? []
          : [
              {
                xref: "paper",
                x: 1.005,
                xanchor: "left",
                y: this.target,
                yanchor: "middle",
                text: `target ${this.target}`,
                showarrow: false,
                font: { size: 11 },
              },
            ]),
        // In two lines by turns, since short stages begin close to each other.
        ...found.stages.map(({ name, start }, i) => ({
          x: start,
          xanchor: "left",
          yref: "paper",
          y: i % 2 === 0 ? 0.52 : 0.48,
          yanchor: "middle",
          text: name,
          showarrow: false,
          font: { size: 11 },
        })),
      ],
    };
  }
}
