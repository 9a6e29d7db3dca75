/**
 * Loss and size of a search against its steps, redrawn at most once a frame while events come.
 */
import { customElement, property } from "lit/decorators.js";

import type { Progress } from "../api/types";
import type { Series } from "../state/progress";
import { decades, series } from "../state/progress";
import type { PlotlyTrace } from "./plotly";
import type { Color, Drawing } from "./plotly_figure";
import { PlotlyFigure, plainAxis, plainLayout } from "./plotly_figure";

@customElement("cx-progress-figure")
export class ProgressFigure extends PlotlyFigure {
  @property({ attribute: false }) events: readonly Progress[] = [];
  @property({ attribute: false }) target: number | null = null;
  protected override readonly description = "Task loss and number of nodes against search steps";
  protected override readonly height = 440;

  protected override drawing(color: Color): Drawing {
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
    return { traces, layout: this.#layout(found, color) };
  }

  #layout(found: Series, color: Color): Record<string, unknown> {
    const axis = plainAxis(color);
    const line = { color: color("--line-2"), width: 1, dash: "dot" };
    return {
      ...plainLayout(color, this.height),
      margin: { l: 62, r: 70, t: 26, b: 40 },
      showlegend: true,
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1.09 },
      hovermode: "x unified",
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
