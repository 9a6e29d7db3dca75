/**
 * All pairs at a glance, worst first: a bar a pair, as high as its loss. Fires `choose-pair` with the
 * place of a pair in the list.
 */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import type { PairAnswer } from "../api/types";
import { decimal } from "../text/format";

const STEPS: Record<string, (at: number, last: number) => number> = {
  ArrowRight: (at) => at + 1,
  ArrowLeft: (at) => at - 1,
  Home: () => 0,
  End: (_, last) => last,
};

@customElement("cx-pair-strip")
export class PairStrip extends LitElement {
  static override styles = css`
    .strip {
      display: flex;
      align-items: flex-end;
      height: 40px;
      margin: 6px 0;
      border-bottom: 1px solid var(--line-2);
      cursor: pointer;
    }
    .strip:focus-visible {
      outline: 2px solid var(--accent);
      outline-offset: 2px;
    }
    span {
      display: flex;
      align-items: flex-end;
      flex: 1;
      height: 100%;
    }
    span:hover,
    span.chosen {
      background: var(--accent-wash);
    }
    i {
      width: calc(100% - 1px);
      min-height: 2px;
      background: var(--ink-3);
    }
    i.wrong {
      background: var(--bad);
    }
    .chosen i {
      background: var(--accent);
    }
  `;

  @property({ attribute: false }) pairs: readonly PairAnswer[] = [];
  /** Place of the chosen pair; null if none is. */
  @property({ attribute: false }) chosen: number | null = null;

  override render(): TemplateResult {
    const { pairs, chosen } = this;
    const most = Math.max(...pairs.map((pair) => pair.loss), 1e-9);
    const last = pairs.length - 1;
    const now = chosen === null ? null : (pairs[chosen] ?? null);
    return html`<div
      class="strip"
      role="slider"
      tabindex="0"
      aria-label="Pairs, worst first"
      aria-valuemin="1"
      aria-valuemax=${pairs.length}
      aria-valuenow=${(chosen ?? 0) + 1}
      aria-valuetext=${now === null ? "none chosen" : words(now)}
      @keydown=${(event: KeyboardEvent) => {
        const step = STEPS[event.key];
        if (step === undefined) return;
        event.preventDefault();
        this.#choose(Math.max(0, Math.min(last, chosen === null ? 0 : step(chosen, last))));
      }}
    >
      ${pairs.map((pair, place) => {
        const style = styleMap({ height: `${(100 * pair.loss) / most}%` });
        return html`<span
          class=${place === chosen ? "chosen" : ""}
          title=${words(pair)}
          @click=${() => this.#choose(place)}
          ><i class=${isWrong(pair) ? "wrong" : ""} style=${style}></i
        ></span>`;
      })}
    </div>`;
  }

  #choose(place: number): void {
    this.dispatchEvent(new CustomEvent<number>("choose-pair", { detail: place }));
  }
}

export function isWrong(pair: PairAnswer): boolean {
  return pair.first_difference <= 0 || pair.second_difference <= 0;
}

function words(pair: PairAnswer): string {
  return `pair ${pair.pair}, loss ${decimal(pair.loss)}${isWrong(pair) ? ", a wrong answer" : ""}`;
}
