/** A zone that takes a file, dropped or chosen; what becomes of it the elements made of this say. */
import { LitElement, css, html } from "lit";
import type { CSSResultGroup, TemplateResult } from "lit";
import { query, state } from "lit/decorators.js";

import { asProblem } from "../api/problem";
import type { Problem } from "../api/types";
import { base, controls } from "../styles/shared";
import "./problem_panel";

/** What the zone is called, and which files it asks for. */
export interface DropWords {
  readonly heading: string;
  readonly file: string;
  readonly accept: string;
}

export abstract class FileDrop extends LitElement {
  static override styles: CSSResultGroup = [
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
        align-self: center;
        color: var(--ink-2);
      }
      .panel {
        padding: 12px 18px;
        border-left: 3px solid var(--good);
      }
      .panel,
      cx-problem {
        margin-top: 10px;
      }
    `,
  ];

  protected abstract readonly words: DropWords;
  /** The file that is being taken. */
  @state() protected sending: File | null = null;
  @state() private over = false;
  @state() private problem: Problem | null = null;
  @query("input[type=file]") private readonly fileField!: HTMLInputElement;

  /** Sends the file, and keeps what came of it; what it throws is shown. */
  protected abstract take(file: File): Promise<void>;

  /** What stands in the zone; a button of it calls `choose`. */
  protected abstract inside(): TemplateResult;

  /** What became of the file that was taken last. */
  protected abstract outcome(): unknown;

  protected choose(): void {
    this.fileField.click();
  }

  async #taken(file: File | undefined): Promise<void> {
    if (file === undefined || this.sending !== null) return;
    [this.sending, this.problem] = [file, null];
    try {
      await this.take(file);
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
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
    void this.#taken(event.dataTransfer?.files[0]);
  }

  override render(): TemplateResult {
    const { heading, file, accept } = this.words;
    return html`<h2>${heading}</h2>
      <div
        class="zone ${this.over ? "over" : ""}"
        @dragover=${(event: DragEvent) => this.#drag(event, true)}
        @dragleave=${(event: DragEvent) => this.#drag(event, false)}
        @drop=${this.#drop}
      >
        ${this.inside()}
        <input
          type="file"
          hidden
          accept=${accept}
          aria-label=${file}
          @change=${() => void this.#taken(this.fileField.files?.[0])}
        />
      </div>
      ${this.outcome()}
      <cx-problem no-retry .problem=${this.problem}></cx-problem>`;
  }
}
