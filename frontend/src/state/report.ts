/** A report in the order and the words of the page. */
import type { FaithfulnessReport, ReportLine } from "../api/types";
import { count, decimal, percent } from "../text/format";

export type Group = ReportLine["group"];

interface GroupWords {
  readonly title: string;
  /** The question the lines of a group answer. */
  readonly asks: string;
}

export const GROUPS: Record<Group, GroupWords> = {
  sufficiency: {
    title: "Sufficiency",
    asks: "Does the circuit alone do the task, whatever value the rest is ablated to?",
  },
  necessity: {
    title: "Necessity",
    asks: "Does ablating the circuit in the whole model hurt the task, more than random nodes would?",
  },
  minimality: { title: "Minimality", asks: "Does each node and each edge add something?" },
  completeness: {
    title: "Completeness",
    asks: "Do circuit and model still agree while parts of the circuit are missing?",
  },
  robustness: {
    title: "Robustness",
    asks: "Does the circuit do the task while only parts of the rest are ablated, or scales are frozen?",
  },
  agreement: {
    title: "Agreement",
    asks: "Do its nodes and heads do in the circuit what they do in the whole model?",
  },
  generalisation: {
    title: "Generalisation",
    asks: "Does it do the task on pairs unlike those it was found on?",
  },
  stability: { title: "Stability", asks: "Do other seeds find the same nodes?" },
  controls: {
    title: "Controls",
    asks: "Does the same search find circuits as small where there is nothing to find?",
  },
  curve: { title: "Size against loss", asks: "How much loss does each size cost?" },
};

export interface LineGroup {
  readonly group: Group;
  readonly lines: readonly ReportLine[];
  readonly met: number;
  /** Lines that have a criterion. */
  readonly judged: number;
}

type Parts = Pick<FaithfulnessReport, "lines" | "nodes" | "heads">;

/** The groups that have something to show, in order. */
export function lineGroups({ lines, nodes, heads }: Parts): LineGroup[] {
  const shown = new Set<Group>(lines.map((line) => line.group));
  if (nodes.length > 0) shown.add("minimality");
  if (heads.length > 0) shown.add("agreement");
  return (Object.keys(GROUPS) as Group[])
    .filter((group) => shown.has(group))
    .map((group) => tally(group, lines.filter((line) => line.group === group)));
}

function tally(group: Group, lines: readonly ReportLine[]): LineGroup {
  return {
    group,
    lines,
    met: lines.filter((line) => line.met === true).length,
    judged: lines.filter((line) => typeof line.met === "boolean").length,
  };
}

/** The words of a group, or of a stage that is none. */
export function stageTitle(stage: string): string {
  return isGroup(stage) ? GROUPS[stage].title : stage;
}

/** Where among the groups a stage is, from 1; null for a stage that is none. */
export function stagePlace(stage: string): number | null {
  const place = Object.keys(GROUPS).indexOf(stage);
  return place < 0 ? null : place + 1;
}

function isGroup(stage: string): stage is Group {
  return stage in GROUPS;
}

/** A number of a line, without its unit where the unit has words of its own. */
export function lineNumber(value: number, unit: ReportLine["unit"]): string {
  switch (unit) {
    case "share":
      return percent(value);
    case "count":
      return Number.isInteger(value) ? count(value) : decimal(value, 1);
    case "ratio":
    case "correlation":
    case "nats x decades":
      return decimal(value, 2);
    case "nats":
      return decimal(value);
  }
}

/**
 * A number that a line is read against. Its label says what it is, which need not be what the line
 * is: a loss may stand beside a count, and a count beside a share.
 */
export function besideNumber(value: number, unit: ReportLine["unit"]): string {
  if (unit === "share" && Math.abs(value) <= 1) return percent(value);
  return Number.isInteger(value) ? count(value) : decimal(value);
}

const UNIT_WORDS: Record<ReportLine["unit"], string> = {
  nats: "nats",
  share: "",
  ratio: "",
  correlation: "",
  count: "",
  "nats x decades": "nats × decades",
};

/** What stands after a number; shares carry their percent sign already. */
export function unitWords(unit: ReportLine["unit"]): string {
  return UNIT_WORDS[unit];
}
