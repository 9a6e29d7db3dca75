/** All jobs, the latest first; looks again every few seconds while one is under way. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { JobDetail } from "../api/types";
import { methodTitle } from "../state/methods";
import { base, chips, controls, tables } from "../styles/shared";
import { count, decimal, instant, seconds } from "../text/format";
import {
  hasEnded,
  meansComputation,
  searchRequest,
  stageWords,
  statusChip,
  verification,
} from "./job_words";
import { header, pageHeader } from "./page_header";
import { Resource } from "./resource";

const LOOK_AGAIN = 3000;

@customElement("cx-jobs-page")
export class JobsPage extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    chips,
    pageHeader,
    css`
      td {
        white-space: nowrap;
      }
    `,
  ];

  readonly #jobs = new Resource(this, () => need(api.GET("/api/jobs")));
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => {
      const busy = this.#jobs.data?.some((job) => !hasEnded(job.status)) ?? false;
      if (busy && !document.hidden) void this.#jobs.reload();
    }, LOOK_AGAIN);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  override render(): TemplateResult {
    return html`<div class="page">
      ${header({ title: "Jobs", lead: "Searches for circuits, reports on them and node means: waiting, under way and ended." })}
      ${this.#jobs.render((jobs) =>
        jobs.length === 0
          ? html`<div class="panel empty">
              <h2>No job yet</h2>
              <p><a href="/">Choose a task and a checkpoint</a> to start a search.</p>
            </div>`
          : this.#table(jobs),
      )}
    </div>`;
  }

  #table(jobs: readonly JobDetail[]): TemplateResult {
    return html`<div class="panel scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Status</th>
            <th scope="col">What</th>
            <th scope="col">Task</th>
            <th scope="col">Checkpoint</th>
            <th scope="col" class="number">Target</th>
            <th scope="col" class="number">Seed</th>
            <th scope="col">Where it stands</th>
            <th scope="col" class="number">Took</th>
            <th scope="col" class="number">Asked for</th>
          </tr>
        </thead>
        <tbody>
          ${jobs.map(
            (job) => html`<tr>
              <th scope="row"><a href="/jobs/${job.id}"><code>${job.id.slice(0, 8)}</code></a></th>
              <td>${statusChip(job.status)}</td>
              <td>${what(job)}</td>
              ${asked(job)}
              <td>${standing(job)}</td>
              <td class="number">${took(job)}</td>
              <td class="number">${instant(job.created)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

function what(job: JobDetail): string {
  const search = searchRequest(job);
  if (search !== null) return `search, ${methodTitle(search.method ?? "path")}`;
  return meansComputation(job) === null ? "report" : "node means";
}

/** The cells for task, checkpoint, target and seed. */
function asked(job: JobDetail): TemplateResult {
  const circuit = searchRequest(job) ?? verification(job);
  return html`<td>${circuit && html`<a href="/tasks/${circuit.task}">${circuit.task}</a>`}</td>
    <td><a href="/checkpoints/${job.request.checkpoint}">${job.request.checkpoint}</a></td>
    <td class="number">${circuit?.target_loss}</td>
    <td class="number">${circuit?.seed}</td>`;
}

function standing(job: JobDetail): TemplateResult | string | typeof nothing {
  if (job.slug && job.status === "done") return html`<a href="/circuits/${job.slug}"><code>${job.slug}</code></a>`;
  if (job.error) return job.error.title;
  if (job.status === "queued") return `${job.queue_position ?? 0} ahead of it`;
  if (job.progress && job.status === "running") {
    const { stage, step, steps, loss } = job.progress;
    return loss == null
      ? `${stageWords(stage)}, ${count(step)} of ${count(steps)}`
      : `${stageWords(stage)}, loss ${decimal(loss)}`;
  }
  return nothing;
}

function took(job: JobDetail): string {
  if (!job.started || !job.finished) return "";
  return seconds((Date.parse(job.finished) - Date.parse(job.started)) / 1000);
}
