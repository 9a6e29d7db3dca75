/**
 * A checkpoint: its architecture, its card, what it is made of, its circuits. What it is made of
 * stands in sections of their own, which the template puts into this element.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { CheckpointDetail, CircuitSummary } from "../api/types";
import { base, chips, controls, tables } from "../styles/shared";
import { lookedFrom } from "../state/anatomy";
import { compact, count, decimal, plural, shortDigest, sparsity } from "../text/format";
import { cardSections, cardTasks, factValue } from "../state/card";
import "./activity_section";
import "./alive_section";
import "./channel_section";
import { CheckpointSection } from "./checkpoint_section";
import "./circuit_table";
import "./degree_section";
import { facts, factStyles } from "./facts";
import "./matrix_section";
import "./node_means";
import { header, pageHeader } from "./page_header";
import { Resource } from "./resource";
import type { SearchDialog } from "./search_dialog";
import "./search_dialog";
import "./training_section";

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
      .contents {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 18px;
        margin-bottom: 4px;
        font-size: 13px;
      }
    `,
  ];

  @property() name = "";
  @query("cx-search-dialog") private readonly search!: SearchDialog;
  #arrived = false;

  readonly #found = new Resource<Found>(this, () =>
    need(api.GET("/checkpoints/{name}.json", { params: { path: { name: this.name } } })),
  );

  #sections(): CheckpointSection<unknown>[] {
    return [...this.children].filter((child) => child instanceof CheckpointSection);
  }

  protected override updated(): void {
    if (this.#arrived || this.#found.data === null) return;
    this.#arrived = true;
    // Sections have a place only now; a channel or token in the query means theirs.
    const named = lookedFrom(location.search) === null ? "" : "channels";
    document.getElementById(location.hash.slice(1) || named)?.scrollIntoView();
  }

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
      <nav class="contents" aria-label="On this page">
        ${this.#sections().map(({ id, heading }) => html`<a href="#${id}">${heading}</a>`)}
      </nav>
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
        ${this.#card(c)}
      </div>
      <slot></slot>
      <section>
        <h2>Circuits</h2>
        ${circuits.length === 0
          ? html`<p class="panel empty">No circuit of this checkpoint yet.</p>`
          : html`<cx-circuit-table without="checkpoint" .circuits=${circuits}></cx-circuit-table>`}
      </section>`;
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
