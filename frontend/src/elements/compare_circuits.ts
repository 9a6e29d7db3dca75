/** The circuits of one checkpoint at one target, a row a task. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { BenchmarkCell, Comparison } from "../api/types";
import { OUTCOMES } from "../state/benchmark";
import type { Order, SortKey } from "../state/order";
import { sorted } from "../state/order";
import { base, chips, tables } from "../styles/shared";
import { count, decimal, seconds } from "../text/format";
import { sortHeader } from "./sort_header";

type Column = "task" | "induced" | "kept" | "nodes" | "loss" | "seconds";

const KEYS: Record<Column, SortKey<BenchmarkCell>> = {
  task: (cell) => cell.task,
  induced: (cell) => cell.sizes?.induced_edges.median ?? null,
  kept: (cell) => cell.sizes?.kept_edges.median ?? null,
  nodes: (cell) => cell.sizes?.nodes.median ?? null,
  loss: (cell) => cell.task_loss ?? null,
  seconds: (cell) => cell.seconds ?? null,
};

@customElement("cx-compare-circuits")
export class CompareCircuits extends LitElement {
  static override styles = [
    base,
    tables,
    chips,
    css`
      .scroll {
        max-height: 420px;
        overflow: auto;
      }
      td,
      th {
        padding: 5px 9px;
      }
    `,
  ];

  @property({ attribute: false }) comparison: Comparison | null = null;
  @property() checkpoint = "";
  @property({ attribute: false }) target: number | null = null;
  @state() private order: Order<Column> = { by: "induced", descending: false };

  override render(): TemplateResult | typeof nothing {
    if (this.comparison === null) return nothing;
    const cells = this.comparison.cells.filter(
      (cell) => cell.checkpoint === this.checkpoint && cell.target_loss === this.target,
    );
    const header = (label: string, by: Column): TemplateResult =>
      sortHeader(label, by, this.order, (order) => (this.order = order), by !== "task");
    return html`<div class="panel scroll" tabindex="0" role="region" aria-label="Circuits of ${this.checkpoint}">
      <table>
        <caption class="visually-hidden">Circuits of ${this.checkpoint} at target ${this.target}</caption>
        <thead>
          <tr>
            ${header("Task", "task")} ${header("Induced edges", "induced")}
            ${header("Kept edges", "kept")} ${header("Nodes", "nodes")} ${header("Test loss", "loss")}
            ${header("Search", "seconds")}
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          ${sorted(cells, KEYS, this.order).map(row)}
        </tbody>
      </table>
    </div>`;
  }
}

function row(cell: BenchmarkCell): TemplateResult {
  const slug = cell.slug ?? null;
  const size = (name: "induced_edges" | "kept_edges" | "nodes"): string =>
    cell.sizes ? count(cell.sizes[name].median) : "";
  const loss = cell.task_loss ?? null;
  const took = cell.seconds ?? null;
  const bad = cell.kind === "missed" || cell.kind === "failed";
  return html`<tr>
    <th scope="row">
      ${slug === null ? cell.task : html`<a href="/circuits/${slug}">${cell.task}</a>`}
    </th>
    <td class="number">${size("induced_edges")}</td>
    <td class="number">${size("kept_edges")}</td>
    <td class="number">${size("nodes")}</td>
    <td class="number">${loss === null ? "" : decimal(loss)}</td>
    <td class="number">${took === null ? "" : seconds(took)}</td>
    <td>
      <span class="chip ${bad ? "bad" : cell.kind === "met" ? "good" : ""}" title=${cell.detail ?? ""}
        >${OUTCOMES[cell.kind]}</span
      >
    </td>
  </tr>`;
}
