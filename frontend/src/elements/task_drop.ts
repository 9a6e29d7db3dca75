/** Takes a task file, dropped or chosen, and says what is wrong with it. Fires `added`. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { api } from "../api/client";
import { ApiError, asProblem, problemOf } from "../api/problem";
import type { AddedTask, Problem, TaskFinding } from "../api/types";
import { base, controls } from "../styles/shared";
import "./problem_panel";
import { findingList, findings } from "./task_findings";

/** A file that makes no task, and why. */
interface Refused {
  filename: string;
  findings: readonly TaskFinding[];
}

@customElement("cx-task-drop")
export class TaskDrop extends LitElement {
  static override styles = [
    base,
    controls,
    findingList,
    css`
      :host {
        margin-top: 28px;
      }
      h2 {
        margin-bottom: 10px;
        font-size: 15px;
      }
      .zone {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 12px 20px;
        padding: 16px 18px;
        background: var(--surface);
        border: 1px dashed var(--line-2);
        border-radius: var(--radius);
      }
      .zone.over {
        border-color: var(--accent);
        background: var(--accent-wash);
      }
      .zone > p {
        flex: 1 1 340px;
        color: var(--ink-2);
      }
      .panel {
        padding: 12px 18px;
        border-left: 3px solid var(--good);
      }
      .panel.refused {
        border-left-color: var(--bad);
      }
      .panel h3 {
        font-size: var(--text);
      }
      .panel,
      cx-problem {
        margin-top: 10px;
      }
    `,
  ];

  @state() private over = false;
  @state() private sending = false;
  @state() private added: AddedTask | null = null;
  @state() private refused: Refused | null = null;
  @state() private problem: Problem | null = null;
  @query("input") private readonly field!: HTMLInputElement;

  async #send(file: File | undefined): Promise<void> {
    if (file === undefined || this.sending) return;
    [this.sending, this.added, this.refused, this.problem] = [true, null, null, null];
    try {
      const body = { filename: file.name, text: await file.text() };
      const { data, error, response } = await api.POST("/api/tasks", { body });
      if (data !== undefined) {
        this.added = data;
        this.dispatchEvent(new Event("added"));
        return;
      }
      const found = linesOf(error);
      if (found.length === 0) throw new ApiError(problemOf(error, response));
      this.refused = { filename: file.name, findings: found };
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
      this.sending = false;
      this.field.value = "";
    }
  }

  #drag(event: DragEvent, over: boolean): void {
    event.preventDefault();
    this.over = over;
  }

  #drop(event: DragEvent): void {
    this.#drag(event, false);
    void this.#send(event.dataTransfer?.files[0]);
  }

  override render(): TemplateResult {
    return html`<h2>Add a task</h2>
      <div
        class="zone ${this.over ? "over" : ""}"
        @dragover=${(event: DragEvent) => this.#drag(event, true)}
        @dragleave=${(event: DragEvent) => this.#drag(event, false)}
        @drop=${this.#drop}
      >
        <p>
          Drop a task file (.toml) here: templates, word lists and the two answers, as docs/tasks.md
          describes them. To check one for a checkpoint's tokenizer:
          <code>circuit-explorer tasks check FILE --checkpoint NAME</code>.
        </p>
        <button ?disabled=${this.sending} @click=${() => this.field.click()}>
          Choose a task file
        </button>
        <input
          type="file"
          hidden
          accept=".toml"
          aria-label="Task file"
          @change=${() => void this.#send(this.field.files?.[0])}
        />
      </div>
      ${this.added === null ? nothing : this.#done(this.added)}
      ${this.refused === null ? nothing : this.#wrong(this.refused)}
      <cx-problem no-retry .problem=${this.problem}></cx-problem>`;
  }

  #done({ task, findings: warnings }: AddedTask): TemplateResult {
    return html`<div class="panel" role="status">
      <p>Added <a href="/tasks/${task.name}">${task.title}</a>.</p>
      ${findings(warnings)}
    </div>`;
  }

  #wrong({ filename, findings: found }: Refused): TemplateResult {
    return html`<div class="panel refused" role="alert">
      <h3>${filename} makes no task yet</h3>
      ${findings(found)}
    </div>`;
  }
}

/** The lines of a problem that names some. */
function linesOf(error: object): readonly TaskFinding[] {
  return "findings" in error ? (error.findings as readonly TaskFinding[]) : [];
}
