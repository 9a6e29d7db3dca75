/** All circuits, and the way in for bundles from another instance. */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import { asProblem } from "../api/problem";
import type { Bundle, CircuitSummary, Problem } from "../api/types";
import type { FilterBy } from "../state/circuit_filter";
import { FILTERS, choices, filterFrom, filterQuery, filtered } from "../state/circuit_filter";
import { base, controls } from "../styles/shared";
import { plural } from "../text/format";
import "./circuit_table";
import { header, pageHeader } from "./page_header";
import "./problem_panel";
import { Resource } from "./resource";
import "./viz_data_dialog";
import type { VizDataDialog } from "./viz_data_dialog";

@customElement("cx-circuits-page")
export class CircuitsPage extends LitElement {
  static override styles = [
    base,
    controls,
    pageHeader,
    css`
      cx-problem {
        margin-bottom: 16px;
      }
      .filters {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 8px 14px;
        margin-bottom: 12px;
      }
      .filters label {
        display: grid;
        gap: 3px;
      }
    `,
  ];

  @state() private problem: Problem | null = null;
  @state() private filter = filterFrom(location.search);
  @query("cx-viz-data-dialog") private readonly vizData!: VizDataDialog;
  @query("input[type=file]") private readonly file!: HTMLInputElement;

  readonly #circuits = new Resource(this, () => need(api.GET("/api/circuits")));

  async #import(): Promise<void> {
    const file = this.file.files?.[0];
    if (file === undefined) return;
    this.problem = null;
    if (/\.(pt|pkl)$/i.test(file.name)) {
      this.file.value = "";
      return this.vizData.open(file);
    }
    try {
      const bundle = parse(await file.text(), file.name);
      const circuit = await need(api.POST("/api/bundles", { body: bundle }));
      location.assign(`/circuits/${circuit.slug}`);
    } catch (error) {
      this.problem = error instanceof NotABundle ? error.problem : asProblem(error);
    } finally {
      this.file.value = "";
    }
  }

  override render(): TemplateResult {
    return html`<div class="page">
      ${header({
        title: "Circuits",
        lead: "Every circuit kept here, found by a search or brought in: as a bundle, or as OpenAI's viz_data.pt.",
        actions: html`<input
            type="file"
            accept=".json,application/json,.pt,.pkl"
            hidden
            aria-label="Bundle or viz_data.pt to import"
            @change=${this.#import}
          />
          <button @click=${() => this.file.click()}>Import …</button>`,
      })}
      <cx-problem no-retry .problem=${this.problem}></cx-problem>
      <cx-viz-data-dialog></cx-viz-data-dialog>
      ${this.#circuits.render((circuits) =>
        circuits.length === 0
          ? html`<div class="panel empty">
              <h2>No circuit yet</h2>
              <p><a href="/">Choose a task and start a search</a>, or import a bundle.</p>
            </div>`
          : this.#list(circuits),
      )}
    </div>`;
  }

  #choose(name: FilterBy, value: string): void {
    this.filter = { ...this.filter, [name]: value };
    const query = filterQuery(this.filter);
    history.replaceState(null, "", query === "" ? location.pathname : `?${query}`);
  }

  #list(circuits: readonly CircuitSummary[]): TemplateResult {
    const shown = filtered(circuits, this.filter);
    return html`<div class="filters" role="group" aria-label="Filters">
        ${(Object.keys(FILTERS) as FilterBy[]).map(
          (name) => html`<label
            >${FILTERS[name].label}
            <select
              @change=${(event: Event) =>
                this.#choose(name, (event.currentTarget as HTMLSelectElement).value)}
            >
              <option value="">all</option>
              ${choices(circuits, name, this.filter[name]).map(
                (value) => html`<option .selected=${value === this.filter[name]}>${value}</option>`,
              )}
            </select>
          </label>`,
        )}
        <span class="quiet small" role="status"
          >${shown.length} of ${plural(circuits.length, "circuit")}</span
        >
      </div>
      <cx-circuit-table .circuits=${shown}></cx-circuit-table>`;
  }
}

class NotABundle extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** The server checks a bundle; this only tells a JSON object of that format from another file. */
function parse(text: string, name: string): Bundle {
  let found: unknown = null;
  try {
    found = JSON.parse(text);
  } catch {
    found = null;
  }
  const isBundle =
    typeof found === "object" &&
    found !== null &&
    "format" in found &&
    found.format === "circuit-explorer-bundle";
  if (isBundle) return found as unknown as Bundle;
  throw new NotABundle({
    title: "This file is no bundle",
    status: 0,
    detail: `${name} is not a JSON file with format "circuit-explorer-bundle".`,
    remedy: "On the circuit's page of the other instance, choose Export, then Bundle.",
  });
}
