/** Finds a node by part of its name or label; Enter goes to the next match. Fires `select-node`. */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import type { GraphNode } from "../api/types";
import { matching } from "../state/matching";
import type { Words } from "../state/words";
import { NO_WORDS } from "../state/words";
import { base, controls } from "../styles/shared";

@customElement("cx-node-search")
export class NodeSearch extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        position: relative;
      }
      input {
        width: 138px;
      }
      span {
        position: absolute;
        right: 10px;
        top: 50%;
        translate: 0 -50%;
        font-size: var(--tiny);
        color: var(--ink-3);
        pointer-events: none;
        background: var(--surface);
      }
    `,
  ];

  @property({ attribute: false }) nodes: readonly GraphNode[] = [];
  @property({ attribute: false }) words: Words = NO_WORDS;
  @state() private found: readonly string[] = [];
  @state() private at = -1;
  @state() private text = "";
  @query("input") private readonly field!: HTMLInputElement;

  override focus(): void {
    this.field.focus();
    this.field.select();
  }

  #find(): void {
    this.text = this.field.value.trim().toLowerCase();
    this.found = this.text === "" ? [] : matching(this.nodes, this.words, this.text);
    this.at = -1;
  }

  #keys(event: KeyboardEvent): void {
    if (event.key === "Escape") this.field.blur();
    if (event.key !== "Enter" || this.found.length === 0) return;
    const back = event.shiftKey ? -1 : 1;
    this.at = (this.at + back + this.found.length) % this.found.length;
    this.dispatchEvent(new CustomEvent("select-node", { detail: this.found[this.at] ?? null }));
  }

  override render(): TemplateResult {
    const status =
      this.text === "" ? "" : this.at < 0 ? `${this.found.length}` : `${this.at + 1} of ${this.found.length}`;
    return html`<input
        type="search"
        placeholder="Find a node"
        aria-label="Find a node by part of its name or label; Enter goes to the next match"
        @input=${this.#find}
        @keydown=${this.#keys}
      />
      <span role="status">${status}</span>`;
  }
}
