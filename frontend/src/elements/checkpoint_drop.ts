/** Takes an archive of a checkpoint, dropped or chosen, and sends it. Fires `added`. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import { asProblem } from "../api/problem";
import type { CheckpointSummary, Problem } from "../api/types";
import type { Upload } from "../api/upload";
import { upload } from "../api/upload";
import { base, controls } from "../styles/shared";
import { percent } from "../text/format";
import "./problem_panel";

@customElement("cx-checkpoint-drop")
export class CheckpointDrop extends LitElement {
  static override styles = [
    base,
    controls,
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
        align-items: end;
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
        align-self: center;
        color: var(--ink-2);
      }
      label {
        display: block;
        margin-bottom: 3px;
      }
      input[type="text"] {
        width: 220px;
      }
      .sending {
        flex: 1 1 340px;
      }
      progress {
        width: 100%;
        height: 6px;
        margin-top: 8px;
        accent-color: var(--accent);
      }
      .done {
        padding: 12px 18px;
        border-left: 3px solid var(--good);
      }
      .done,
      cx-problem {
        margin-top: 10px;
      }
    `,
  ];

  @state() private over = false;
  @state() private sending: File | null = null;
  @state() private share = 0;
  @state() private added: CheckpointSummary | null = null;
  @state() private problem: Problem | null = null;
  @query("#name") private readonly nameField!: HTMLInputElement | null;
  @query("input[type=file]") private readonly fileField!: HTMLInputElement;
  #upload: Upload<CheckpointSummary> | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#upload?.cancel();
  }

  async #send(file: File | undefined): Promise<void> {
    if (file === undefined || this.sending !== null) return;
    const name = this.nameField?.value.trim() || null;
    [this.sending, this.share, this.added, this.problem] = [file, 0, null, null];
    try {
      // What can be refused is refused before it is sent; the token is asked for here, too.
      await need(
        api.POST("/api/checkpoint-offers", { body: { filename: file.name, size: file.size, name } }),
      );
      const query = new URLSearchParams({ filename: file.name, ...(name === null ? {} : { name }) });
      this.#upload = upload(`/api/checkpoints?${query}`, file, (share) => (this.share = share));
      this.added = await this.#upload.answer;
      this.dispatchEvent(new Event("added"));
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
      this.#upload = null;
      this.sending = null;
      this.fileField.value = "";
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
    return html`<h2>Add a checkpoint</h2>
      <div
        class="zone ${this.over ? "over" : ""}"
        @dragover=${(event: DragEvent) => this.#drag(event, true)}
        @dragleave=${(event: DragEvent) => this.#drag(event, false)}
        @drop=${this.#drop}
      >
        ${this.sending === null ? this.#form() : this.#progress(this.sending)}
        <input
          type="file"
          hidden
          accept=".zip,.tar,.tgz,.gz"
          aria-label="Archive of a checkpoint"
          @change=${() => void this.#send(this.fileField.files?.[0])}
        />
      </div>
      ${this.added === null
        ? nothing
        : html`<p class="panel done" role="status">
            Added <a href="/checkpoints/${this.added.name}">${this.added.name}</a>.
          </p>`}
      <cx-problem no-retry .problem=${this.problem}></cx-problem>`;
  }

  #form(): TemplateResult {
    return html`<p>
        Drop an archive (.zip, .tar, .tar.gz) of a checkpoint's folder here: this program's, OpenAI's
        or sparse_pretrain's. It is kept if it opens. Folders and the Hugging Face hub:
        <code>circuit-explorer add SOURCE</code>.
      </p>
      <div>
        <label for="name">Name, if not its own</label>
        <input id="name" type="text" autocomplete="off" spellcheck="false" />
      </div>
      <button @click=${() => this.fileField.click()}>Choose an archive</button>`;
  }

  #progress(file: File): TemplateResult {
    const sent = this.share >= 1;
    return html`<div class="sending">
        <p role="status">
          ${sent
            ? html`Unpacking and opening ${file.name} …`
            : html`Sending ${file.name}: ${percent(this.share, 0)}`}
        </p>
        ${sent
          ? html`<progress aria-label="Unpacking and opening"></progress>`
          : html`<progress
              max="1"
              .value=${this.share}
              aria-label="Part of the archive that is sent"
            ></progress>`}
      </div>
      <button ?disabled=${sent} @click=${() => this.#upload?.cancel()}>Cancel</button>`;
  }
}
