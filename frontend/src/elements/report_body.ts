/**
 * A report to read: its summary, its lines by group, then what each node, edge and head adds. Fires
 * `select-node` and `select-edge`.
 */
import { LitElement, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { FaithfulnessReport } from "../api/types";
import { factValue } from "../state/card";
import type { Group, LineGroup } from "../state/report";
import { GROUPS, lineGroups } from "../state/report";
import { base, chips, controls } from "../styles/shared";
import { plural, seconds } from "../text/format";
import { facts, factStyles } from "./facts";
import { passOn } from "./pass_on";
import { reportStyles } from "./report_body_styles";
import "./report_curve";
import "./report_edges";
import "./report_heads";
import "./report_lines";
import "./report_nodes";

@customElement("cx-report-body")
export class ReportBody extends LitElement {
  static override styles = [base, controls, chips, factStyles, reportStyles];

  @property({ attribute: false }) report!: FaithfulnessReport;
  @property() selection: string | null = null;
  @state() private limits = false;
  /** The list of what it was computed with is open. */
  @state() private made = false;

  override render(): TemplateResult {
    const { report } = this;
    const groups = lineGroups(report);
    return html`<header>
        <h2>Report</h2>
        <a href="/api/circuits/${report.slug}/report" title="This report as JSON">.json</a>
      </header>
      <ul class="summary" aria-label="Summary">
        ${report.summary.map((sentence) => html`<li>${sentence}</li>`)}
      </ul>
      <nav aria-label="Groups of lines">
        ${groups.map((group) => this.#jump(group))}
        <label>
          <input
            type="checkbox"
            .checked=${this.limits}
            @change=${(event: Event) =>
              (this.limits = (event.target as HTMLInputElement).checked)}
          />
          say what each line cannot show
        </label>
      </nav>
      ${groups.map((group) => this.#group(group))} ${this.#made()}`;
  }

  #jump({ group, met, judged }: LineGroup): TemplateResult {
    return html`<button @click=${() => this.#scrollTo(group)}>
      ${GROUPS[group].title}
      ${judged === 0
        ? nothing
        : html`<span class=${met < judged ? "bad" : "good"} title="criteria met">
            ${met < judged ? "✗" : "✓"} ${met}/${judged}
          </span>`}
    </button>`;
  }

  #scrollTo(group: Group): void {
    const section = this.renderRoot.querySelector<HTMLElement>(`section[data-group=${group}]`);
    section?.scrollIntoView({ block: "start" });
    section?.querySelector("h3")?.focus({ preventScroll: true });
  }

  #group({ group, lines, met, judged }: LineGroup): TemplateResult {
    const { title, asks } = GROUPS[group];
    return html`<section data-group=${group} aria-label=${title}>
      <h3 tabindex="-1">
        ${title}
        <small>
          ${judged === 0 ? "no criterion" : `${met} of ${plural(judged, "criterion", "criteria")} met`}
        </small>
      </h3>
      <p class="quiet">${asks}</p>
      ${lines.length === 0
        ? nothing
        : html`<cx-report-lines .lines=${lines} ?limits=${this.limits}></cx-report-lines>`}
      ${this.#parts(group)}
    </section>`;
  }

  /** What a group says of single nodes, edges and heads. */
  #parts(group: Group): TemplateResult | typeof nothing {
    const { nodes, edges, heads, curve } = this.report;
    if (group === "minimality") {
      return html`<cx-report-nodes
          .nodes=${nodes}
          .selection=${this.selection}
          @select-node=${this.#pass}
        ></cx-report-nodes>
        <cx-report-edges
          .edges=${edges}
          .selection=${this.selection}
          @select-edge=${this.#pass}
        ></cx-report-edges>`;
    }
    if (group === "agreement" && heads.length > 0) {
      return html`<cx-report-heads .heads=${heads}></cx-report-heads>`;
    }
    if (group === "curve" && curve.length > 0) {
      return html`<cx-report-curve .points=${curve}></cx-report-curve>`;
    }
    return nothing;
  }

  #made(): TemplateResult {
    const { settings, versions } = this.report;
    const entries = Object.entries({ ...settings, ...versions });
    return html`<details
      class="made"
      @toggle=${(event: Event) => (this.made = (event.target as HTMLDetailsElement).open)}
    >
      <summary>Computed in ${seconds(this.report.seconds)}; with what</summary>
      ${this.made
        ? facts(entries.map(([name, value]) => [name, factValue(value)] as const))
        : nothing}
    </details>`;
  }

  #pass(event: CustomEvent<string>): void {
    passOn(this, event);
  }
}
