/** A report as it is computed: which group, how far, and a way to cancel. Fires `ended`. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import { listenToJob } from "../api/events";
import { asProblem } from "../api/problem";
import type { JobStatus, Problem, Progress } from "../api/types";
import { GROUPS, stagePlace, stageTitle } from "../state/report";
import { base, chips, controls } from "../styles/shared";
import { count } from "../text/format";
import "./problem_panel";

export interface JobOutcome {
  readonly status: JobStatus;
  readonly problem: Problem | null;
}

const STAGES = Object.keys(GROUPS).length;

const CUT_OFF: Problem = {
  title: "The report was cut off",
  status: 0,
  detail: "The server was restarted while it computed the report.",
  remedy: "Start it again.",
};

@customElement("cx-report-job")
export class ReportJob extends LitElement {
  static override styles = [
    base,
    controls,
    chips,
    css`
      .panel {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 4px 18px;
        padding: 14px 18px;
      }
      h2 {
        font-size: 15px;
      }
      progress {
        grid-column: 1 / -1;
        width: 100%;
        height: 6px;
        margin-top: 6px;
        accent-color: var(--accent);
      }
      .actions {
        display: flex;
        align-items: center;
        gap: 10px;
        grid-row: 1 / span 2;
        grid-column: 2;
      }
      cx-problem {
        margin-top: 10px;
      }
    `,
  ];

  @property() job = "";
  @state() private progress: Progress | null = null;
  @state() private status: JobStatus = "queued";
  @state() private lost = false;
  @state() private problem: Problem | null = null;
  #stop: () => void = () => undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = listenToJob(this.job, {
      status: (status) => (this.status = status),
      progress: (progress) => (this.progress = progress),
      log: () => undefined,
      end: ({ status, error }) => {
        const problem = error ?? (status === "interrupted" ? CUT_OFF : null);
        const detail: JobOutcome = { status, problem };
        this.dispatchEvent(new CustomEvent<JobOutcome>("ended", { detail }));
      },
      lost: (lost) => (this.lost = lost),
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  async #cancel(): Promise<void> {
    this.problem = null;
    try {
      await need(api.DELETE("/api/jobs/{id}", { params: { path: { id: this.job } } }));
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  override render(): TemplateResult {
    const { progress } = this;
    return html`<div class="panel" role="group" aria-label="The report in the making">
        <h2>${this.status === "queued" ? "Waiting for a free core" : "Computing the report"}</h2>
        <p class="quiet small" role="status">${progress === null ? "Starting …" : words(progress)}</p>
        <div class="actions">
          ${this.lost ? html`<span class="chip bad">Connection lost, trying again …</span>` : nothing}
          <a href="/jobs/${this.job}">Job</a>
          <button @click=${() => void this.#cancel()}>Cancel</button>
        </div>
        <progress
          max=${STAGES}
          .value=${progress === null ? 0 : share(progress)}
          aria-label="Groups of lines that are done"
        ></progress>
      </div>
      <cx-problem no-retry .problem=${this.problem}></cx-problem>`;
  }
}

function words({ stage, step, steps }: Progress): string {
  const place = stagePlace(stage);
  const which = place === null ? stage : `${stageTitle(stage)}, ${place} of ${STAGES}`;
  return `${which}: step ${count(step)} of ${count(steps)}`;
}

/** Groups that are done, with the part of the one under way. */
function share({ stage, step, steps }: Progress): number {
  const place = stagePlace(stage);
  return place === null ? 0 : place - 1 + Math.min(1, step / Math.max(1, steps));
}
