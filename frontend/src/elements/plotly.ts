/** The part of Plotly the pages use; the server's copy of its script sets `window.Plotly`. */
export interface PlotlyTrace {
  x: readonly number[];
  y: readonly (number | null)[];
  name: string;
  mode?: "lines" | "markers" | "lines+markers" | "markers+text";
  line?: { color: string; width?: number; dash?: string };
  marker?: Record<string, unknown>;
  text?: readonly string[];
  textposition?: string;
  textfont?: Record<string, unknown>;
  error_y?: Record<string, unknown>;
  customdata?: readonly unknown[];
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
  Plots: { resize(element: HTMLElement): Promise<unknown> };
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

const SCRIPT = "/static/plotly.min.js";
let loading: Promise<Plotly> | null = null;

/** Plotly, its script fetched when it is first asked for. */
export function loadPlotly(): Promise<Plotly> {
  loading ??= new Promise<Plotly>((resolve, reject) => {
    const there = plotly();
    if (there) {
      resolve(there);
      return;
    }
    const script = document.createElement("script");
    script.src = SCRIPT;
    const failed = (): void => {
      loading = null;
      reject(new Error(`${SCRIPT} could not be loaded.`));
    };
    script.onload = () => {
      const loaded = plotly();
      if (loaded) resolve(loaded);
      else failed();
    };
    script.onerror = failed;
    document.head.append(script);
  });
  return loading;
}
