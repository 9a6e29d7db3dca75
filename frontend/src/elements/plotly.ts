/** The part of Plotly the pages use; the server's copy of its script sets `window.Plotly`. */
export interface PlotlyTrace {
  x: readonly number[];
  y: readonly (number | null)[];
  name: string;
  mode?: "lines" | "markers" | "lines+markers";
  line?: { color: string; width?: number; dash?: string };
  xaxis?: string;
  yaxis?: string;
  hovertemplate?: string;
}

interface Plotly {
  react(
    element: HTMLElement,
    traces: readonly PlotlyTrace[],
    layout: Record<string, unknown>,
    config: Record<string, unknown>,
  ): Promise<unknown>;
  purge(element: HTMLElement): void;
}

declare global {
  interface Window {
    Plotly?: Plotly;
  }
}

/** Plotly, if its script has arrived. */
export function plotly(): Plotly | null {
  return window.Plotly ?? null;
}
