/**
 * Tokens of a text, each on a colour that says a value; the text is shown as it is, newlines, tabs
 * and hidden characters marked. Fires `pick-token` with a position, if `pickable`.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import type { TokenText } from "../api/types";
import { heat } from "../drawing/heat";
import { base, chips } from "../styles/shared";
import { decimal } from "../text/format";
import { visibleLine } from "../text/visible";
import { sourceText } from "./visible_text";

/** Characters of a token that its tooltip shows. */
const LONGEST = 60;

@customElement("cx-token-strip")
export class TokenStrip extends LitElement {
  static override styles = [
    base,
    chips,
    css`
      .source {
        max-height: 15em;
        overflow: auto;
        padding: 4px 8px;
        border-radius: 4px;
        background: var(--surface-2);
        line-height: 1.75;
      }
      .source > span {
        padding-block: 2px;
        border-radius: 2px;
        box-shadow: inset 0 0 0 0.5px var(--line);
      }
      .mark {
        color: inherit;
        opacity: 0.75;
      }
      .chosen {
        outline: 2px solid var(--accent);
      }
      .pickable {
        cursor: pointer;
      }
    `,
  ];

  @property({ attribute: false }) tokens: readonly TokenText[] = [];
  /** One a token; missing ones have no colour. */
  @property({ attribute: false }) values: readonly (number | null)[] = [];
  /** The magnitude of the full colour. */
  @property({ attribute: false }) most = 0;
  /** Position that is marked. */
  @property({ attribute: false }) chosen: number | null = null;
  @property() label = "";
  @property({ type: Boolean }) pickable = false;

  override render(): TemplateResult {
    return html`<pre
      class="source"
      tabindex="0"
      role="region"
      aria-label=${this.label}
      @click=${this.#pick}
    >${this.tokens.map((token, position) => this.#token(token, position))}</pre>`;
  }

  #token({ text }: TokenText, position: number): TemplateResult {
    const value = this.values[position] ?? null;
    const line = visibleLine(text);
    const short = line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
    const classes = `${position === this.chosen ? "chosen" : ""} ${this.pickable ? "pickable" : ""}`;
    return html`<span
      class=${classes}
      data-position=${position}
      title="${short}: ${value === null ? "nothing" : decimal(value)}"
      aria-current=${position === this.chosen ? "true" : nothing}
      style=${styleMap({ background: heat(value, this.most) })}
      >${sourceText(text)}</span
    >`;
  }

  #pick(event: MouseEvent): void {
    if (!this.pickable) return;
    const token = (event.target as Element).closest<HTMLElement>("[data-position]");
    if (token === null) return;
    const detail = Number(token.dataset["position"]);
    this.dispatchEvent(new CustomEvent<number>("pick-token", { detail }));
  }
}
