/**
 * Each residual channel by number: how many tokens write it, and how many logits it moves. A click
 * on a point fires `pick-channel` with its number.
 */
import { customElement, property } from "lit/decorators.js";

import type { ChannelCounts } from "../api/types";
import { plural } from "../text/format";
import type { PlotlyTrace } from "./plotly";
import type { Color, Drawing } from "./plotly_figure";
import { PlotlyFigure, plainAxis, plainLayout } from "./plotly_figure";

@customElement("cx-channel-figure")
export class ChannelFigure extends PlotlyFigure {
  @property({ attribute: false }) counts: ChannelCounts | null = null;
  /** The channel that is shown. */
  @property({ attribute: false }) chosen: number | null = null;
  protected override readonly height = 240;
  protected override readonly description =
    "Tokens that write each residual channel, and logits it moves, by its number";

  protected override picked(channel: unknown): void {
    if (typeof channel !== "number") return;
    this.dispatchEvent(new CustomEvent<number>("pick-channel", { detail: channel }));
  }

  protected override drawing(color: Color): Drawing | null {
    if (this.counts === null) return null;
    const { written, moved } = this.counts;
    const traces = [
      trace("written by", written, color("--positive"), "circle"),
      trace("moves the logits of", moved, color("--negative"), "diamond-open"),
    ];
    const axis = plainAxis(color);
    const line = { color: color("--ink"), width: 1, dash: "dot" };
    const { chosen } = this;
    return {
      traces,
      layout: {
        ...plainLayout(color, this.height),
        margin: { l: 60, r: 16, t: 30, b: 40 },
        showlegend: true,
        legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" },
        xaxis: { ...axis, title: { text: "residual channel" }, range: [-1, written.length] },
        yaxis: { ...axis, title: { text: "tokens" }, rangemode: "tozero" },
        shapes:
          chosen === null
            ? []
            : [{ type: "line", yref: "paper", y0: 0, y1: 1, x0: chosen, x1: chosen, line }],
      },
    };
  }
}

function trace(
  name: string,
  counts: readonly number[],
  color: string,
  symbol: string,
): PlotlyTrace {
  const channels = counts.map((_, channel) => channel);
  return {
    x: channels,
    y: counts,
    name,
    mode: "markers",
    marker: { color, size: 6, symbol },
    customdata: channels,
    text: counts.map((number, channel) => `channel ${channel} ${name} ${plural(number, "token")}`),
    hovertemplate: "%{text}<extra></extra>",
  };
}
