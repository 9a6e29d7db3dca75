/** Asks for the write token when the server refuses a write without one. */
import { LitElement, css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { onTokenNeeded } from "../api/token";
import { base, controls } from "../styles/shared";
import { dialogs } from "../styles/dialogs";

@customElement("cx-token-dialog")
export class TokenDialog extends LitElement {
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

  @state() private rejected = false;
  @query("dialog") private readonly dialog!: HTMLDialogElement;
  @query("input") private readonly input!: HTMLInputElement;
  #answer: (token: string | null) => void = () => undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    onTokenNeeded((rejected) => this.#ask(rejected));
  }

  #ask(rejected: boolean): Promise<string | null> {
    this.rejected = rejected;
    this.input.value = "";
    this.dialog.returnValue = "";
    this.dialog.showModal();
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  #closed(): void {
    const token = this.input.value.trim();
    this.#answer(this.dialog.returnValue === "send" && token !== "" ? token : null);
  }

  override render() {
    return html`<dialog aria-labelledby="title" @close=${this.#closed}>
      <form method="dialog">
        <h2 id="title">Write token</h2>
        <p>
          This server is open to others: reading needs only its address, changing anything needs
          its token (<code>CIRCUIT_EXPLORER_WRITE_TOKEN</code> where it was started).
        </p>
        ${this.rejected ? html`<p class="bad">The server did not accept the last one.</p>` : nothing}
        <label for="token">Token, kept until this tab is closed</label>
        <input id="token" type="password" autocomplete="off" required />
        <div class="actions">
          <button type="button" @click=${() => this.dialog.close("")}>Cancel</button>
          <button class="primary" value="send">Continue</button>
        </div>
      </form>
    </dialog>`;
  }
}
