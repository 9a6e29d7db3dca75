/** Training curves against step: a panel for each kind of them, above each other. */
import { customElement, property } from "lit/decorators.js";

import type { Panel } from "../state/anatomy";
import { curveName, digitTicks } from "../state/anatomy";
import type { PlotlyTrace } from "./plotly";
import type { Color, Drawing } from "./plotly_figure";
import { PlotlyFigure, plainAxis, plainLayout } from "./plotly_figure";

const PANEL = 168;
const MARGIN = { l: 64, r: 18, t: 34, b: 44 };
/** Share of a panel that is kept free above it. */
const GAP = 0.14;
/** A curve of fewer points shows each of them. */
const FEW = 40;

interface Look {
  readonly color: string;
  readonly dash: string;
}

const LOOKS: readonly Look[] = [
  { color: "--accent", dash: "solid" },
  { color: "--negative", dash: "dot" },
  { color: "--kind-neuron", dash: "dash" },
  { color: "--kind-q", dash: "dashdot" },
  { color: "--kind-v", dash: "longdash" },
  { color: "--ink-2", dash: "longdashdot" },
];

@customElement("cx-training-figure")
export class TrainingFigure extends PlotlyFigure {
  @property({ attribute: false }) panels: readonly Panel[] = [];

  protected override get description(): string {
    return `${this.panels.map(({ title }) => title).join("; ")}: against training step`;
  }

  protected override drawing(color: Color): Drawing | null {
    if (this.panels.length === 0) return null;
    const height = MARGIN.t + MARGIN.b + PANEL * this.panels.length;
    this.style.height = `${height}px`;
    const all = this.panels.flatMap((panel) => panel.curves);
    const traces = this.panels.flatMap((panel, row) =>
      panel.curves.map((curve): PlotlyTrace => {
        const look = LOOKS[all.indexOf(curve) % LOOKS.length] as Look;
        return {
          x: curve.steps,
          y: curve.values,
          name: curveName(curve.name),
          mode: curve.steps.length < FEW ? "lines+markers" : "lines",
          line: { color: color(look.color), width: 1.8, dash: look.dash },
          marker: { color: color(look.color), size: 5 },
          yaxis: row === 0 ? "y" : `y${row + 1}`,
          hovertemplate: "%{y:.4~g}",
        };
      }),
    );
    return { traces, layout: this.#layout(height, color) };
  }

  #layout(height: number, color: Color): Record<string, unknown> {
    const axis = plainAxis(color);
    const count = this.panels.length;
    const axes = this.panels.map((panel, row) => {
      const domain = [1 - (row + 1) / count, 1 - (row + (row === 0 ? 0 : GAP)) / count];
      const name = row === 0 ? "yaxis" : `yaxis${row + 1}`;
      const scale = panel.logarithmic ? logarithmic(panel) : {};
      return [name, { ...axis, ...scale, domain, title: { text: panel.title } }] as const;
    });
    return {
      ...plainLayout(color, height),
      margin: MARGIN,
      showlegend: true,
      legend: { orientation: "h", x: 0, xanchor: "left", y: 1, yanchor: "bottom" },
      hovermode: "x unified",
      xaxis: { ...axis, title: { text: "step" }, anchor: count === 1 ? "y" : `y${count}` },
      ...Object.fromEntries(axes),
    };
  }
}

/** An axis that is read by whole numbers: Plotly would write 0.05 as a small 5. */
function logarithmic(panel: Panel): Record<string, unknown> {
  const ticks = digitTicks(panel.curves.flatMap(({ values }) => values));
  return { type: "log", tickvals: ticks, ticktext: ticks.map((tick) => tick.toLocaleString("en-US")) };
}
