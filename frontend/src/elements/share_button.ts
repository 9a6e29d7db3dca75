/** Keeps the page's state and its numbers on the server, and copies the short address. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import type { EvaluateResponse } from "../api/types";
import type { Answered } from "../state/answers";
import type { Exploration } from "../state/exploration";
import { shareUrl } from "../state/saved";
import { dialogs } from "../styles/dialogs";
import { base, controls } from "../styles/shared";

const CONFIRM = 2000;

@customElement("cx-share-button")
export class ShareButton extends LitElement {
  static override styles = [
    base,
    controls,
    dialogs,
    css`
      input {
        width: 100%;
      }
    `,
  ];

  @property({ attribute: false }) exploration: Exploration | null = null;
  @property({ attribute: false }) numbers!: Answered<EvaluateResponse>;
  @state() private copied = false;
  @state() private url = "";
  @query("dialog") private readonly dialog!: HTMLDialogElement;
  @query("input") private readonly field!: HTMLInputElement;

  async #share(): Promise<void> {
    if (this.exploration === null) return;
    this.url = await shareUrl(this.exploration, this.numbers);
    try {
      await navigator.clipboard.writeText(this.url);
      this.copied = true;
      setTimeout(() => (this.copied = false), CONFIRM);
    } catch {
      // No clipboard without a secure context: show the address to be copied by hand.
      this.dialog.showModal();
      await this.updateComplete;
      this.field.select();
    }
  }

  override render(): TemplateResult {
    return html`<button class="primary" @click=${() => void this.#share()}>
        ${this.copied ? "Link copied" : "Share"}
      </button>
      <span class="visually-hidden" role="status">${this.copied ? "Link copied" : nothing}</span>
      <dialog aria-labelledby="title">
        <h2 id="title">Share this view</h2>
        <p>Opens the same graph and toggles, and compares the numbers with those here.</p>
        <label for="url">Address</label>
        <input id="url" readonly .value=${this.url} />
        <form class="actions" method="dialog"><button>Close</button></form>
      </dialog>`;
  }
}
