/**
 * Brings in a circuit of OpenAI's, `viz_data.pt`: asks for the task, which the file does not say, and
 * for the checkpoint.
 */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import { asProblem } from "../api/problem";
import type { CheckpointSummary, Problem, TaskSummary } from "../api/types";
import { dialogs } from "../styles/dialogs";
import { base, controls } from "../styles/shared";
import "./problem_panel";

@customElement("cx-viz-data-dialog")
export class VizDataDialog extends LitElement {
  static override styles = [
    base,
    controls,
    dialogs,
    css`
      select {
        width: 100%;
        margin-bottom: 12px;
      }
    `,
  ];

  @state() private file: File | null = null;
  @state() private tasks: readonly TaskSummary[] = [];
  @state() private checkpoints: readonly CheckpointSummary[] = [];
  @state() private problem: Problem | null = null;
  @state() private sending = false;
  @query("dialog") private readonly dialog!: HTMLDialogElement;
  @query("form") private readonly form!: HTMLFormElement;

  async open(file: File): Promise<void> {
    [this.file, this.problem] = [file, null];
    this.dialog.showModal();
    try {
      [this.tasks, this.checkpoints] = await Promise.all([
        need(api.GET("/api/tasks")),
        need(api.GET("/api/checkpoints")),
      ]);
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { file } = this;
    if (file === null) return;
    const fields = new FormData(this.form);
    const checkpoint = String(fields.get("checkpoint") ?? "");
    [this.sending, this.problem] = [true, null];
    try {
      const circuit = await need(
        api.POST("/api/viz-data", {
          params: {
            query: {
              task: String(fields.get("task") ?? ""),
              ...(checkpoint === "" ? {} : { checkpoint }),
            },
          },
          body: "",
          bodySerializer: () => file,
          headers: { "Content-Type": "application/octet-stream" },
        }),
      );
      location.assign(`/circuits/${circuit.slug}`);
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
      this.sending = false;
    }
  }

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="title">
      <form @submit=${this.#submit}>
        <h2 id="title">Import ${this.file?.name}</h2>
        <p>
          A circuit of OpenAI's. It is measured on the task's pairs here; the losses in the file stay
          beside those. Nothing in the file is run.
        </p>
        <label for="task">Task</label>
        <select id="task" name="task" required>
          ${this.tasks.map((task) => html`<option value=${task.name}>${task.name}</option>`)}
        </select>
        <label for="checkpoint">Checkpoint</label>
        <select id="checkpoint" name="checkpoint">
          <option value="">the one with the file's configuration</option>
          ${this.checkpoints.map(({ name }) => html`<option value=${name}>${name}</option>`)}
        </select>
        <cx-problem no-retry .problem=${this.problem}></cx-problem>
        <div class="actions">
          <button type="button" @click=${() => this.dialog.close()}>Cancel</button>
          <button class="primary" ?disabled=${this.sending || this.tasks.length === 0}>
            ${this.sending ? "Measuring …" : "Import"}
          </button>
        </div>
      </form>
    </dialog>`;
  }
}
