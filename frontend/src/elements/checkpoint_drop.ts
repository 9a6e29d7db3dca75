/** Takes an archive of a checkpoint, dropped or chosen, and sends it. Fires `added`. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { CheckpointSummary } from "../api/types";
import type { Upload } from "../api/upload";
import { upload } from "../api/upload";
import { percent } from "../text/format";
import { FileDrop } from "./file_drop";

@customElement("cx-checkpoint-drop")
export class CheckpointDrop extends FileDrop {
  static override styles = [
    FileDrop.styles,
    css`
      .zone {
        align-items: end;
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
    `,
  ];

  protected override readonly words = {
    heading: "Add a checkpoint",
    file: "Archive of a checkpoint",
    accept: ".zip,.tar,.tgz,.gz",
  };
  @state() private share = 0;
  @state() private added: CheckpointSummary | null = null;
  @query("#name") private readonly nameField!: HTMLInputElement | null;
  #upload: Upload<CheckpointSummary> | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#upload?.cancel();
  }

  protected override async take(file: File): Promise<void> {
    const name = this.nameField?.value.trim() || null;
    [this.share, this.added] = [0, null];
    // What can be refused is refused before it is sent; the token is asked for here, too.
    await need(
      api.POST("/api/checkpoint-offers", { body: { filename: file.name, size: file.size, name } }),
    );
    const query = new URLSearchParams({ filename: file.name, ...(name === null ? {} : { name }) });
    this.#upload = upload(`/api/checkpoints?${query}`, file, (share) => (this.share = share));
    try {
      this.added = await this.#upload.answer;
    } finally {
      this.#upload = null;
    }
    this.dispatchEvent(new Event("added"));
  }

  protected override inside(): TemplateResult {
    return this.sending === null ? this.#form() : this.#progress(this.sending);
  }

  protected override outcome(): unknown {
    return this.added === null
      ? nothing
      : html`<p class="panel" role="status">
          Added <a href="/checkpoints/${this.added.name}">${this.added.name}</a>.
        </p>`;
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
      <button @click=${() => this.choose()}>Choose an archive</button>`;
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
