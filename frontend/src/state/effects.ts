/** Effects of parts of a circuit, asked for a few at a time so that they come in as they are known. */
import { asProblem } from "../api/problem";
import type { Effect, EffectsRequest, EffectsResponse, Problem } from "../api/types";

type Asked = Omit<EffectsRequest, "parts">;
type Ask = (request: EffectsRequest, signal: AbortSignal) => Promise<EffectsResponse>;

/** Parts in one request. */
const CHUNK = 12;

export class EffectsRun {
  /** In the order of the parts that were asked for. */
  effects: readonly Effect[] = [];
  /** Parts asked for. */
  total = 0;
  /** Loss that the effects are read against, nats. */
  loss: number | null = null;
  running = false;
  problem: Problem | null = null;
  #flight: AbortController | null = null;
  #asked = "";

  constructor(
    private readonly ask: Ask,
    private readonly changed: () => void,
  ) {}

  /** Whether the effects shown are of another question. */
  isStale(asked: Asked): boolean {
    return this.total > 0 && this.#asked !== JSON.stringify(asked);
  }

  async start(asked: Asked, parts: readonly (readonly string[])[]): Promise<void> {
    this.stop();
    const flight = new AbortController();
    this.#flight = flight;
    this.#asked = JSON.stringify(asked);
    Object.assign(this, { effects: [], total: parts.length, loss: null, problem: null });
    this.running = true;
    this.changed();
    try {
      for (let start = 0; start < parts.length; start += CHUNK) {
        const chunk = parts.slice(start, start + CHUNK).map((part) => [...part]);
        const answer = await this.ask({ ...asked, parts: chunk }, flight.signal);
        if (this.#flight !== flight) return;
        this.effects = [...this.effects, ...answer.parts];
        this.loss = answer.task_loss;
        this.changed();
      }
    } catch (error) {
      if (this.#flight !== flight) return;
      this.problem = asProblem(error);
    }
    this.#flight = null;
    this.running = false;
    this.changed();
  }

  /** Gives up what is still to come; what has come stays. */
  stop(): void {
    this.#flight?.abort();
    this.#flight = null;
    this.running = false;
    this.changed();
  }
}

/** Two nodes together against each by itself. */
export interface Interaction {
  readonly nodes: readonly [string, string];
  readonly joint: number;
  readonly sum: number;
}

/** The parts whose effects tell how nodes act together: all of them, each one, and pairs of few. */
export function jointParts(nodes: readonly string[], mostForPairs: number): string[][] {
  const pairs =
    nodes.length > mostForPairs || nodes.length < 3
      ? []
      : nodes.flatMap((one, i) => nodes.slice(i + 1).map((other) => [one, other]));
  return [[...nodes], ...nodes.map((node) => [node]), ...pairs];
}

/** Pairs whose joint change in loss differs most from the sum of the single ones first. */
export function interactions(effects: readonly Effect[]): Interaction[] {
  const single = new Map(
    effects.flatMap(({ nodes: [node, ...others], loss_change }) =>
      node !== undefined && others.length === 0 ? [[node, loss_change.value] as const] : [],
    ),
  );
  const pairs = effects.flatMap(({ nodes, loss_change }): Interaction[] => {
    const [one, other, ...others] = nodes;
    if (one === undefined || other === undefined || others.length > 0) return [];
    const sum = (single.get(one) ?? 0) + (single.get(other) ?? 0);
    return [{ nodes: [one, other], joint: loss_change.value, sum }];
  });
  const size = ({ joint, sum }: Interaction): number => Math.abs(joint - sum);
  return pairs.sort((a, b) => size(b) - size(a));
}
