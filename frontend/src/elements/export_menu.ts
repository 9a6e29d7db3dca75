/**
 * Everything a circuit can be written to. Fires `export-picture` with "svg" or "png": the drawing is
 * another element's.
 */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import type { CircuitSummary } from "../api/types";
import type { Exploration } from "../state/exploration";
import { base, controls } from "../styles/shared";
import "./snippet_dialog";
import type { SnippetDialog } from "./snippet_dialog";

export type PictureForm = "svg" | "png";

/** Tables that every circuit has, and those that come with a report. */
const TABLES = ["nodes", "edges", "losses", "pairs", "path"] as const;
const REPORT_TABLES = ["report", "report_nodes"] as const;

@customElement("cx-export-menu")
export class ExportMenu extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      details {
        position: relative;
      }
      summary {
        list-style: none;
      }
      summary::-webkit-details-marker {
        display: none;
      }
      .menu {
        position: absolute;
        right: 0;
        top: calc(100% + 4px);
        z-index: 5;
        width: 300px;
        max-height: calc(100vh - 140px);
        overflow-y: auto;
        padding: 6px 6px 10px;
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        box-shadow: var(--shadow);
      }
      h2 {
        padding: 8px 10px 2px;
        font-size: var(--tiny);
        font-weight: 500;
        color: var(--ink-3);
      }
      .menu a,
      .menu button {
        display: block;
        width: 100%;
        min-height: 0;
        padding: 5px 10px;
        border: 0;
        border-radius: 4px;
        background: none;
        color: var(--ink);
        font-size: 13px;
        line-height: 1.4;
        text-align: left;
        text-decoration: none;
      }
      .menu a:hover,
      .menu button:hover:not(:disabled) {
        background: var(--accent-wash);
      }
      .menu .tables {
        display: flex;
        flex-wrap: wrap;
      }
      .menu .tables a {
        width: auto;
      }
      @media (max-width: 900px) {
        .menu {
          right: auto;
          left: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) summary!: CircuitSummary;
  @property({ attribute: false }) exploration: Exploration | null = null;
  @query("details") private readonly details!: HTMLDetailsElement;
  @query("summary") private readonly button!: HTMLElement;
  @query("cx-snippet-dialog") private readonly dialog!: SnippetDialog;

  override render(): TemplateResult {
    return html`<details @focusout=${this.#left} @keydown=${this.#keys} @click=${this.#chosen}>
        <summary class="button">Export</summary>
        <div class="menu">
          ${group(
            "The graph as it is on the screen",
            html`<button @click=${() => this.#picture("svg")}>SVG</button>
              <button @click=${() => this.#picture("png")}>PNG</button>`,
          )}
          ${group("To read", this.#link("html", "Page that opens from disk"))}
          ${group(
            "To go on with",
            html`${this.#link("json", "JSON, with everything known")}
              ${this.#link("bundle", "Bundle, for another instance")}
              ${this.#link("graphml", "GraphML, the graph")}
              ${this.#link("attribution", "Attribution graph of a test pair")}
              <button @click=${() => this.dialog.open()}>Python that fetches it …</button>`,
          )}
          ${group(
            "Tables as CSV",
            html`<div class="tables">
              ${[...TABLES, ...(this.summary.has_report ? REPORT_TABLES : [])].map((table) =>
                this.#link(`csv&table=${table}`, table.replace("_", " ")),
              )}
            </div>`,
          )}
        </div>
      </details>
      <cx-snippet-dialog .exploration=${this.exploration}></cx-snippet-dialog>`;
  }

  #link(form: string, words: string): TemplateResult {
    return html`<a href="/api/circuits/${this.summary.slug}/export?format=${form}" download
      >${words}</a
    >`;
  }

  #picture(form: PictureForm): void {
    this.dispatchEvent(new CustomEvent<PictureForm>("export-picture", { detail: form }));
  }

  #left(event: FocusEvent): void {
    if (!this.details.contains(event.relatedTarget as Node | null)) this.details.open = false;
  }

  #chosen(event: Event): void {
    if ((event.target as Element).closest(".menu a, .menu button")) this.details.open = false;
  }

  #keys(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.details.open) {
      this.details.open = false;
      this.button.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.#move(event.key === "ArrowDown" ? 1 : -1);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** To the next entry or the one before; from the button down into the menu. */
  #move(step: number): void {
    this.details.open = true;
    const entries = [...this.details.querySelectorAll<HTMLElement>("summary, .menu a, .menu button")];
    const now = entries.indexOf(this.shadowRoot?.activeElement as HTMLElement);
    entries[(now + step + entries.length) % entries.length]?.focus();
  }
}

function group(title: string, content: TemplateResult): TemplateResult {
  return html`<div role="group" aria-label=${title}>
    <h2 aria-hidden="true">${title}</h2>
    ${content}
  </div>`;
}
