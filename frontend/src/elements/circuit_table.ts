/** Circuits in a sortable table, each a link to its page. */
import type { TemplateResult } from "lit";
import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { CircuitSummary } from "../api/types";
import { methodTitle } from "../state/methods";
import type { Order, SortKey } from "../state/order";
import { sorted } from "../state/order";
import { base, chips, tables } from "../styles/shared";
import { count, instant, lossBeside, percent, plural, seconds } from "../text/format";
import { sortHeader } from "./sort_header";

type Column =
  | "task"
  | "checkpoint"
  | "induced"
  | "kept"
  | "nodes"
  | "loss"
  | "accuracy"
  | "target"
  | "method"
  | "seed"
  | "seconds"
  | "created";

const KEYS: Record<Column, SortKey<CircuitSummary>> = {
  task: (c) => c.task,
  checkpoint: (c) => c.checkpoint,
  induced: (c) => c.induced_edges,
  kept: (c) => c.kept_edges,
  nodes: (c) => c.node_count,
  loss: (c) => c.task_loss,
  accuracy: (c) => c.accuracy,
  target: (c) => c.target_loss,
  method: (c) => methodTitle(c.method),
  seed: (c) => c.seed,
  seconds: (c) => c.seconds,
  created: (c) => c.created,
};

@customElement("cx-circuit-table")
export class CircuitTable extends LitElement {
  static override styles = [
    base,
    tables,
    chips,
    css`
      td,
      th {
        padding-inline: 9px;
        white-space: nowrap;
      }
      @media (max-width: 900px) {
        tbody th {
          min-width: 120px;
          white-space: normal;
        }
      }
      td.lead {
        font-weight: 620;
      }
      .slug {
        font-family: var(--mono);
        font-size: 12.5px;
      }
    `,
  ];

  @property({ attribute: false }) circuits: readonly CircuitSummary[] = [];
  /** A column that says the same in every row of this page. */
  @property() without: "task" | "checkpoint" | "" = "";
  @state() private order: Order<Column> = { by: "induced", descending: false };

  override render(): TemplateResult {
    const header = (label: string, by: Column, numeric = true): TemplateResult =>
      sortHeader(label, by, this.order, (order) => (this.order = order), numeric);
    return html`<div class="scroll panel">
      <table>
        <thead>
          <tr>
            <th scope="col">Circuit</th>
            ${this.without === "task" ? nothing : header("Task", "task", false)}
            ${this.without === "checkpoint" ? nothing : header("Checkpoint", "checkpoint", false)}
            ${header("Induced edges", "induced")} ${header("Kept edges", "kept")}
            ${header("Nodes", "nodes")} ${header("Task loss", "loss")}
            ${header("Accuracy", "accuracy")} ${header("Target", "target")}
            ${header("Method", "method", false)} ${header("Seed", "seed")} ${header("Search", "seconds")} ${header("Found", "created")}
          </tr>
        </thead>
        <tbody>
          ${sorted(this.circuits, KEYS, this.order).map((circuit) => this.#row(circuit))}
        </tbody>
      </table>
    </div>`;
  }

  #row(circuit: CircuitSummary): TemplateResult {
    const { without } = this;
    return html`<tr>
      <th scope="row"><a class="slug" href="/circuits/${circuit.slug}">${circuit.slug}</a>
        ${circuit.stories > 0
          ? html`<span class="chip" title="how it works, step by step"
              >${circuit.stories === 1 ? "story" : plural(circuit.stories, "story", "stories")}</span
            >`
          : nothing}
      </th>
      ${without === "task"
        ? nothing
        : html`<td><a href="/tasks/${circuit.task}">${circuit.task}</a></td>`}
      ${without === "checkpoint"
        ? nothing
        : html`<td><a href="/checkpoints/${circuit.checkpoint}">${circuit.checkpoint}</a></td>`}
      <td class="number lead">${count(circuit.induced_edges)}</td>
      <td class="number">${count(circuit.kept_edges)}</td>
      <td class="number">${count(circuit.node_count)}</td>
      <td class="number">${lossBeside(circuit.task_loss, circuit.target_loss)}</td>
      <td class="number">${percent(circuit.accuracy)}</td>
      <td class="number">
        <span class="chip ${circuit.meets_target ? "good" : "bad"}">
          ${circuit.meets_target ? "meets" : "misses"} ${circuit.target_loss}
        </span>
      </td>
      <td>${methodTitle(circuit.method)}</td>
      <td class="number">${circuit.seed}</td>
      <td class="number">${seconds(circuit.seconds)}</td>
      <td class="number">${instant(circuit.created)}</td>
    </tr>`;
  }
}
