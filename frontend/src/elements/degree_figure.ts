/** How many nodes have how many edges, on logarithmic axes, a line for each kind of site. */
import { customElement, property } from "lit/decorators.js";

import type { Bin, Degrees } from "../state/anatomy";
import { binName, doublingBins } from "../state/anatomy";
import { sizeTicks } from "../state/sizes";
import { plural } from "../text/format";
import type { PlotlyTrace } from "./plotly";
import type { Color, Drawing } from "./plotly_figure";
import { PlotlyFigure, plainAxis, plainLayout } from "./plotly_figure";

/** A kind of site looks the same on both sides: by colour, by shape and by line. */
const LOOKS: Record<string, { color: string; symbol: string; dash: string }> = {
  "attn.act_in": { color: "--ink-2", symbol: "circle-open", dash: "solid" },
  "attn.q": { color: "--kind-q", symbol: "square", dash: "dash" },
  "attn.k": { color: "--negative", symbol: "diamond", dash: "dot" },
  "attn.v": { color: "--kind-v", symbol: "triangle-up", dash: "dashdot" },
  "attn.resid_delta": { color: "--ink-2", symbol: "x", dash: "longdash" },
  "mlp.act_in": { color: "--positive", symbol: "circle-open", dash: "solid" },
  "mlp.post_act": { color: "--kind-neuron", symbol: "star", dash: "solid" },
  "mlp.resid_delta": { color: "--positive", symbol: "x", dash: "longdash" },
};
const OTHER = { color: "--ink", symbol: "circle", dash: "solid" };

@customElement("cx-degree-figure")
export class DegreeFigure extends PlotlyFigure {
  @property({ attribute: false }) sites: ReadonlyMap<string, Degrees> = new Map();
  @property() side: "in" | "out" = "in";
  protected override readonly height = 380;

  protected override get description(): string {
    return `Nodes by their number of edges ${this.side}, by site; the table has them in sum`;
  }

  protected override drawing(color: Color): Drawing | null {
    if (this.sites.size === 0) return null;
    const traces = [...this.sites].map(([kind, degrees]): PlotlyTrace => {
      const look = LOOKS[kind] ?? OTHER;
      const bins = doublingBins(degrees);
      return {
        x: bins.map(({ from }) => from),
        y: bins.map(({ nodes }) => nodes),
        name: kind,
        mode: "lines+markers",
        line: { color: color(look.color), width: 1.6, dash: look.dash },
        marker: { color: color(look.color), size: 9, symbol: look.symbol },
        text: bins.map(
          (bin) =>
            `${kind}: ${plural(bin.nodes, "node")} with ${binName(bin)} ` +
            `${bin.to === 1 ? "edge" : "edges"} ${this.side}`,
        ),
        hovertemplate: "%{text}<extra></extra>",
      };
    });
    const bins = [...this.sites.values()].flatMap(doublingBins);
    return { traces, layout: this.#layout(bins, color) };
  }

  #layout(bins: readonly Bin[], color: Color): Record<string, unknown> {
    const axis = { ...plainAxis(color), type: "log" };
    const ticks = sizeTicks(bins.map(({ nodes }) => nodes));
    const names = new Map(bins.map((bin) => [bin.from, binName(bin)]));
    return {
      ...plainLayout(color, this.height),
      margin: { l: 60, r: 16, t: 12, b: 96 },
      showlegend: true,
      legend: { orientation: "h", x: 0, xanchor: "left", y: -0.2, yanchor: "top" },
      xaxis: {
        ...axis,
        title: { text: `edges ${this.side}`, standoff: 8 },
        tickvals: [...names.keys()],
        ticktext: [...names.values()],
      },
      yaxis: { ...axis, title: { text: "nodes" }, tickvals: ticks.values, ticktext: ticks.words },
    };
  }
}
