/** How the pages speak of a job's status and stages. */
import { html } from "lit";
import type { TemplateResult } from "lit";

import type { JobStatus } from "../api/types";

const TONES: Record<JobStatus, string> = {
  queued: "",
  running: "busy",
  done: "good",
  failed: "bad",
  cancelled: "",
  interrupted: "bad",
};

const STAGES: Record<string, string> = {
  masks: "learning masks",
  bisection: "finding the smallest number of nodes",
  elimination: "ablating nodes and edges one by one",
  report: "measuring on test pairs",
};

export function statusChip(status: JobStatus): TemplateResult {
  return html`<span class="chip ${TONES[status]}">${status}</span>`;
}

export function hasEnded(status: JobStatus): boolean {
  return status !== "queued" && status !== "running";
}

export function stageWords(stage: string): string {
  return STAGES[stage] ?? stage;
}
