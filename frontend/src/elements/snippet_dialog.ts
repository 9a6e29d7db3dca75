/** Python that fetches the circuit and the numbers of the page, to be copied. */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import type { Exploration } from "../state/exploration";
import { snippet } from "../state/snippet";
import { dialogs } from "../styles/dialogs";
import { base, chips, controls } from "../styles/shared";

const CONFIRM = 2000;

@customElement("cx-snippet-dialog")
export class SnippetDialog extends LitElement {
  static override styles = [
    base,
    controls,
    chips,
    dialogs,
    css`
      dialog {
        width: min(760px, calc(100vw - 32px));
      }
      pre {
        max-height: 50vh;
        overflow: auto;
        padding: 10px 12px;
        background: var(--surface-2);
        border: 1px solid var(--line);
        border-radius: var(--radius);
      }
    `,
  ];

  @property({ attribute: false }) exploration: Exploration | null = null;
  @state() private text = "";
  @state() private copied = false;
  @query("dialog") private readonly dialog!: HTMLDialogElement;
  @query("pre") private readonly code!: HTMLElement;

  open(): void {
    if (this.exploration === null) return;
    this.text = snippet(location.origin, this.exploration);
    this.dialog.showModal();
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.text);
      this.copied = true;
      setTimeout(() => (this.copied = false), CONFIRM);
    } catch {
      // No clipboard without a secure context: select it, to be copied by hand.
      getSelection()?.selectAllChildren(this.code);
    }
  }

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="title">
      <h2 id="title">In Python</h2>
      <p>Fetches the circuit and the numbers of this view; needs nothing but Python.</p>
      <pre class="source" tabindex="0" aria-label="Python">${this.text}</pre>
      <form class="actions" method="dialog">
        <button type="button" class="primary" @click=${() => void this.#copy()}>
          ${this.copied ? "Copied" : "Copy"}
        </button>
        <button>Close</button>
      </form>
      <span class="visually-hidden" role="status">${this.copied ? "Copied" : ""}</span>
    </dialog>`;
  }
}
