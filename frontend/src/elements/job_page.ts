/** A job as it runs: status, loss and size of a search falling, the log, and where it led. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import { listenToJob } from "../api/events";
import { asProblem } from "../api/problem";
import type { JobDetail, MeansComputation, Problem, Progress } from "../api/types";
import { methodTitle } from "../state/methods";
import { base, chips, controls } from "../styles/shared";
import { count, decimal, instant, seconds } from "../text/format";
import { facts, factStyles } from "./facts";
import {
  hasEnded,
  meansComputation,
  searchRequest,
  stageWords,
  statusChip,
  verification,
} from "./job_words";
import { header, pageHeader } from "./page_header";
import "./problem_panel";
import { ProgressFigure } from "./progress_figure";
import { Resource } from "./resource";

const GETTING_READY = html`<p class="panel now" role="status">
  Getting ready: opening the checkpoint. The first search after an installation also compiles what
  evaluates circuits, which takes up to a minute.
</p>`;

@customElement("cx-job-page")
export class JobPage extends LitElement {
  static override styles = [
    base,
    controls,
    chips,
    pageHeader,
    factStyles,
    css`
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 320px;
        gap: 24px;
        align-items: start;
      }
      @media (max-width: 1000px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      .figure {
        padding: 10px 8px 4px;
      }
      .now {
        display: flex;
        flex-wrap: wrap;
        gap: 6px 32px;
        margin-bottom: 14px;
        padding: 14px 18px;
      }
      .now div {
        min-width: 90px;
      }
      .now b {
        display: block;
        font-size: 20px;
        font-weight: 600;
        line-height: 1.3;
      }
      .stage {
        flex: 1 1 260px;
      }
      progress {
        width: 100%;
        height: 6px;
        margin-top: 8px;
        accent-color: var(--accent);
      }
      .done {
        margin-bottom: 14px;
        padding: 14px 18px;
        border-left: 3px solid var(--good);
      }
      cx-problem {
        margin-bottom: 14px;
      }
      aside section {
        margin-top: 0;
        margin-bottom: 24px;
      }
      ol {
        max-height: 260px;
        margin: 0;
        padding: 0;
        overflow: auto;
        list-style: none;
        font: var(--small) / 1.6 var(--mono);
        color: var(--ink-2);
      }
    `,
  ];

  @property() job = "";
  @state() private events: readonly Progress[] = [];
  @state() private logs: readonly string[] = [];
  @state() private lost = false;
  @state() private problem: Problem | null = null;
  /** A child outside the shadow root, because Plotly's styles are in the document. */
  readonly #figure = new ProgressFigure();
  #stop: () => void = () => undefined;

  readonly #detail = new Resource(this, () =>
    need(api.GET("/api/jobs/{id}", { params: { path: { id: this.job } } })),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.#figure.slot = "figure";
    this.append(this.#figure);
    this.events = [];
    this.logs = [];
    this.#stop = listenToJob(this.job, {
      status: () => void this.#detail.reload(),
      progress: (progress) => (this.events = [...this.events, progress]),
      log: (message) => (this.logs = [...this.logs, message]),
      end: () => {
        this.lost = false;
        void this.#detail.reload();
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
      await this.#detail.reload();
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  protected override updated(): void {
    this.#figure.events = this.events;
    this.#figure.target = targetOf(this.#detail.data);
  }

  override render(): TemplateResult {
    return html`<div class="page">${this.#detail.render((job) => this.#page(job))}</div>`;
  }

  #page(job: JobDetail): TemplateResult {
    const { request } = job;
    const ended = hasEnded(job.status);
    const [report, means] = [verification(job), meansComputation(job)];
    const kind = means ? "node means" : report ? "report" : "search";
    return html`${header({
        over: `${kind[0]?.toUpperCase()}${kind.slice(1)} ${job.id}`,
        title: "task" in request ? request.task : "Node means",
        lead: html`${means ? "of" : "in"} <a href="/checkpoints/${request.checkpoint}">${request.checkpoint}</a>
          ${statusChip(job.status)}`,
        actions: ended ? html`` : html`<button @click=${this.#cancel}>Cancel ${kind}</button>`,
      })}
      <div class="columns">
        <div>
          <cx-problem no-retry .problem=${this.problem ?? job.error ?? null}></cx-problem>
          ${this.#outcome(job)} ${this.#now(job)}
          ${report || means
            ? nothing
            : html`<div class="panel figure"><slot name="figure"></slot></div>`}
        </div>
        <aside>${this.#aside(job)}</aside>
      </div>`;
  }

  #outcome(job: JobDetail): TemplateResult | typeof nothing {
    if (job.status === "done" && job.slug) {
      const report = verification(job) !== null;
      const path = `/circuits/${job.slug}${report ? "?view=report" : ""}`;
      return html`<div class="panel done" role="status">
        <p>${report ? "Computed the report on" : "Found"} <code>${job.slug}</code>.</p>
        <p style="margin-top: 8px">
          <a class="button primary" href=${path}>
            ${report ? "Open the report" : "Open the circuit"}
          </a>
        </p>
      </div>`;
    }
    if (job.status === "done" && meansComputation(job)) {
      const { checkpoint } = job.request;
      return html`<div class="panel done" role="status">
        <p>Computed the node means of <code>${checkpoint}</code>; circuits can be searched in it.</p>
        <p style="margin-top: 8px">
          <a class="button primary" href="/checkpoints/${checkpoint}">Open the checkpoint</a>
        </p>
      </div>`;
    }
    if (job.status === "queued") {
      const ahead = job.queue_position ?? 0;
      return html`<p class="panel now" role="status">
        Waiting for a free core${ahead > 0 ? html`, ${ahead} ahead of it` : nothing}.
      </p>`;
    }
    if (job.status === "interrupted" && !job.error) {
      return html`<p class="panel now">
        Cut off by a restart of the server. Start it again; a search takes the same seed.
      </p>`;
    }
    return nothing;
  }

  #now(job: JobDetail): TemplateResult | typeof nothing {
    const now = this.events.at(-1) ?? job.progress;
    if (!now) return job.status === "running" ? GETTING_READY : nothing;
    const stage = stageWords(now.stage);
    return html`<div class="panel now">
      <div class="stage">
        <span class="quiet small">${hasEnded(job.status) ? "Last stage" : "Stage"}</span>
        <div>${stage}, step ${count(now.step)} of ${count(now.steps)}</div>
        <progress max=${Math.max(now.steps, 1)} .value=${now.step} aria-label=${stage}></progress>
      </div>
      ${now.loss == null
        ? nothing
        : html`<div><span class="quiet small">Task loss</span><b>${decimal(now.loss)}</b></div>`}
      ${now.nodes == null
        ? nothing
        : html`<div><span class="quiet small">Nodes</span><b>${count(now.nodes)}</b></div>`}
      ${now.edges == null
        ? nothing
        : html`<div><span class="quiet small">Induced edges</span><b>${count(now.edges)}</b></div>`}
    </div>`;
  }

  #aside(job: JobDetail): TemplateResult {
    const [report, asked, means] = [verification(job), searchRequest(job), meansComputation(job)];
    const circuit = report ?? asked;
    return html`<section>
        <h2>Asked for</h2>
        ${facts([
          ...(circuit
            ? ([["Task", html`<a href="/tasks/${circuit.task}">${circuit.task}</a>`]] as const)
            : []),
          ...(means ? meansFacts(means) : []),
          ...(report
            ? ([
                ["Circuit", html`<a href="/circuits/${report.slug}">${report.slug}</a>`],
                ["Stability, controls", report.quick ? "left out" : "computed"],
              ] as const)
            : []),
          ...(asked
            ? ([
                ["Method", methodTitle(asked.method ?? "path")],
                ["Time budget", asked.seconds == null ? "none" : seconds(asked.seconds)],
              ] as const)
            : []),
          ...(circuit
            ? ([
                ["Target loss", `${circuit.target_loss} nats`],
                ["Seed", String(circuit.seed)],
              ] as const)
            : []),
          ["Asked", instant(job.created)],
          ["Started", job.started ? instant(job.started) : "not yet"],
          ["Ended", job.finished ? instant(job.finished) : "not yet"],
        ])}
      </section>
      ${this.lost
        ? html`<p class="chip bad" role="status">Connection lost, trying again …</p>`
        : nothing}
      ${this.logs.length === 0
        ? nothing
        : html`<section>
            <h2>Log</h2>
            <ol>
              ${this.logs.map((line) => html`<li>${line}</li>`)}
            </ol>
          </section>`}`;
  }
}

/** The loss that a search is to reach; null for what has none. */
function targetOf(job: JobDetail | null): number | null {
  return (job && "target_loss" in job.request && job.request.target_loss) || null;
}

function meansFacts({ folders, tokens, replace }: MeansComputation): [string, string][] {
  return [
    ["Text", folders?.length ? folders.join(", ") : "generated programs"],
    ["Tokens", count(tokens ?? 0)],
    ...(replace ? ([["Those before", "replaced"]] as [string, string][]) : []),
  ];
}
