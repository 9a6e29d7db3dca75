/**
 * A table of a value for each query and key as a picture: queries downwards, keys to the right. A
 * slider to the keyboard: arrows move the chosen query. Fires `pick-query` with a position.
 */
import { LitElement, css, html } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import { strength } from "../drawing/heat";
import { base } from "../styles/shared";
import { decimal } from "../text/format";

/** Side of the picture, in pixels of the page, at most. */
const SIDE = 340;

@customElement("cx-attention-grid")
export class AttentionGrid extends LitElement {
  static override styles = [
    base,
    css`
      .picture {
        position: relative;
        max-width: ${SIDE}px;
        padding-left: 12px;
      }
      .picture > i {
        position: absolute;
        left: 0;
        font: 10px / 1 var(--sans);
        color: var(--accent);
        translate: 0 -50%;
      }
      canvas {
        display: block;
        width: 100%;
        aspect-ratio: 1;
        border: 1px solid var(--line-2);
        background: var(--surface-2);
        image-rendering: pixelated;
        cursor: pointer;
      }
      .under {
        min-height: 1.5em;
        font-size: var(--small);
        color: var(--ink-2);
        overflow-wrap: anywhere;
      }
    `,
  ];

  /** Row i has i + 1 entries. */
  @property({ attribute: false }) rows: readonly (readonly number[])[] = [];
  /** Texts of the tokens, on one line each. */
  @property({ attribute: false }) tokens: readonly string[] = [];
  @property({ attribute: false }) most = 1;
  @property({ attribute: false }) chosen = 0;
  @property() label = "";
  @state() private over: { query: number; key: number } | null = null;
  @query("canvas") private readonly canvas!: HTMLCanvasElement;
  readonly #scheme = matchMedia("(prefers-color-scheme: dark)");
  readonly #redraw = (): void => this.#draw();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#scheme.addEventListener("change", this.#redraw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#scheme.removeEventListener("change", this.#redraw);
  }

  override render(): TemplateResult {
    const size = this.rows.length;
    const middle = `${(100 * (this.chosen + 0.5)) / Math.max(1, size)}%`;
    return html`<div class="picture">
        <i style=${styleMap({ top: middle })} aria-hidden="true">▶</i>
        <canvas
        width=${size}
        height=${size}
        tabindex="0"
        role="slider"
        aria-label="${this.label}: query"
        aria-valuemin="0"
        aria-valuemax=${Math.max(0, size - 1)}
        aria-valuenow=${this.chosen}
        aria-valuetext="token ${this.chosen}, ${this.tokens[this.chosen] ?? ""}"
        @keydown=${this.#keys}
        @pointermove=${(event: PointerEvent) => (this.over = this.#cell(event))}
        @pointerleave=${() => (this.over = null)}
        @click=${(event: MouseEvent) => this.#pick(this.#cell(event).query)}
      ></canvas>
      </div>
      <div class="under">${this.#words()}</div>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (["rows", "most"].some((name) => changed.has(name))) this.#draw();
  }

  #words(): string {
    const { query, key } = this.over ?? { query: this.chosen, key: -1 };
    const token = (position: number): string => this.tokens[position] ?? "";
    if (key < 0) return `query ${query}: ${token(query)}`;
    const value = this.rows[query]?.[key];
    const said = value === undefined ? "not seen" : decimal(value);
    return `query ${query}: ${token(query)}, key ${key}: ${token(key)}: ${said}`;
  }

  #draw(): void {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    const style = getComputedStyle(this);
    const [plus, minus] = ["--positive", "--negative"].map((name) =>
      style.getPropertyValue(name).trim(),
    );
    const size = this.rows.length;
    context.clearRect(0, 0, size, size);
    this.rows.forEach((row, query) =>
      row.forEach((value, key) => {
        if (value === 0) return;
        context.globalAlpha = strength(value, this.most);
        context.fillStyle = (value < 0 ? minus : plus) ?? "";
        context.fillRect(key, query, 1, 1);
      }),
    );
  }

  #cell(event: MouseEvent): { query: number; key: number } {
    const box = this.canvas.getBoundingClientRect();
    const size = this.rows.length;
    const at = (part: number): number => Math.max(0, Math.min(size - 1, Math.floor(part * size)));
    return {
      query: at((event.clientY - box.top) / box.height),
      key: at((event.clientX - box.left) / box.width),
    };
  }

  #keys(event: KeyboardEvent): void {
    const last = this.rows.length - 1;
    const steps: Record<string, number> = {
      ArrowDown: this.chosen + 1,
      ArrowRight: this.chosen + 1,
      ArrowUp: this.chosen - 1,
      ArrowLeft: this.chosen - 1,
      Home: 0,
      End: last,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.#pick(Math.max(0, Math.min(last, next)));
  }

  #pick(query: number): void {
    if (query === this.chosen) return;
    this.dispatchEvent(new CustomEvent<number>("pick-query", { detail: query }));
  }
}
