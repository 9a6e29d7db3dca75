/** The progress events of a search as series to draw: stages follow each other on one axis. */
import type { Progress } from "../api/types";

export interface Stage {
  readonly name: string;
  readonly start: number;
}

export interface Series {
  readonly x: readonly number[];
  readonly loss: readonly number[];
  readonly nodes: readonly number[];
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
    loss: events.map((event) => event.loss),
    nodes: events.map((event) => event.nodes),
    edges: events.map((event) => event.edges ?? null),
    stages,
  };
}
