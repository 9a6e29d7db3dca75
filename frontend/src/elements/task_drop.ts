/** Takes a task file, dropped or chosen, and says what is wrong with it. Fires `added`. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";

import { api } from "../api/client";
import { ApiError, problemOf } from "../api/problem";
import type { AddedTask, TaskFinding } from "../api/types";
import { FileDrop } from "./file_drop";
import { findingList, findings } from "./task_findings";

/** A file that makes no task, and why. */
interface Refused {
  filename: string;
  findings: readonly TaskFinding[];
}

@customElement("cx-task-drop")
export class TaskDrop extends FileDrop {
  static override styles = [
    FileDrop.styles,
    findingList,
    css`
      .panel.refused {
        border-left-color: var(--bad);
      }
      .panel h3 {
        font-size: var(--text);
      }
    `,
  ];

  protected override readonly words = {
    heading: "Add a task",
    file: "Task file",
    accept: ".toml",
  };
  @state() private added: AddedTask | null = null;
  @state() private refused: Refused | null = null;

  protected override async take(file: File): Promise<void> {
    [this.added, this.refused] = [null, null];
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
  }

  protected override inside(): TemplateResult {
    return html`<p>
        Drop a task file (.toml) here: templates, word lists and the two answers, as docs/tasks.md
        describes them. To check one for a checkpoint's tokenizer:
        <code>circuit-explorer tasks check FILE --checkpoint NAME</code>.
      </p>
      <button ?disabled=${this.sending !== null} @click=${() => this.choose()}>
        Choose a task file
      </button>`;
  }

  protected override outcome(): unknown {
    return html`${this.added === null ? nothing : this.#done(this.added)}
    ${this.refused === null ? nothing : this.#wrong(this.refused)}`;
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
