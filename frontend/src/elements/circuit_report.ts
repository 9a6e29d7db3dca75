/**
 * What was tested about a circuit: fetches its report, or computes one and shows how far that is.
 * Fires `select-node` and `select-edge`.
 */
import { LitElement, css, html, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import { asProblem } from "../api/problem";
import type { FaithfulnessReport, JobDetail, Problem } from "../api/types";
import { base, controls } from "../styles/shared";
import { hasEnded } from "./job_words";
import { passOn } from "./pass_on";
import "./problem_panel";
import "./report_body";
import type { JobOutcome } from "./report_job";
import "./report_job";

@customElement("cx-circuit-report")
export class CircuitReport extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        max-width: 1240px;
        padding: 18px 24px 40px;
      }
      .none {
        max-width: 66ch;
      }
      .none p {
        margin-top: 6px;
        color: var(--ink-2);
      }
      .start {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 10px 18px;
        margin-top: 14px;
      }
      cx-problem,
      cx-report-job {
        margin-bottom: 16px;
      }
    `,
  ];

  @property() slug = "";
  /** Whether there is one; null while that is not known. */
  @property({ attribute: false }) exists: boolean | null = null;
  /** Names of the circuit's selected node or edge. */
  @property() selection: string | null = null;
  @state() private report: FaithfulnessReport | null = null;
  @state() private job: string | null = null;
  @state() private problem: Problem | null = null;
  @state() private loading = false;
  @state() private cancelled = false;
  #looked = false;

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("exists") || this.exists === null || this.#looked) return;
    this.#looked = true;
    if (this.exists) void this.#load();
    void this.#findJob();
  }

  async #load(): Promise<void> {
    this.loading = true;
    this.problem = null;
    try {
      const params = { path: { slug: this.slug } };
      this.report = await need(api.GET("/api/circuits/{slug}/report", { params }));
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
      this.loading = false;
    }
  }

  /** A report that is being computed already, asked for here before a reload or by someone else. */
  async #findJob(): Promise<void> {
    try {
      const jobs = await need(api.GET("/api/jobs"));
      const job = jobs.find((one) => !hasEnded(one.status) && isReportOn(one, this.slug));
      if (job) this.job = job.id;
    } catch {
      // Then there is none to show; asking for one still works or says why not.
    }
  }

  async #start(quick: boolean): Promise<void> {
    this.problem = null;
    this.cancelled = false;
    try {
      const job = await need(
        api.POST("/api/circuits/{slug}/report", {
          params: { path: { slug: this.slug } },
          body: { quick },
        }),
      );
      this.job = job.id;
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  #ended({ detail }: CustomEvent<JobOutcome>): void {
    this.job = null;
    this.cancelled = detail.status === "cancelled";
    this.problem = detail.problem;
    if (detail.status === "done") void this.#load();
  }

  override render(): TemplateResult {
    return html`${this.job === null
        ? nothing
        : html`<cx-report-job .job=${this.job} @ended=${this.#ended}></cx-report-job>`}
      <cx-problem
        .problem=${this.problem}
        ?no-retry=${this.report !== null || !this.exists}
        @retry=${() => void this.#load()}
      ></cx-problem>
      ${this.#content()}`;
  }

  #content(): TemplateResult | typeof nothing {
    if (this.report !== null) {
      return html`<cx-report-body
          .report=${this.report}
          .selection=${this.selection}
          @select-node=${this.#pass}
          @select-edge=${this.#pass}
        ></cx-report-body>
        ${this.job === null ? this.#buttons("Compute it again") : nothing}`;
    }
    if (this.loading || this.exists === null) {
      return html`<p class="quiet" role="status">Loading the report …</p>`;
    }
    if (this.job !== null || (this.problem !== null && this.exists)) return nothing;
    return html`<section class="none">
      <h2>No report yet</h2>
      <p>
        A report says under which ablations this circuit does its task and where it fails: other
        values than means, parts of the rest, the circuit ablated, shifted pairs, other seeds, and
        the same search where there is nothing to find.
      </p>
      ${this.cancelled ? html`<p role="status">The last one was cancelled.</p>` : nothing}
      ${this.#buttons("Compute the report")}
    </section>`;
  }

  #buttons(words: string): TemplateResult {
    return html`<div class="start">
      <button class="primary" @click=${() => void this.#start(false)}>${words}</button>
      <button @click=${() => void this.#start(true)}>
        Compute without stability and controls
      </button>
      <span class="quiet small">Those two search again, several times, and take the longest.</span>
    </div>`;
  }

  #pass(event: CustomEvent<string>): void {
    passOn(this, event);
  }
}

function isReportOn(job: JobDetail, slug: string): boolean {
  return job.kind === "verify" && "slug" in job.request && job.request.slug === slug;
}
