/**
 * A number on a line between those it is read against: its 95% interval as a bar, the others as
 * marks, the target as an edge of the shaded part.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import type { Estimate } from "../api/types";
import { base } from "../styles/shared";
import type { MarkKind } from "./marks";
import { markPicture, markStyles } from "./marks";

export interface Mark {
  readonly kind: MarkKind;
  readonly value: number;
  readonly label: string;
}

@customElement("cx-scale-strip")
export class ScaleStrip extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        position: relative;
        height: 18px;
        margin: 0 6px;
      }
      .axis {
        position: absolute;
        inset: 8px -6px auto;
        height: 2px;
        border-radius: 1px;
        background: var(--line);
      }
      .target {
        position: absolute;
        top: 4px;
        height: 10px;
        left: -6px;
        background: color-mix(in srgb, var(--good) 16%, transparent);
        border-right: 1.5px solid var(--good);
      }
      .bar {
        position: absolute;
        top: 6px;
        height: 6px;
        border-radius: 3px;
        min-width: 2px;
        background: color-mix(in srgb, var(--accent) 38%, transparent);
      }
      .now {
        position: absolute;
        top: 1px;
        width: 4px;
        height: 16px;
        margin-left: -2px;
        border-radius: 2px;
        background: var(--accent);
        box-shadow: 0 0 0 1.5px var(--surface);
      }
      svg {
        position: absolute;
        top: 4px;
        width: 10px;
        height: 10px;
        margin-left: -5px;
        overflow: visible;
      }
    `,
    markStyles,
  ];

  @property({ attribute: false }) now: Estimate | null = null;
  @property({ attribute: false }) marks: readonly Mark[] = [];
  @property({ attribute: false }) target: number | null = null;
  /** Ends of the line that hold whatever the numbers are. */
  @property({ attribute: false }) ends: readonly number[] = [0];

  override render(): TemplateResult {
    const values = [...this.ends, ...this.marks.map((mark) => mark.value)];
    if (this.target !== null) values.push(this.target);
    if (this.now !== null) values.push(this.now.low, this.now.high);
    const low = Math.min(...values);
    const span = Math.max(...values) - low || 1;
    const left = (value: number): string => `${(100 * (value - low)) / span}%`;
    const { now, target } = this;
    return html`<div class="axis"></div>
      ${target === null
        ? nothing
        : html`<div
            class="target"
            title="target ${target}"
            style=${styleMap({ width: `calc(${left(target)} + 6px)` })}
          ></div>`}
      ${this.marks.map(
        ({ kind, value, label }) =>
          html`<span title=${label}>${markPicture(kind, left(value))}</span>`,
      )}
      ${now === null
        ? nothing
        : html`<div
              class="bar"
              style=${styleMap({ left: left(now.low), width: `${(100 * (now.high - now.low)) / span}%` })}
            ></div>
            <div class="now" style=${styleMap({ left: left(now.value) })}></div>`}`;
  }
}
