/** Copies the page's address; a state too long for a request line is kept on the server first. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { Exploration } from "../state/exploration";
import { isLong, pathOf, toText, toUrl } from "../state/url";
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
  @state() private copied = false;
  @state() private url = "";
  @query("dialog") private readonly dialog!: HTMLDialogElement;
  @query("input") private readonly field!: HTMLInputElement;

  async #share(): Promise<void> {
    if (this.exploration === null) return;
    this.url = await shareUrl(this.exploration);
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
        <p>Opens the same graph, toggles and numbers.</p>
        <label for="url">Address</label>
        <input id="url" readonly .value=${this.url} />
        <form class="actions" method="dialog"><button>Close</button></form>
      </dialog>`;
  }
}

/** The address to share. Where the server keeps no state, the long address does the same. */
async function shareUrl(exploration: Exploration): Promise<string> {
  const here = new URL(toUrl(exploration), location.origin);
  if (!isLong(exploration)) return here.href;
  const path = pathOf(exploration.slug);
  try {
    const body = { path, state: toText(exploration) };
    const { id } = await need(api.POST("/api/states", { body }));
    return new URL(`${path}?s=${encodeURIComponent(id)}`, location.origin).href;
  } catch {
    return here.href;
  }
}
