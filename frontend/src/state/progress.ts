/** The progress events of a search as series to draw: stages follow each other on one axis. */
import type { Progress } from "../api/types";

export interface Stage {
  readonly name: string;
  readonly start: number;
}

export interface Series {
  readonly x: readonly number[];
  readonly loss: readonly (number | null)[];
  readonly nodes: readonly (number | null)[];
  readonly edges: readonly (number | null)[];
  readonly stages: readonly Stage[];
}

/** Steps count from zero in each stage; here a stage goes on where the one before it ended. */
export function series(events: readonly Progress[]): Series {
  const x: number[] = [];
  const stages: Stage[] = [];
  let offset = 0;
  let stage: string | null = null;
  for (const event of events) {
    if (event.stage !== stage) {
      stage = event.stage;
      offset = x.at(-1) ?? 0;
      stages.push({ name: stage, start: offset });
    }
    x.push(offset + event.step);
  }
  return {
    x,
    loss: events.map((event) => event.loss ?? null),
    nodes: events.map((event) => event.nodes ?? null),
    edges: events.map((event) => event.edges ?? null),
    stages,
  };
}

/**
 * Ends of a logarithmic axis, as powers of ten: whole decades around what is drawn, so that there
 * are always two numbers to read it by. What is not above 0 has no place on it.
 */
export function decades({ nodes, edges }: Pick<Series, "nodes" | "edges">): [number, number] {
  const powers = [...nodes, ...edges].flatMap((size) => (size ? [Math.log10(size)] : []));
  const low = Math.floor(Math.min(...powers, 1));
  const high = Math.ceil(Math.max(...powers, 2));
  return [low, high];
}
