/**
 * Tasks by checkpoints at one target: size, loss with its interval and outcome, each cell a link to
 * its circuit; the geometric means in the last row. Fires `change-sort`.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { BenchmarkCell, BenchmarkMean, Comparison, Contender } from "../api/types";
import { COUNTED, OUTCOMES, OUTCOME_HINTS, meanOf, sizeKey, table } from "../state/benchmark";
import type { CountedSize, MeanOver } from "../state/comparing";
import { BY_TASK } from "../state/comparing";
import type { Order, SortKey } from "../state/order";
import { sorted } from "../state/order";
import { base, chips, tables } from "../styles/shared";
import { count, decimal, plural } from "../text/format";
import { sortHeader } from "./sort_header";

type Row = readonly [string, ReadonlyMap<string, BenchmarkCell>];

@customElement("cx-compare-table")
export class CompareTable extends LitElement {
  static override styles = [
    base,
    tables,
    chips,
    css`
      th[scope="row"],
      thead th:first-child {
        position: sticky;
        left: 0;
        z-index: 1;
        background: var(--surface);
        white-space: nowrap;
      }
      thead th .small {
        display: block;
        font-weight: 400;
      }
      td {
        min-width: 132px;
        border-left: 1px solid var(--line);
      }
      .size {
        font-size: 15px;
        font-weight: 620;
      }
      .aside .size {
        font-weight: 450;
        color: var(--ink-3);
      }
      .loss {
        display: block;
        font-size: var(--small);
        color: var(--ink-3);
        white-space: nowrap;
      }
      tfoot > tr > * {
        border-top: 1px solid var(--line-2);
        border-bottom: 0;
        vertical-align: top;
      }
      tfoot th {
        font-weight: 620;
      }
      @media (max-width: 900px) {
        td,
        th {
          padding-inline: 8px;
        }
      }
    `,
  ];

  @property({ attribute: false }) comparison: Comparison | null = null;
  @property({ attribute: false }) target: number | null = null;
  @property({ attribute: false }) sort: Order<string> = { by: "", descending: false };
  @property() over: MeanOver = "own";
  @property() size: CountedSize = "induced_edges";

  override render(): TemplateResult | typeof nothing {
    const { comparison, target } = this;
    if (comparison === null || target === null) return nothing;
    const { checkpoints } = comparison;
    const header = (label: string, by: string, numeric: boolean): TemplateResult =>
      sortHeader(label, by, this.sort, (order) => this.#order(order), numeric);
    return html`<div class="panel scroll" tabindex="0" role="region" aria-label="Tasks by checkpoints">
      <table>
        <caption class="visually-hidden">
          ${COUNTED[this.size]} and test loss at target ${target}, by task and checkpoint
        </caption>
        <thead>
          <tr>
            ${header("Task", BY_TASK, false)}
            ${checkpoints.map(({ name }) => header(name, name, false))}
          </tr>
        </thead>
        <tbody>
          ${this.#rows(comparison, target).map(([task, cells]) => this.#row(task, cells, checkpoints))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Geometric mean</th>
            ${checkpoints.map(({ name }) =>
              this.#mean(
                comparison.means.find(
                  (mean) => mean.checkpoint === name && mean.target_loss === target,
                ),
              ),
            )}
          </tr>
        </tfoot>
      </table>
    </div>`;
  }

  #order(order: Order<string>): void {
    this.dispatchEvent(new CustomEvent<Order<string>>("change-sort", { detail: order }));
  }

  #rows(comparison: Comparison, target: number): Row[] {
    const rows = [...table(comparison, target)];
    if (this.sort.by === "") return rows;
    const key: SortKey<Row> =
      this.sort.by === BY_TASK ? ([task]) => task : sizeKey(this.sort.by, this.size);
    return sorted(rows, { [this.sort.by]: key }, this.sort);
  }

  #row(
    task: string,
    cells: ReadonlyMap<string, BenchmarkCell>,
    checkpoints: readonly Contender[],
  ): TemplateResult {
    return html`<tr>
      <th scope="row"><a href="/tasks/${task}">${task}</a></th>
      ${checkpoints.map(({ name }) => this.#cell(cells.get(name)))}
    </tr>`;
  }

  #cell(cell: BenchmarkCell | undefined): TemplateResult {
    if (cell === undefined) return html`<td class="quiet small">not searched</td>`;
    const { sizes, slug, kind } = cell;
    return html`<td class=${kind === "met" ? "" : "aside"}>
      ${sizes && slug
        ? html`<a class="size" href="/circuits/${slug}" aria-label=${words(cell, this.size)}
            >${number(sizes[this.size].median)}</a
          >`
        : nothing}
      ${kind === "met"
        ? nothing
        : html`<span class="chip ${kind === "missed" || kind === "failed" ? "bad" : ""}" title=${cell.detail || OUTCOME_HINTS[kind]}
            >${OUTCOMES[kind]}</span
          >`}
      ${sizes && sizes[this.size].low !== sizes[this.size].high
        ? html`<span class="quiet small">${number(sizes[this.size].low)} to ${number(sizes[this.size].high)}</span>`
        : nothing}
      ${loss(cell)}
      ${cell.met > 0 && cell.met < cell.seeds
        ? html`<span class="loss">${cell.met} of ${plural(cell.seeds, "seed")} met</span>`
        : nothing}
    </td>`;
  }

  #mean(mean: BenchmarkMean | undefined): TemplateResult {
    const size = mean ? meanOf(mean, this.over) : null;
    if (!mean || size === null) return html`<td class="quiet small">none</td>`;
    return html`<td>
      <span class="size">${number(size.value)}</span>
      <span class="loss">${number(size.low)} to ${number(size.high)}</span>
      ${this.over === "own"
        ? html`<span class="loss">${plural(mean.tasks.length, "task")} met</span>`
        : nothing}
    </td>`;
  }
}

function loss(cell: BenchmarkCell): TemplateResult | typeof nothing {
  const value = cell.task_loss ?? null;
  if (value === null) return nothing;
  const [low, high] = [cell.loss_low ?? null, cell.loss_high ?? null];
  return html`<span class="loss" title="Test loss in nats, with its 95% interval"
    >${decimal(value)}${low === null || high === null
      ? nothing
      : html` (${decimal(low)} to ${decimal(high)})`}</span
  >`;
}

function words(cell: BenchmarkCell, size: CountedSize): string {
  const counted = cell.sizes ? `${number(cell.sizes[size].median)} ${COUNTED[size]}` : "";
  return `${cell.task} in ${cell.checkpoint}: ${OUTCOMES[cell.kind]}, ${counted}`;
}

/** A whole number, or a median or mean with one decimal. */
function number(value: number): string {
  return Number.isInteger(value) || value >= 100 ? count(Math.round(value)) : value.toFixed(1);
}
