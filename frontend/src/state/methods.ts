/** The methods of search, as the form offers them. */
import type { SearchRequest } from "../api/types";

export type Method = NonNullable<SearchRequest["method"]>;

interface MethodWords {
  readonly name: Method;
  readonly title: string;
  /** What it does, in one line. */
  readonly does: string;
  /** What happens without a time budget. */
  readonly unbounded: string;
}

const ONE_RUN = "Empty: one run, as long as it takes.";
const TRIALS = "Empty: 256 trials, which take hours.";

export const METHODS: readonly MethodWords[] = [
  {
    name: "path",
    title: "Path",
    does: "One run passes through every size, then takes out nodes and edges one by one.",
    unbounded: ONE_RUN,
  },
  {
    name: "paper",
    title: "Paper",
    does: "Learned node masks as published (Gao et al. 2025, A.5), tuned by random trials.",
    unbounded: TRIALS,
  },
  {
    name: "paper+elimination",
    title: "Paper, then elimination",
    does: "The same, then nodes and edges are taken out one by one.",
    unbounded: TRIALS,
  },
  {
    name: "attribution",
    title: "Attribution",
    does: "Ranks nodes by integrated gradients and bisects: quick, and larger circuits.",
    unbounded: ONE_RUN,
  },
];

/** The method of a circuit in words; one opened on another's path says at which size. */
export function methodTitle(name: string): string {
  const [method, ...size] = name.split(/(?= at size )/);
  const title = METHODS.find((known) => known.name === method)?.title ?? method;
  return [title, ...size].join("");
}
