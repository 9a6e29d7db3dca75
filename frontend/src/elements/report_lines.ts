/**
 * The lines of a group: number, interval, what it is read against, criterion and outcome, and what
 * the line cannot show.
 */
import { LitElement, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { ReportLine } from "../api/types";
import { besideNumber, lineNumber, unitWords } from "../state/report";
import { base, chips, tables } from "../styles/shared";
import { reportLineStyles } from "./report_line_styles";

@customElement("cx-report-lines")
export class ReportLines extends LitElement {
  static override styles = [base, tables, chips, reportLineStyles];

  @property({ attribute: false }) lines: readonly ReportLine[] = [];
  /** Say of all lines what they cannot show. */
  @property({ type: Boolean }) limits = false;

  override render(): TemplateResult {
    return html`<table>
      <thead>
        <tr>
          <th scope="col">Line</th>
          <th scope="col" class="number">Value</th>
          <th scope="col" class="number">95% over templates</th>
          <th scope="col">Read against</th>
          <th scope="col">Criterion, fixed beforehand</th>
        </tr>
      </thead>
      <tbody>
        ${this.lines.map((line) => this.#row(line))}
      </tbody>
    </table>`;
  }

  #row(line: ReportLine): TemplateResult {
    const write = (value: number): string => lineNumber(value, line.unit);
    const { low, high } = line;
    return html`<tr data-line=${line.id}>
      <th scope="row">
        ${line.title}
        ${this.limits
          ? html`<p class="limit">${line.limit}</p>`
          : html`<details>
              <summary>what it cannot show</summary>
              <p class="limit">${line.limit}</p>
            </details>`}
      </th>
      <td class="number value" data-name="Value">
        <b>${write(line.value)}</b> <span class="unit">${unitWords(line.unit)}</span>
      </td>
      <td class="number interval" data-name="95%">
        ${typeof low === "number" && typeof high === "number"
          ? `${write(low)} to ${write(high)}`
          : html`<span class="quiet">none</span>`}
      </td>
      <td data-name="Read against">${beside(line)}</td>
      <td data-name="Criterion">${outcome(line)}</td>
    </tr>`;
  }
}

function beside({ beside: numbers, unit }: ReportLine): TemplateResult | typeof nothing {
  const entries = Object.entries(numbers ?? {});
  if (entries.length === 0) return nothing;
  return html`<ul>
    ${entries.map(
      ([label, value]) => html`<li><span>${label}</span> <b>${besideNumber(value, unit)}</b></li>`,
    )}
  </ul>`;
}

function outcome({ met, criterion }: ReportLine): TemplateResult {
  if (typeof met !== "boolean") {
    return html`<span class="chip">${criterion ? "– not judged" : "– no criterion"}</span> ${criterion
        ? html`<span class="words">${criterion}</span>`
        : nothing}`;
  }
  return html`<span class="chip ${met ? "good" : "bad"}">${met ? "✓ met" : "✗ not met"}</span>
    <span class="words">${criterion}</span>`;
}
