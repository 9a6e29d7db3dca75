/** The form that starts a search; on success it leads to the page of the job. */
import { LitElement, css, html } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import { asProblem } from "../api/problem";
import type { CheckpointSummary, Problem, TaskSummary } from "../api/types";
import type { Method } from "../state/methods";
import { METHODS } from "../state/methods";
import { usualCheckpoint } from "../state/usual_checkpoint";
import { dialogs } from "../styles/dialogs";
import { base, controls, fieldsets } from "../styles/shared";
import "./problem_panel";

/** What the form is about; what is left open is chosen in it. */
export interface SearchStart {
  checkpoint?: string | undefined;
  task?: string | undefined;
}

@customElement("cx-search-dialog")
export class SearchDialog extends LitElement {
  static override styles = [
    base,
    controls,
    dialogs,
    fieldsets,
    css`
      dialog {
        width: min(600px, calc(100vw - 32px));
      }
      .fields {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 12px;
      }
      .wide {
        grid-column: 1 / -1;
      }
      input,
      select {
        width: 100%;
      }
      .hint {
        margin: 3px 0 0;
        font-size: var(--small);
        color: var(--ink-3);
      }
      fieldset label {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0 8px;
        margin: 0;
        padding: 4px 8px;
        border-radius: 4px;
        cursor: pointer;
      }
      fieldset label:has(:checked) {
        background: var(--accent-wash);
      }
      fieldset input[type="radio"] {
        width: auto;
        min-height: 0;
        margin: 3px 0 0;
        accent-color: var(--accent);
      }
      fieldset b {
        font-size: 13px;
        font-weight: 600;
        color: var(--ink);
      }
      fieldset .hint {
        grid-column: 2;
        margin: 0;
        color: var(--ink-2);
      }
      cx-problem {
        margin-top: 14px;
      }
    `,
  ];

  @state() private checkpoints: readonly CheckpointSummary[] = [];
  @state() private tasks: readonly TaskSummary[] = [];
  @state() private start: SearchStart = {};
  @state() private method: Method = "path";
  @state() private problem: Problem | null = null;
  @state() private sending = false;
  @query("dialog") private readonly dialog!: HTMLDialogElement;
  @query("form") private readonly form!: HTMLFormElement;

  async open(start: SearchStart): Promise<void> {
    this.problem = null;
    this.dialog.showModal();
    try {
      const [checkpoints, tasks, circuits] = await Promise.all([
        need(api.GET("/api/checkpoints")),
        need(api.GET("/api/tasks")),
        need(api.GET("/api/circuits")),
      ]);
      const { checkpoint = usualCheckpoint(checkpoints, circuits), task } = start;
      [this.checkpoints, this.tasks, this.start] = [checkpoints, tasks, { checkpoint, task }];
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("checkpoints") || changed.has("tasks")) this.#choose();
  }

  /** Selects what the dialog was opened for, once there are options to select. */
  #choose(): void {
    for (const name of ["checkpoint", "task"] as const) {
      const select = this.form.elements.namedItem(name);
      const wanted = this.start[name];
      if (select instanceof HTMLSelectElement && wanted !== undefined) select.value = wanted;
    }
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const fields = new FormData(this.form);
    const text = (name: string): string => String(fields.get(name) ?? "");
    this.sending = true;
    this.problem = null;
    try {
      const job = await need(
        api.POST("/api/searches", {
          body: {
            checkpoint: text("checkpoint"),
            task: text("task"),
            target_loss: Number(text("target_loss")),
            seed: Number(text("seed")),
            method: this.method,
            seconds: text("seconds") === "" ? null : Number(text("seconds")),
          },
        }),
      );
      location.assign(`/jobs/${job.id}`);
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
      this.sending = false;
    }
  }

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="title">
      <form @submit=${this.#submit}>
        <h2 id="title">Search for a circuit</h2>
        <p>
          Looks for the smallest circuit that meets the target loss, with everything else
          mean-ablated.
        </p>
        <div class="fields">
          <div class="wide">
            <label for="checkpoint">Checkpoint</label>
            <select id="checkpoint" name="checkpoint" required>
              ${this.checkpoints.map((c) => html`<option value=${c.name}>${c.name}</option>`)}
            </select>
          </div>
          <div class="wide">
            <label for="task">Task</label>
            <select id="task" name="task" required>
              ${this.tasks.map((t) => html`<option value=${t.name}>${t.title}</option>`)}
            </select>
          </div>
          <div>
            <label for="target">Target loss, nats</label>
            <input id="target" name="target_loss" type="number" min="0.001" max="5" step="any" value="0.15" required />
            <p class="hint">Chance is 0.693.</p>
          </div>
          <div>
            <label for="seed">Seed</label>
            <input id="seed" name="seed" type="number" min="0" max="2147483647" step="1" value="0" required />
            <p class="hint">The same seed finds the same circuit.</p>
          </div>
          <fieldset class="wide">
            <legend>Method</legend>
            ${METHODS.map(
              ({ name, title, does }) => html`<label>
                <input
                  type="radio"
                  name="method"
                  value=${name}
                  .checked=${name === this.method}
                  @change=${() => (this.method = name)}
                />
                <b>${title}</b>
                <span class="hint">${does}</span>
              </label>`,
            )}
          </fieldset>
          <div class="wide">
            <label for="seconds">Time budget, seconds</label>
            <input id="seconds" name="seconds" type="number" min="1" max="86400" step="any" />
            <p class="hint">${METHODS.find(({ name }) => name === this.method)?.unbounded}</p>
          </div>
        </div>
        <cx-problem no-retry .problem=${this.problem}></cx-problem>
        <div class="actions">
          <button type="button" @click=${() => this.dialog.close()}>Cancel</button>
          <button class="primary" ?disabled=${this.sending || this.tasks.length === 0}>
            ${this.sending ? "Starting …" : "Start search"}
          </button>
        </div>
      </form>
    </dialog>`;
  }
}
