/**
 * A slider of the look: from which share of the largest magnitude on something is shown, and in
 * words what that hides. Fires `change-state`, and `adjust-state` while it moves.
 */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { STEPS, leastAt, positionOf } from "../drawing/threshold";
import type { Change } from "../state/exploration";
import type { Look } from "../state/look";
import { base, controls } from "../styles/shared";
import { Drag } from "./drag";

@customElement("cx-least-slider")
export class LeastSlider extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      input {
        width: clamp(90px, 10vw, 180px);
        padding: 0;
        border: 0;
        accent-color: var(--accent);
      }
      output {
        min-width: 13em;
      }
    `,
  ];

  @property() name = "";
  /** Which share of the look it sets. */
  @property() field: "least" | "flow" = "least";
  @property({ attribute: false }) look!: Look;
  /** What is shown and what is hidden. */
  @property() words = "";
  readonly #drag = new Drag(this);

  #slide(event: Event): void {
    const share = leastAt((event.target as HTMLInputElement).valueAsNumber);
    const { field } = this;
    const change: Change = (now) => ({ ...now, look: { ...now.look, [field]: share } });
    if (event.type === "input") this.#drag.move(change);
    else this.#drag.end(change);
  }

  override render(): TemplateResult {
    return html`<input
        type="range"
        aria-label=${this.name}
        aria-valuetext=${this.words}
        min="0"
        max=${STEPS}
        step="1"
        .value=${String(positionOf(this.look[this.field]))}
        @input=${this.#slide}
        @change=${this.#slide}
      />
      <output>${this.words}</output>`;
  }
}
