/**
 * Loss against size, on a logarithmic axis of sizes. A click on a point fires `pick-point` with its
 * number of nodes.
 */
import { customElement, property } from "lit/decorators.js";

import type { PathPoint } from "../api/types";
import type { SizeBy } from "../state/sizes";
import { SIZE_NAMES, sizeOnAxis, sizeTicks } from "../state/sizes";
import type { PlotlyTrace } from "./plotly";
import type { Color, Drawing } from "./plotly_figure";
import { PlotlyFigure, plainAxis, plainLayout } from "./plotly_figure";

/** The circuit of the page, which lies on the curve only if nothing was taken out afterwards. */
export interface ThisCircuit {
  readonly nodes: number;
  readonly induced_edges: number;
  readonly test_loss: number;
}

@customElement("cx-size-figure")
export class SizeFigure extends PlotlyFigure {
  @property({ attribute: false }) points: readonly PathPoint[] = [];
  @property({ attribute: false }) circuit: ThisCircuit | null = null;
  @property({ attribute: false }) target = 0.15;
  @property() by: SizeBy = "induced_edges";
  /** Number of nodes of the point that is chosen. */
  @property({ attribute: false }) chosen: number | null = null;
  protected override readonly description = "Loss against size; the table has the same points";

  protected override drawing(color: Color): Drawing | null {
    if (this.points.length === 0) return null;
    return { traces: this.#traces(color), layout: this.#layout(color) };
  }

  protected override picked(nodes: unknown): void {
    if (typeof nodes !== "number") return;
    this.dispatchEvent(new CustomEvent<number>("pick-point", { detail: nodes }));
  }

  #traces(color: Color): PlotlyTrace[] {
    const x = this.points.map((point) => sizeOnAxis(point[this.by]));
    const nodes = this.points.map((point) => point.nodes);
    const edges = this.points.map((point) => point.induced_edges);
    const text = nodes.map((n, i) => `${n} nodes, ${edges[i]} induced edges`);
    const chosen = this.points.find((point) => point.nodes === this.chosen);
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
    if (chosen) {
      traces.push({
        x: [sizeOnAxis(chosen[this.by])],
        y: [chosen.test_loss],
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

  #layout(color: Color): Record<string, unknown> {
    const axis = plainAxis(color);
    const sizes = this.points.map((point) => point[this.by]);
    if (this.circuit) sizes.push(this.circuit[this.by]);
    const ticks = sizeTicks(sizes);
    const ends = sizes.map((size) => Math.log10(sizeOnAxis(size)));
    const room = 0.04 * Math.max(1, Math.max(...ends) - Math.min(...ends));
    return {
      ...plainLayout(color, this.height),
      margin: { l: 60, r: 92, t: 34, b: 48 },
      showlegend: true,
      legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" },
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
