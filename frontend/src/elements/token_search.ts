/**
 * Finds tokens of a checkpoint by part of their text, or by `#` and their number. Enter takes the
 * first one found, the arrows go through them. Fires `pick-token` with a token's number.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { TokenMatches } from "../api/types";
import { unmarked, whole } from "../state/anatomy";
import { base, chips, controls } from "../styles/shared";
import { plural } from "../text/format";
import { visibleLine } from "../text/visible";
import { Resource } from "./resource";
import { tokenText } from "./visible_text";

/** Milliseconds after the last key before the server is asked. */
const PAUSE = 200;

@customElement("cx-token-search")
export class TokenSearch extends LitElement {
  static override styles = [
    base,
    controls,
    chips,
    css`
      .field {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      input {
        width: 220px;
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin: 8px 0 0;
        padding: 0;
        list-style: none;
      }
      li button {
        min-height: 26px;
        padding: 0 6px;
      }
    `,
  ];

  @property() checkpoint = "";
  @state() private text = "";
  @state() private found: Resource<TokenMatches> | null = null;
  @query("input") private readonly field!: HTMLInputElement;
  #pause = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#pause);
  }

  override render(): TemplateResult {
    return html`<div class="field">
        <label for="text">Token</label>
        <input
          id="text"
          type="search"
          maxlength="100"
          autocomplete="off"
          spellcheck="false"
          placeholder="part of its text, or #id"
          @input=${this.#typed}
          @keydown=${this.#keys}
        />
        <span class="quiet small" role="status">${this.#status()}</span>
      </div>
      ${this.found === null || this.text === ""
        ? nothing
        : this.found.render(({ tokens }) => this.#list(tokens))}`;
  }

  #status(): string {
    const { data } = this.found ?? { data: null };
    if (data === null || this.text === "") return "␣ is a space, ⏎ a line end";
    const shown = data.matches > data.tokens.length ? `, the nearest ${data.tokens.length} shown` : "";
    return `${plural(data.matches, "token")}${shown}`;
  }

  #list(tokens: TokenMatches["tokens"]): TemplateResult {
    return html`<ul @keydown=${this.#keys}>
      ${tokens.map(
        ({ id, text }) => html`<li>
          <button
            aria-label="Token ${id}: ${visibleLine(text ?? "")}"
            @click=${() => this.#pick(id)}
          >
            ${tokenText(text ?? "")}
          </button>
        </li>`,
      )}
    </ul>`;
  }

  #typed(): void {
    clearTimeout(this.#pause);
    this.text = unmarked(this.field.value);
    if (this.text === "" || this.#number !== null) {
      this.found = null;
      return;
    }
    this.#pause = window.setTimeout(() => this.#ask(), PAUSE);
  }

  get #number(): number | null {
    return this.text.startsWith("#") ? whole(this.text.slice(1)) : null;
  }

  #ask(): void {
    clearTimeout(this.#pause);
    if (this.found !== null) {
      void this.found.reload();
      return;
    }
    this.found = new Resource(this, () =>
      need(
        api.GET("/api/checkpoints/{name}/tokens", {
          params: { path: { name: this.checkpoint }, query: { text: this.text } },
        }),
      ),
    );
  }

  #keys(event: KeyboardEvent): void {
    const stops = [this.field, ...this.renderRoot.querySelectorAll<HTMLButtonElement>("li button")];
    const at = stops.indexOf(event.target as HTMLInputElement);
    const inField = event.target === this.field;
    if (event.key === "Enter" && inField) this.#take();
    else if (event.key === "ArrowDown" || (event.key === "ArrowRight" && !inField)) {
      stops[at + 1]?.focus();
    } else if (event.key === "ArrowUp" || (event.key === "ArrowLeft" && !inField)) {
      stops[at - 1]?.focus();
    } else return;
    event.preventDefault();
  }

  #take(): void {
    const first = this.found?.data?.tokens[0]?.id;
    const token = this.#number ?? first;
    if (token !== undefined) this.#pick(token);
  }

  #pick(token: number): void {
    this.dispatchEvent(new CustomEvent<number>("pick-token", { detail: token }));
  }
}
