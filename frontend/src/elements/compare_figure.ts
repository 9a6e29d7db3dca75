/**
 * Geometric-mean size against target loss, or against held-out loss at one target. A click on a
 * point fires `pick-checkpoint` with its name.
 */
import { customElement, property } from "lit/decorators.js";

import type { Comparison, Contender } from "../api/types";
import type { MeanPoint } from "../state/benchmark";
import { COUNTED, interval, meansByLoss, meansByTarget } from "../state/benchmark";
import type { CountedSize, MeanOver } from "../state/comparing";
import type { Look } from "../state/looks";
import { looks } from "../state/looks";
import { sizeTicks } from "../state/sizes";
import { decimal, plural } from "../text/format";
import type { PlotlyTrace } from "./plotly";
import type { Color, Drawing } from "./plotly_figure";
import { PlotlyFigure, plainAxis, plainLayout } from "./plotly_figure";

/** How far apart checkpoints stand at the same target, so that intervals do not hide each other. */
const APART = 0.02;

@customElement("cx-compare-figure")
export class CompareFigure extends PlotlyFigure {
  @property() by: "target" | "loss" = "target";
  @property({ attribute: false }) comparison: Comparison | null = null;
  /** All there are, chosen or not: they decide who looks how. */
  @property({ attribute: false }) checkpoints: readonly Contender[] = [];
  @property({ attribute: false }) target: number | null = null;
  @property() over: MeanOver = "own";
  @property() size: CountedSize = "induced_edges";
  protected override readonly height = 420;

  protected override get description(): string {
    return this.by === "target"
      ? "Geometric-mean size against target loss; the tables have the same numbers"
      : "Geometric-mean size against held-out loss; the tables have the same numbers";
  }

  protected override picked(name: unknown): void {
    if (typeof name !== "string") return;
    this.dispatchEvent(new CustomEvent<string>("pick-checkpoint", { detail: name }));
  }

  protected override drawing(color: Color): Drawing | null {
    if (this.comparison === null) return null;
    const lookOf = looks(this.checkpoints);
    const traces =
      this.by === "target"
        ? this.#byTarget(this.comparison, lookOf, color)
        : this.#byLoss(this.comparison, lookOf, color);
    return { traces, layout: this.#layout(this.comparison, traces, color) };
  }

  #byTarget(comparison: Comparison, lookOf: Map<string, Look>, color: Color): PlotlyTrace[] {
    const middle = (comparison.checkpoints.length - 1) / 2;
    return comparison.checkpoints.flatMap(({ name }, place) => {
      const points = meansByTarget(comparison, name, this.over);
      const look = lookOf.get(name);
      if (points.length === 0 || !look) return [];
      const shift = 1 + APART * (place - middle);
      return [
        {
          ...this.#points(points, look, color),
          x: points.map(({ at }) => at * shift),
          name,
          mode: "lines+markers",
          line: { color: color(look.color), width: 1.8, dash: look.dashed ? "dash" : "solid" },
          customdata: points.map(() => name),
        },
      ];
    });
  }

  #byLoss(comparison: Comparison, lookOf: Map<string, Look>, color: Color): PlotlyTrace[] {
    if (this.target === null) return [];
    return meansByLoss(comparison, this.target, this.over).flatMap((point) => {
      const { name } = point.checkpoint;
      const look = lookOf.get(name);
      if (!look) return [];
      return [
        {
          ...this.#points([point], look, color),
          x: [point.at],
          name,
          mode: "markers" as const,
          customdata: [name],
        },
      ];
    });
  }

  #points(
    points: readonly MeanPoint[],
    look: Look,
    color: Color,
  ): Pick<PlotlyTrace, "y" | "marker" | "error_y" | "text" | "hovertemplate"> {
    return {
      y: points.map(({ size }) => size.value),
      marker: {
        color: color(look.color),
        size: 10,
        symbol: look.symbol,
        line: { color: color(look.color), width: 2 },
      },
      error_y: {
        type: "data",
        symmetric: false,
        array: points.map(({ size }) => size.high - size.value),
        arrayminus: points.map(({ size }) => size.value - size.low),
        color: color(look.color),
        thickness: 1,
        width: 5,
      },
      text: points.map(
        ({ at, size, mean }) =>
          `${mean.checkpoint}, ${this.by === "target" ? "target" : "held-out loss"} ${decimal(at, this.by === "target" ? 2 : 3)}<br>` +
          `${interval(size)} ${COUNTED[this.size]}<br>${plural(mean.tasks.length, "task")} met`,
      ),
      hovertemplate: "%{text}<extra></extra>",
    };
  }

  #layout(
    comparison: Comparison,
    traces: readonly PlotlyTrace[],
    color: Color,
  ): Record<string, unknown> {
    const axis = plainAxis(color);
    const sizes = traces.flatMap((trace) => trace.y.map((size) => size ?? 1));
    const ticks = sizeTicks([1, 1.4 * Math.max(1, ...sizes)]);
    const x =
      this.by === "target"
        ? {
            type: "log",
            title: { text: "target loss, nats" },
            tickvals: comparison.targets,
            ticktext: comparison.targets.map(String),
          }
        : { title: { text: "held-out pretraining loss, nats a token" } };
    return {
      ...plainLayout(color, this.height),
      margin: { l: 64, r: 18, t: 16, b: 104 },
      showlegend: true,
      legend: { orientation: "h", x: 0, xanchor: "left", y: -0.18, yanchor: "top" },
      xaxis: { ...axis, ...x },
      yaxis: {
        ...axis,
        type: "log",
        title: { text: `geometric mean of ${COUNTED[this.size]}` },
        tickvals: ticks.values,
        ticktext: ticks.words,
      },
    };
  }
}
