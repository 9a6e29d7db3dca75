/** A checkpoint: its architecture, how sparse each matrix is, its card, its circuits. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import { api, need } from "../api/client";
import type { CheckpointDetail, CircuitSummary } from "../api/types";
import { base, chips, controls, tables } from "../styles/shared";
import { compact, count, decimal, plural, shortDigest, sparsity } from "../text/format";
import { cardSections, cardTasks, factValue } from "../state/card";
import "./circuit_table";
import { facts, factStyles } from "./facts";
import "./node_means";
import { header, pageHeader } from "./page_header";
import { Resource } from "./resource";
import type { SearchDialog } from "./search_dialog";
import "./search_dialog";

interface Found {
  checkpoint: CheckpointDetail;
  circuits: readonly CircuitSummary[];
}

@customElement("cx-checkpoint-page")
export class CheckpointPage extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    chips,
    pageHeader,
    factStyles,
    css`
      .columns {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr));
        gap: 24px;
        align-items: start;
      }
      .columns section {
        margin-top: 6px;
      }
      details {
        margin-bottom: 8px;
      }
      summary {
        margin-bottom: 4px;
        font-size: 13px;
        cursor: pointer;
      }
      .card-tasks {
        margin-top: 14px;
      }
      td.bar {
        width: 45%;
      }
      .bar i {
        display: block;
        height: 9px;
        min-width: 1px;
        border-radius: 1px;
        background: var(--accent);
      }
      .matrices td,
      .matrices th {
        padding-block: 3px;
      }
      .matrices .panel {
        max-height: 520px;
        overflow: auto;
      }
    `,
  ];

  @property() name = "";
  @query("cx-search-dialog") private readonly search!: SearchDialog;

  readonly #found = new Resource<Found>(this, () =>
    need(api.GET("/checkpoints/{name}.json", { params: { path: { name: this.name } } })),
  );

  override render(): TemplateResult {
    return html`<div class="page">
      ${this.#found.render((found) => this.#page(found))}
      <cx-search-dialog></cx-search-dialog>
    </div>`;
  }

  #page({ checkpoint, circuits }: Found): TemplateResult {
    const c = checkpoint;
    const loss = c.held_out_loss ?? null;
    return html`${header({
        over: "Checkpoint",
        title: c.name,
        lead: html`${c.n_layer} layers of width ${count(c.d_model)}, ${compact(c.nonzero)} of
        ${compact(c.parameters)} weights nonzero (${sparsity(c.nonzero_fraction)})${loss === null
          ? nothing
          : html`, held-out loss ${decimal(loss)} nats a token`}.`,
        actions: html`<button
          class="primary"
          @click=${() => void this.search.open({ checkpoint: c.name })}
        >
          Search for a circuit
        </button>`,
      })}
      <div class="columns">
        <section>
          <h2>Architecture</h2>
          ${facts([
            ["Format", c.format],
            ["Heads a layer", count(c.n_head)],
            ["MLP neurons a layer", count(c.d_mlp)],
            ["Vocabulary", count(c.vocab_size)],
            ["Tokenizer", c.has_tokenizer ? "with the checkpoint" : "missing"],
            ["Digest", html`<code title=${c.digest}>${shortDigest(c.digest)}</code>`],
            ...Object.entries(c.config)
              .filter(([key]) => !SHOWN.has(key))
              .map(([key, value]): [string, TemplateResult | string] => [
                key,
                html`<code>${factValue(value)}</code>`,
              ]),
          ])}
        </section>
        <section>
          <cx-node-means .name=${c.name} @computed=${() => void this.#found.reload()}></cx-node-means>
        </section>
        <section class="matrices">
          <h2>Nonzero fraction by matrix</h2>
          ${this.#matrices(c)}
        </section>
        ${this.#card(c)}
      </div>
      <section>
        <h2>Circuits</h2>
        ${circuits.length === 0
          ? html`<p class="panel empty">No circuit of this checkpoint yet.</p>`
          : html`<cx-circuit-table without="checkpoint" .circuits=${circuits}></cx-circuit-table>`}
      </section>`;
  }

  #matrices(checkpoint: CheckpointDetail): TemplateResult {
    const entries = Object.entries(checkpoint.matrices);
    const largest = Math.max(...entries.map(([, fraction]) => fraction), 1e-9);
    return html`<div class="panel" tabindex="0" role="group" aria-label="Nonzero fractions">
      <table>
        <tbody>
          ${entries.map(([name, fraction]) => {
            const width = { width: `${(100 * fraction) / largest}%` };
            return html`<tr>
              <th scope="row"><code>${name}</code></th>
              <td class="bar"><i style=${styleMap(width)}></i></td>
              <td class="number">${sparsity(fraction)}</td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>`;
  }

  #card(checkpoint: CheckpointDetail): TemplateResult | typeof nothing {
    const tasks = cardTasks(checkpoint.card);
    const sections = cardSections(checkpoint.card);
    if (sections.length === 0 && tasks.rows.length === 0) return nothing;
    return html`<section>
      <h2>Card</h2>
      ${sections.map((section) =>
        section.name === ""
          ? facts(section.facts)
          : html`<details>
              <summary>${section.name}</summary>
              ${facts(section.facts)}
            </details>`,
      )}
      ${tasks.rows.length === 0
        ? nothing
        : html`<div class="panel scroll card-tasks">
            <table>
              <caption class="visually-hidden">${plural(tasks.rows.length, "task")}</caption>
              <thead>
                <tr>
                  <th scope="col">Task, whole model</th>
                  ${tasks.columns.map((name) => html`<th class="number" scope="col">${name}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${tasks.rows.map(
                  (row) => html`<tr>
                    <th scope="row"><a href="/tasks/${row.task}">${row.task}</a></th>
                    ${row.values.map((value) => html`<td class="number">${value}</td>`)}
                  </tr>`,
                )}
              </tbody>
            </table>
          </div>`}
    </section>`;
  }
}

/** Fields of the config that the page already says in words. */
const SHOWN = new Set(["n_layer", "d_model", "n_head", "d_mlp", "vocab_size"]);
