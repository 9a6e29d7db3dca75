/** How the pages speak of a job: what it does, its status, its stages. */
import { html } from "lit";
import type { TemplateResult } from "lit";

import type {
  JobDetail,
  JobStatus,
  MeansComputation,
  SearchRequest,
  Verification,
} from "../api/types";
import { stageTitle } from "../state/report";

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
  mending: "taking out what makes the loss worse",
  descent: "taking out nodes in groups",
  elimination: "taking out nodes one by one",
  swaps: "trying other nodes in their place",
  edges: "dropping single edges",
  path: "measuring every size",
  report: "measuring on test pairs",
  corpus: "reading text",
  "node means": "running the model on it",
};

export function statusChip(status: JobStatus): TemplateResult {
  return html`<span class="chip ${TONES[status]}">${status}</span>`;
}

export function hasEnded(status: JobStatus): boolean {
  return status !== "queued" && status !== "running";
}

export function stageWords(stage: string): string {
  return STAGES[stage] ?? stageTitle(stage);
}

/** What a job that computes a report was asked for; null for any other. */
export function verification(job: JobDetail): Verification | null {
  return "slug" in job.request ? job.request : null;
}

/** What a search was asked for; null for any other job. */
export function searchRequest(job: JobDetail): SearchRequest | null {
  return "slug" in job.request || !("task" in job.request) ? null : job.request;
}

/** What a job that computes node means was asked for; null for any other. */
export function meansComputation(job: JobDetail): MeansComputation | null {
  return "task" in job.request ? null : job.request;
}
