/** Measures of a predicate at one node on some pairs: asked for once each while the page is open. */
import { api, need } from "../api/client";
import type { Predicate, PredicateMeasures, Split } from "../api/types";
import { predicateQuery } from "./predicate";

/** A node whose predicates can be measured, and on which pairs. */
export interface MeasuredNode {
  readonly slug: string;
  readonly node: string;
  readonly split: Split;
  readonly seed: number;
}

const asked = new Map<string, Promise<PredicateMeasures>>();
/** Answers that are kept. */
const MOST = 50;

/** Where the measures are, as JSON. */
export function measuresHref({ slug, node, split, seed }: MeasuredNode, predicate: Predicate): string {
  return `/api/circuits/${slug}/nodes/${node}/predicate?${predicateQuery(predicate, split, seed).toString()}`;
}

/** The measures; what failed is asked for again the next time. */
export function measures(of: MeasuredNode, predicate: Predicate): Promise<PredicateMeasures> {
  const key = measuresHref(of, predicate);
  const known = asked.get(key);
  if (known) return known;
  const { slug, node, split, seed } = of;
  const { threshold, ...rest } = predicate;
  const query = { ...rest, ...(threshold === null ? {} : { threshold }), split, seed };
  const answer = need(
    api.GET("/api/circuits/{slug}/nodes/{node}/predicate", {
      params: { path: { slug, node }, query },
    }),
  );
  const oldest = asked.keys().next().value;
  if (asked.size >= MOST && oldest !== undefined) asked.delete(oldest);
  asked.set(key, answer);
  answer.catch(() => asked.delete(key));
  return answer;
}
