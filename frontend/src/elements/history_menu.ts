/** The steps of the exploration in words, the latest first. Fires `go-to-step` with a depth. */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import type { Timeline } from "../state/timeline";
import { base, controls } from "../styles/shared";

@customElement("cx-history-menu")
export class HistoryMenu extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        position: relative;
      }
      .list {
        position: absolute;
        inset: auto;
        margin: 4px 0 0;
        padding: 4px;
        max-height: min(60vh, 420px);
        width: 300px;
        overflow: auto;
        border: 1px solid var(--line-2);
        border-radius: 6px;
        background: var(--surface);
        color: inherit;
        box-shadow: 0 6px 24px rgb(0 0 0 / 0.18);
      }
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li button {
        width: 100%;
        justify-content: flex-start;
        border: 0;
        background: none;
        text-align: left;
        overflow-wrap: anywhere;
        white-space: normal;
      }
      li button:hover {
        background: var(--surface-2);
      }
      li.undone button {
        color: var(--ink-3);
        text-decoration: line-through;
        text-decoration-color: var(--line-2);
      }
      li[aria-current="step"] button {
        font-weight: 650;
        background: var(--accent-wash);
      }
    `,
  ];

  @property({ attribute: false }) timeline!: Timeline;
  @query(".list") private readonly list!: HTMLElement;
  @query("#history") private readonly opener!: HTMLButtonElement;

  override render(): TemplateResult {
    const { top, depth, words } = this.timeline;
    const steps = Array.from({ length: top + 1 }, (_, i) => top - i);
    return html`<button
        id="history"
        popovertarget="steps"
        ?disabled=${top === 0}
        title="All steps, in words"
        @click=${() => this.#place()}
        @keydown=${this.#keys}
      >
        History
      </button>
      <div id="steps" class="list" popover role="group" aria-label="Steps" @keydown=${this.#keys}>
        <ol>
          ${steps.map(
            (step) =>
              html`<li
                class=${step > depth ? "undone" : ""}
                aria-current=${step === depth ? "step" : "false"}
              >
                <button @click=${() => this.#go(step)}>
                  ${step === 0 ? "as it was opened" : (words.get(step) ?? `step ${step}`)}
                </button>
              </li>`,
          )}
        </ol>
      </div>`;
  }

  /** Under the button: a popover is placed on the page, not in its element. */
  #place(): void {
    const { left, bottom } = this.opener.getBoundingClientRect();
    Object.assign(this.list.style, { left: `${left}px`, top: `${bottom}px` });
  }

  /** Escape closes the list and does nothing else. */
  #keys(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.list.matches(":popover-open")) event.stopPropagation();
  }

  #go(step: number): void {
    this.list.hidePopover();
    this.dispatchEvent(new CustomEvent<number>("go-to-step", { detail: step }));
  }
}
