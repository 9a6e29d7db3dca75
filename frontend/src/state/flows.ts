/**
 * What moves through a circuit on one text: values of its nodes at each token, and what each brings
 * to others. A weight brings weight * value within a token; from a value channel it brings
 * weight * attention * value from each key to a query. Joins and embeddings bring what they write
 * to a residual channel, before its norm; answers get what a write adds to their logit, before the
 * final norm. In the difference everything is the question's less the whole model's.
 */
import type { CircuitGraph, GraphNode, Unrolled, UnrolledNode } from "../api/types";
import { largest } from "../drawing/heat";
import type { Side } from "./look";

/** A node, a head or an answer at a token. */
export interface Cell {
  readonly name: string;
  readonly at: number;
}

export type FlowKind = "weight" | "join" | "token" | "logit" | "match";

/** From one cell to another: what it brings there. */
export interface Flow {
  readonly kind: FlowKind;
  readonly source: Cell;
  readonly target: Cell;
  readonly amount: number;
  /** The head whose attention carries it from token to token. */
  readonly head: string | null;
}

/** Of the largest flow into a cell, what another must bring to be followed. */
const FOLLOWED = 0.1;
/** By how much shares may miss 1 in sum. */
const ROUNDING = 1e-4;
/** Flows followed at most. */
const MOST_FLOWS = 600;

export const TOKENS = "tokens";
const ANSWER = "answer:";
export const answerName = (place: number): string => `${ANSWER}${place}`;
export const isAnswer = (name: string): boolean => name.startsWith(ANSWER);
export const headName = (layer: number, head: number): string => `${layer}.attn.head.${head}`;

export const cellKey = ({ name, at }: Cell): string => `${name}@${at}`;

interface Arrow {
  readonly kind: FlowKind;
  readonly source: string;
  readonly target: string;
  readonly weight: number;
  readonly ablated: boolean;
}

type Where = "now" | "model";
type Triangle = readonly (readonly number[])[];

export class Flows {
  readonly length: number;
  readonly #nodes: ReadonlyMap<string, UnrolledNode>;
  readonly #drawn: ReadonlyMap<string, GraphNode>;
  readonly #heads: ReadonlyMap<string, Record<Where, Triangle>>;
  readonly #embeddings: ReadonlyMap<number, readonly number[]>;
  readonly #into = new Map<string, Arrow[]>();
  readonly #most = new Map<string, number>();
  /** All that leads to the ends. */
  #whole: readonly Flow[] | null = null;
  /** Query and key channels of a head. */
  readonly #matching = new Map<string, string[]>();

  /**
   * @param ablated nodes whose value does not follow from what flows in, under the question.
   */
  constructor(
    readonly of: Unrolled,
    graph: CircuitGraph,
    readonly side: Side,
    private readonly ablated: ReadonlySet<string>,
  ) {
    this.length = of.tokens.length;
    this.#nodes = new Map(of.nodes.map((node) => [node.name, node]));
    this.#drawn = new Map(graph.nodes.map((node) => [node.id, node]));
    this.#heads = new Map(of.heads.map(({ name, now, model }) => [name, { now, model }]));
    this.#embeddings = new Map(of.channels.map((each) => [each.channel, each.embedding]));
    for (const edge of of.edges) this.#add({ ...edge, kind: "weight" });
    for (const { source, target, kind } of graph.edges) {
      if (kind === "join") this.#add({ source, target, kind, weight: 1, ablated: false });
    }
    this.#addLogits(graph);
    for (const { id, kind, layer, head } of graph.nodes) {
      if ((kind !== "q" && kind !== "k") || head === null) continue;
      const name = headName(layer, head);
      this.#matching.set(name, [...(this.#matching.get(name) ?? []), id]);
    }
  }

  #add(arrow: Arrow): void {
    const known = this.#into.get(arrow.target);
    if (known) known.push(arrow);
    else this.#into.set(arrow.target, [arrow]);
  }

  /** Every write of a channel that moves an answer's logit. */
  #addLogits(graph: CircuitGraph): void {
    this.of.answers.forEach(({ token }, place) => {
      for (const end of graph.ends.logits) {
        const weight = end.tokens.find(({ id }) => id === token.id)?.weight;
        if (weight === undefined) continue;
        for (const { id, kind, index } of graph.nodes) {
          if (kind !== "write" || index !== end.channel) continue;
          this.#add({ source: id, target: answerName(place), kind: "logit", weight, ablated: false });
        }
      }
    });
  }

  /** By the side: the question's, the model's, or the difference. */
  #sided(one: (where: Where) => number): number {
    if (this.side === "difference") return one("now") - one("model");
    return one(this.side);
  }

  /** Of a node its value, of an answer its probability. */
  value({ name, at }: Cell): number {
    if (isAnswer(name)) {
      const answer = this.of.answers[Number(name.slice(ANSWER.length))];
      return answer ? this.#sided((where) => Math.exp(answer[where][at] ?? -Infinity)) : 0;
    }
    const node = this.#nodes.get(name);
    return node ? this.#sided((where) => node[where][at] ?? 0) : 0;
  }

  /** The largest magnitude of a row in the circuit and in the model, so that both have one scale. */
  most(name: string): number {
    if (isAnswer(name)) return 1;
    const node = this.#nodes.get(name);
    const most = this.#most.get(name) ?? (node ? largest(node.now, node.model) : 0);
    this.#most.set(name, most);
    return most;
  }

  /** Whether a row is anything but zero somewhere. */
  isActive(name: string): boolean {
    return isAnswer(name) || this.#heads.has(name) || this.most(name) > 0;
  }

  attention(head: string, query: number, key: number): number {
    const found = this.#heads.get(head);
    return found ? this.#sided((where) => found[where][query]?.[key] ?? 0) : 0;
  }

  /** What a head at a token leaves to its sink; 0 of one that has none. */
  sink(head: string, query: number): number {
    const found = this.#heads.get(head);
    if (found === undefined) return 0;
    const rest = (where: Where): number =>
      (found[where][query] ?? []).reduce((left, share) => left - share, 1);
    return this.#sided((where) => (Math.abs(rest(where)) < ROUNDING ? 0 : rest(where)));
  }

  /** What is brought to a cell: largest first. */
  into({ name, at }: Cell): Flow[] {
    const flows: Flow[] = [];
    const target = { name, at };
    for (const arrow of this.#into.get(name) ?? []) flows.push(...this.#along(arrow, at));
    const drawn = this.#drawn.get(name);
    const embedding = drawn?.kind === "read" ? this.#embeddings.get(drawn.index)?.[at] : undefined;
    if (embedding !== undefined && embedding !== 0 && this.side !== "difference") {
      flows.push({ kind: "token", source: { name: TOKENS, at }, target, amount: embedding, head: null });
    }
    return flows.sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount));
  }

  #along({ kind, source, target, weight, ablated }: Arrow, at: number): Flow[] {
    const node = this.#nodes.get(source);
    const drawn = this.#drawn.get(source);
    if (node === undefined || drawn === undefined) return [];
    const seen = (where: Where, from: number): number =>
      (where === "now" && ablated ? node.instead?.[from] : node[where][from]) ?? 0;
    const flow = (from: number, amount: number, head: string | null): Flow[] =>
      amount === 0
        ? []
        : [{ kind, source: { name: source, at: from }, target: { name: target, at }, amount, head }];
    if (drawn.kind !== "v" || drawn.head === null) {
      return flow(at, weight * this.#sided((where) => seen(where, at)), null);
    }
    const head = headName(drawn.layer, drawn.head);
    const pattern = this.#heads.get(head);
    return Array.from({ length: at + 1 }, (_, key) => {
      const carried = this.#sided((where) => (pattern?.[where][at]?.[key] ?? 0) * seen(where, key));
      return flow(key, weight * carried, head);
    }).flat();
  }

  /** What matters of what is brought to a cell that is not zero there. */
  followed(cell: Cell): Flow[] {
    if (this.value(cell) === 0) return [];
    if (this.side !== "model" && this.ablated.has(cell.name)) return [];
    const flows = this.into(cell);
    const least = FOLLOWED * Math.abs(flows[0]?.amount ?? 0);
    return flows.filter(({ amount }) => Math.abs(amount) >= least);
  }

  /** The query and key channels that make a head attend from one token to another. */
  matches({ head, source, target }: Flow): Flow[] {
    if (head === null) return [];
    return (this.#matching.get(head) ?? []).flatMap((name) => {
      const at = this.#drawn.get(name)?.kind === "q" ? target.at : source.at;
      const amount = this.value({ name, at });
      return amount === 0
        ? []
        : [{ kind: "match" as const, source: { name, at }, target: { name: head, at }, amount, head }];
    });
  }

  /** By how much the first answer's logit is above the second's after a token; null without answers. */
  answersApart(at: number): number | null {
    const [first, second] = this.of.answers;
    if (first === undefined || second === undefined) return null;
    return this.#sided((where) => (first[where][at] ?? 0) - (second[where][at] ?? 0));
  }

  /** Where the circuit ends: the answers after the last token, or else what is written there. */
  ends(): Cell[] {
    const at = this.length - 1;
    const answers = this.of.answers.map((_, place) => ({ name: answerName(place), at }));
    const moved = answers.filter((cell) => this.into(cell).length > 0);
    if (moved.length > 0) return moved;
    const writes = [...this.#drawn.values()].filter(({ kind }) => kind === "write");
    return writes.map(({ id }) => ({ name: id, at }));
  }

  /** All that leads to some cells, back to the tokens: the strongest way first, as far as it goes. */
  trace(starts: readonly Cell[]): Flow[] {
    const found: Flow[] = [];
    const seen = new Set(starts.map(cellKey));
    const open = starts.map((cell) => ({ cell, share: 1 }));
    while (open.length > 0 && found.length < MOST_FLOWS) {
      open.sort((a, b) => a.share - b.share);
      const { cell, share } = open.pop() as (typeof open)[number];
      const followed = this.followed(cell);
      const most = Math.abs(followed[0]?.amount ?? 0);
      for (const into of followed) {
        const part = share * (Math.abs(into.amount) / most);
        for (const flow of [into, ...this.matches(into)]) {
          found.push(flow);
          if (flow.source.name === TOKENS || seen.has(cellKey(flow.source))) continue;
          seen.add(cellKey(flow.source));
          open.push({ cell: flow.source, share: part });
        }
      }
    }
    return unique(found);
  }

  /**
   * What leads to a cell, and what leads from there to the circuit's ends; without a cell all that
   * leads to the ends. So of a head, too, which has no flows of its own.
   */
  through(cell: Cell | null): readonly Flow[] {
    this.#whole ??= this.trace(this.ends());
    if (cell === null || this.#heads.has(cell.name)) return this.#whole;
    const onward = new Set<Flow>();
    const reached = new Set([cellKey(cell)]);
    for (let before = -1; before !== onward.size; ) {
      before = onward.size;
      for (const flow of this.#whole) {
        if (!reached.has(cellKey(flow.source)) || onward.has(flow)) continue;
        onward.add(flow);
        // A match is with a head, whose values go on from there.
        if (flow.kind !== "match") reached.add(cellKey(flow.target));
      }
    }
    return unique([...this.trace([cell]), ...onward]);
  }
}

/** The largest magnitude of some flows; 0 of none. */
export function strongest(flows: readonly Flow[]): number {
  return flows.reduce((most, { amount }) => Math.max(most, Math.abs(amount)), 0);
}

function unique(flows: readonly Flow[]): Flow[] {
  const key = ({ kind, source, target }: Flow): string =>
    `${kind}:${cellKey(source)}>${cellKey(target)}`;
  return [...new Map(flows.map((flow) => [key(flow), flow])).values()];
}
