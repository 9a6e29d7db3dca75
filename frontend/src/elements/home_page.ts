/** The overview: tasks by checkpoints, each cell the size of a circuit or the offer to search. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, query } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import { api, need } from "../api/client";
import type {
  BrokenCheckpoint,
  BrokenTask,
  CheckpointSummary,
  CircuitSummary,
  TaskSummary,
} from "../api/types";
import type { Cell } from "../state/matrix";
import { USUAL_TARGET, cellKey, exception, matrix } from "../state/matrix";
import { byCircuits } from "../state/usual_checkpoint";
import { base, chips, controls, skeleton, tables } from "../styles/shared";
import { compact, count, decimal, lossBeside, plural, sparsity } from "../text/format";
import "./checkpoint_drop";
import { header, pageHeader } from "./page_header";
import { Resource } from "./resource";
import type { SearchDialog, SearchStart } from "./search_dialog";
import "./search_dialog";
import "./task_drop";
import { findingList, findings } from "./task_findings";
import { answersText } from "./visible_text";

interface Overview {
  broken_checkpoints: readonly BrokenCheckpoint[];
  checkpoints: readonly CheckpointSummary[];
  tasks: readonly TaskSummary[];
  broken_tasks: readonly BrokenTask[];
  circuits: readonly CircuitSummary[];
}

@customElement("cx-home-page")
export class HomePage extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    chips,
    skeleton,
    pageHeader,
    findingList,
    css`
      thead th {
        vertical-align: bottom;
        white-space: normal;
      }
      thead a {
        font-size: 13px;
        font-weight: 620;
      }
      thead .facts {
        display: block;
        font-weight: 400;
      }
      th.task {
        min-width: 260px;
        font-weight: 400;
      }
      .task a {
        font-weight: 550;
        text-decoration: none;
      }
      .task a:hover {
        text-decoration: underline;
      }
      .task .decides {
        display: block;
        color: var(--ink-3);
        font-size: var(--small);
      }
      .answers {
        white-space: nowrap;
        color: var(--ink-3);
      }
      td.cell {
        width: 26%;
        min-width: 250px;
        padding: 0;
        border-left: 1px solid var(--line);
        vertical-align: middle;
      }
      .cell > a {
        display: grid;
        grid-template-columns: 4.2em minmax(40px, 1fr) 3.2em 5.6em;
        align-items: center;
        gap: 10px;
        padding: 8px 14px;
      }
      .bar {
        height: 7px;
        border-radius: 1px;
        background: var(--accent);
        opacity: 0.55;
      }
      .misses .bar {
        background: var(--line-2);
      }
      .cell a {
        color: inherit;
        text-decoration: none;
      }
      .cell a:hover {
        background: var(--accent-wash);
      }
      .size {
        text-align: right;
        font-size: 17px;
        font-weight: 620;
      }
      .misses .size {
        color: var(--ink-3);
        font-weight: 450;
      }
      .cell .loss {
        font-size: var(--small);
        color: var(--ink-3);
      }
      .cell .flag {
        font-size: var(--tiny);
        color: var(--bad);
      }
      .cell .more {
        font-size: var(--tiny);
        color: var(--ink-3);
      }
      .cell button {
        margin: 5px 10px;
        padding: 3px 10px;
        min-height: 26px;
        border-color: var(--line);
        background: none;
        color: var(--ink-3);
      }
      .cell button:hover {
        color: var(--accent);
        border-color: var(--accent) !important;
      }
      .many .answers {
        display: none;
      }
      .many th.task {
        position: sticky;
        left: 0;
        z-index: 1;
        min-width: 210px;
        background: var(--surface);
      }
      .many td.cell {
        width: auto;
        min-width: 122px;
      }
      .many .cell > a {
        grid-template-columns: auto 1fr;
        gap: 2px 10px;
      }
      .many .bar {
        grid-column: 1 / -1;
        order: 1;
        height: 4px;
      }
      .many .flag,
      .many .more {
        grid-column: 1 / -1;
        order: 2;
      }
      @media (max-width: 900px) {
        .answers {
          display: none;
        }
        th.task,
        .many th.task {
          min-width: 190px;
        }
        .cell > a {
          grid-template-columns: 3.4em minmax(40px, 1fr) 3.2em auto;
        }
      }
      .broken {
        margin: 0;
        padding: 12px 16px 12px 32px;
        overflow-wrap: anywhere;
        color: var(--ink-2);
      }
      .broken .findings {
        margin: 0 0 8px;
      }
      .legend {
        margin-top: 10px;
      }
    `,
  ];

  readonly #overview = new Resource<Overview>(this, () => need(api.GET("/index.json")));

  @query("cx-search-dialog") private readonly search!: SearchDialog;

  #open(start: SearchStart): void {
    void this.search.open(start);
  }

  override render(): TemplateResult {
    return html`<div class="page">
      ${header({
        title: "Circuits by task and checkpoint",
        lead: html`Each number is a circuit: how many nonzero weights (induced edges) join the nodes
        that a weight-sparse transformer needs for a next-token task. Open one to take it apart.`,
        actions: html`<button class="primary" @click=${() => this.#open({})}>New search</button>`,
      })}
      ${this.#overview.render(
        (overview) => html`${this.#matrix(overview)}${broken(overview.broken_checkpoints)}
          ${brokenTasks(overview.broken_tasks)}`,
        () => html`<div class="panel" role="status" aria-label="Loading">
          <span class="skeleton" style="height: 420px"></span>
        </div>`,
      )}
      <cx-checkpoint-drop @added=${() => void this.#overview.reload()}></cx-checkpoint-drop>
      <cx-task-drop @added=${() => void this.#overview.reload()}></cx-task-drop>
      <cx-search-dialog></cx-search-dialog>
    </div>`;
  }

  #matrix({ checkpoints: all, tasks, circuits }: Overview): TemplateResult {
    const checkpoints = byCircuits(all, circuits);
    if (checkpoints.length === 0) {
      return html`<div class="panel empty">
        <h2>No checkpoint yet</h2>
        <p>
          Add one below, put a checkpoint's folder into the data folder, or train one:
          <code>circuit-explorer train RECIPE.toml --out DIR</code>. Then reload this page.
        </p>
      </div>`;
    }
    const cells = matrix(circuits);
    return html`<div class="panel scroll">
        <table class=${checkpoints.length > FEW ? "many" : ""}>
          <caption class="visually-hidden">
            Size of the smallest circuit whose task loss is at most ${USUAL_TARGET}, by task and
            checkpoint
          </caption>
          <thead>
            <tr>
              <th class="task" scope="col">
                ${plural(tasks.length, "task")}, ${plural(circuits.length, "circuit")}
              </th>
              <th class="answers" scope="col">Answers</th>
              ${checkpoints.map((checkpoint) => this.#column(checkpoint))}
            </tr>
          </thead>
          <tbody>
            ${tasks.map(
              (task) => html`<tr>
                <th class="task" scope="row">
                  <a href="/tasks/${task.name}">${task.title}</a>
                  <span class="decides">${task.decides}</span>
                </th>
                <td class="answers">${answersText(task.answers)}</td>
                ${checkpoints.map((checkpoint) =>
                  this.#cell(checkpoint, task, cells.get(cellKey(checkpoint.name, task.name))),
                )}
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="legend quiet small">
        Induced edges of the smallest circuit whose task loss on test pairs is at most
        ${USUAL_TARGET} nats, and that loss (chance 0.693); where there is none, the one of least
        loss and its target. Bars are on a logarithmic scale up to 10,000 edges. Other targets are on
        <a href="/compare">Compare</a>.
      </p>`;
  }

  #column(checkpoint: CheckpointSummary): TemplateResult {
    const loss = checkpoint.held_out_loss ?? null;
    return html`<th scope="col">
      <a href="/checkpoints/${checkpoint.name}">${checkpoint.name}</a>
      <span class="facts">
        ${checkpoint.n_layer} layers, ${compact(checkpoint.nonzero)} nonzero
        (${sparsity(checkpoint.nonzero_fraction)})${loss === null
          ? nothing
          : html`, held-out loss ${decimal(loss, 2)}`}
      </span>
    </th>`;
  }

  #cell(checkpoint: CheckpointSummary, task: TaskSummary, cell: Cell | undefined): TemplateResult {
    if (cell === undefined) {
      return html`<td class="cell">
        <button
          aria-label="Search ${task.title} in ${checkpoint.name}"
          @click=${() => this.#open({ checkpoint: checkpoint.name, task: task.name })}
        >
          search
        </button>
      </td>`;
    }
    const { best, others } = cell;
    const aside = exception(best);
    const words = `${plural(best.induced_edges, "induced edge")}, task loss ${decimal(best.task_loss)}`;
    return html`<td class="cell ${aside === null ? "" : "misses"}">
      <a href="/circuits/${best.slug}" aria-label="${task.title} in ${checkpoint.name}: ${words}">
        <span class="size">${count(best.induced_edges)}</span>
        <span class="bar" style=${styleMap({ width: sizeBar(best.induced_edges) })}></span>
        <span class="loss">${lossBeside(best.task_loss, USUAL_TARGET)}</span>
        ${aside === null ? nothing : html`<span class="flag">${aside}</span>`}
        ${others > 0 && aside === null
          ? html`<span class="more">${others + 1} found</span>`
          : nothing}
      </a>
    </td>`;
  }
}

/** Checkpoints that have room for wide cells. */
const FEW = 3;

/** Length of a size on a logarithmic scale from 1 to 10,000 edges. */
function sizeBar(edges: number): string {
  return `${Math.min(100, 3 + (97 * Math.log10(Math.max(1, edges))) / 4)}%`;
}

/** Task files that make no task, each with the reasons. */
function brokenTasks(found: readonly BrokenTask[]): TemplateResult | typeof nothing {
  if (found.length === 0) return nothing;
  return html`<section>
    <h2>Task files that make no task</h2>
    <ul class="panel broken">
      ${found.map((one) => html`<li><strong>${one.file}</strong> ${findings(one.findings)}</li>`)}
    </ul>
  </section>`;
}

/** Folders that look like checkpoints but cannot be opened, each with the reason. */
function broken(found: readonly BrokenCheckpoint[]): TemplateResult | typeof nothing {
  if (found.length === 0) return nothing;
  return html`<section>
    <h2>Checkpoints that cannot be opened</h2>
    <ul class="panel broken">
      ${found.map((one) => html`<li><strong>${one.name}</strong> ${one.error}</li>`)}
    </ul>
  </section>`;
}
