/**
 * Tokens beside each other, a row for each node, and lines for what moves between them. Arrow keys go
 * from cell to cell. Fires `pick-cell` with a cell.
 */
import { LitElement, html, nothing, svg } from "lit";
import type { PropertyValues, SVGTemplateResult, TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { guard } from "lit/directives/guard.js";
import { styleMap } from "lit/directives/style-map.js";

import type { GraphNode } from "../api/types";
import { heat, largest, strength } from "../drawing/heat";
import { KIND_NAMES } from "../drawing/rows";
import type { Line, Seen, UnrolledLayout, UnrolledRow } from "../drawing/unrolled";
import {
  NUMBERS_FROM,
  ROW_HEIGHT,
  attentionArcs,
  attentionBetween,
  columnX,
  flowLines,
  layoutUnrolled,
  nextCell,
} from "../drawing/unrolled";
import { unrolledPicture } from "../drawing/unrolled_picture";
import { shortened } from "../drawing/words";
import type { Cell, Flow, Flows } from "../state/flows";
import { answerName, headName } from "../state/flows";
import type { Words } from "../state/words";
import { NO_WORDS, labelOf } from "../state/words";
import { base } from "../styles/shared";
import { decimal, percent, signed } from "../text/format";
import { visibleLine } from "../text/visible";
import { tokenGridStyles } from "./token_grid_styles";

/** Heads whose arcs are drawn at once. */
const HEADS = 3;
const NONE: ReadonlySet<string> = new Set();

@customElement("cx-token-grid")
export class TokenGrid extends LitElement {
  static override styles = [base, tokenGridStyles];

  @property({ attribute: false }) flows!: Flows;
  /** What is drawn between cells. */
  @property({ attribute: false }) through: readonly Flow[] = [];
  @property({ attribute: false }) nodes: readonly GraphNode[] = [];
  @property({ attribute: false }) words: Words = NO_WORDS;
  @property({ attribute: false }) ablated: ReadonlySet<string> = NONE;
  @property({ attribute: false }) cell: Cell | null = null;
  /** The token whose column is marked and whose attention is shown. */
  @property({ attribute: false }) position = 0;
  @state() private room = 900;
  @query(".scroll") private readonly scroller!: HTMLElement;
  @query(".canvas") private readonly canvas!: HTMLElement;
  @query(".grid") private readonly grid!: HTMLElement;
  @query("svg") private readonly drawn!: Element;
  #layout: UnrolledLayout | null = null;
  readonly #resized = new ResizeObserver(([entry]) => {
    if (entry && entry.contentRect.width > 0) this.room = entry.contentRect.width;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get("nodes") as readonly GraphNode[] | undefined;
    const same =
      before?.length === this.nodes.length && before.every((node, i) => node === this.nodes[i]);
    if (changed.has("flows") || changed.has("room") || (changed.has("nodes") && !same)) {
      const { of, length } = this.flows;
      this.#layout = layoutUnrolled(this.nodes, of.answers.length, length, this.room);
    }
  }

  protected override updated(changed: PropertyValues): void {
    // A text longer than the room is first seen where it ends: that is where the answer is.
    if (changed.has("flows") && changed.get("flows")?.of !== this.flows.of) {
      this.scroller.scrollLeft = this.position < this.flows.length - 1 ? 0 : 1e6;
    }
  }

  /** The whole grid, also what is scrolled away, as an SVG document; `source` is told in it. */
  picture(source: string): string {
    const { canvas, grid, drawn: lines, flows } = this;
    this.toggleAttribute("whole", true);
    try {
      const title = flows.of.tokens.map(({ text }) => text).join("");
      return unrolledPicture({ canvas, grid, lines }, title, `${flows.of.slug} at each token, ${source}`);
    } finally {
      this.toggleAttribute("whole", false);
    }
  }

  override render(): TemplateResult | typeof nothing {
    const layout = this.#layout;
    if (layout === null) return nothing;
    return html`<div class="scroll">
      <div class="canvas" style="width: ${layout.width}px">
        <div
          class="grid"
          role="grid"
          aria-label="The circuit at each token"
          aria-rowcount=${layout.rows.length + 1}
          aria-colcount=${this.flows.length + 1}
          @keydown=${this.#keys}
          @click=${this.#clicked}
        >
          ${layout.rows.map((row, i) =>
            guard(this.#shownBy(row, layout), () => this.#row(row, i, layout)),
          )}
          ${this.#tokens(layout)}
        </div>
        ${this.#lines(layout)}
      </div>
    </div>`;
  }

  /** All that a row's look follows from: the other rows stay as they are from cell to cell. */
  #shownBy(row: UnrolledRow, layout: UnrolledLayout): unknown[] {
    const { cell } = this;
    const isHead = row.kind === "head";
    return [
      layout,
      cell?.name === row.name ? cell.at : null,
      cell === null && this.#layout?.rows[0] === row ? this.position : null,
      isHead ? this.position : null,
      isHead ? this.#seen(row.name) : null,
      this.ablated.has(row.name),
      labelOf(this.words, row.name),
    ];
  }

  #row(row: UnrolledRow, place: number, layout: UnrolledLayout): TemplateResult {
    const isSelected = row.name === this.cell?.name;
    const most = this.#most(row);
    const style = styleMap({
      marginTop: `${place === 0 ? row.top : row.above}px`,
      height: `${ROW_HEIGHT}px`,
    });
    const classes = `${isSelected ? "selected" : ""} ${this.ablated.has(row.name) ? "ablated" : ""}`;
    return html`<div class="row ${classes}" role="row" aria-rowindex=${place + 1} style=${style}>
      ${this.#name(row, layout)}
      ${this.flows.of.tokens.map((_, at) => this.#cellOf(row, at, most, layout))}
    </div>`;
  }

  #name(row: UnrolledRow, { names }: UnrolledLayout): TemplateResult {
    const label = labelOf(this.words, row.name);
    const ablated = this.ablated.has(row.name) ? ", ablated" : "";
    const most = row.kind === "node" ? `; full colour ${decimal(this.flows.most(row.name), 2)}` : "";
    return html`<div
      class="name"
      role="rowheader"
      style="width: ${names}px"
      title="${this.#rowWords(row)}${label && `: ${label}`}${ablated}${most}"
    >
      ${row.title ? html`<i aria-hidden="true">${this.#title(row)}</i>` : nothing}
      ${row.kind === "answer"
        ? html`<span>${this.#answerKind(row)} <code>${this.#answer(row)}</code></span>`
        : html`<code>${row.name}</code>`}
      ${this.#sink(row)}
      ${label ? html`<span class="label">${label}</span>` : nothing}
    </div>`;
  }

  /** Attention that no token gets is easily taken for missing. */
  #sink(row: UnrolledRow): TemplateResult | typeof nothing {
    if (row.kind !== "head" || this.#seen(row.name) === "key") return nothing;
    const share = this.flows.sink(row.name, this.position);
    return share === 0
      ? nothing
      : html`<span class="label">${this.#said(row, share)} to its sink</span>`;
  }

  /** Of a pair the first is right; after a prompt nobody knows. */
  #answerKind({ name }: UnrolledRow): string {
    if (this.flows.of.request.prompt !== null) return "next";
    return name === answerName(0) ? "right" : "wrong";
  }

  #title({ kind, title }: UnrolledRow): string {
    const apart = kind === "answer" ? this.flows.answersApart(this.flows.length - 1) : null;
    return apart === null ? title : `${title}, logits apart by ${signed(apart, 2)}`;
  }

  #answer({ name }: UnrolledRow): string {
    const place = Number(name.split(":")[1]);
    return visibleLine(this.flows.of.answers[place]?.token.text ?? "");
  }

  #rowWords(row: UnrolledRow): string {
    if (row.kind === "answer") return `probability of ${this.#answer(row)} next`;
    if (row.kind === "head") {
      const how = this.#seen(row.name) === "key" ? "to" : "of";
      return `${row.name}, attention ${how} token ${this.position}`;
    }
    return `${row.name}, ${row.node ? KIND_NAMES[row.node.kind] : ""}`;
  }

  /** Of a key or value channel it matters who attends to it, of all else what is attended to. */
  #seen(head: string): Seen {
    const node = this.nodes.find(({ id }) => id === this.cell?.name);
    const isSeen = node !== undefined && (node.kind === "k" || node.kind === "v");
    return isSeen && headName(node.layer, node.head ?? 0) === head ? "key" : "query";
  }

  /** Null where a token cannot see another. */
  #value({ kind, name }: UnrolledRow, at: number): number | null {
    return kind === "head"
      ? attentionBetween(this.flows, name, this.#seen(name), this.position, at)
      : this.flows.value({ name, at });
  }

  #cellOf(row: UnrolledRow, at: number, most: number, { column }: UnrolledLayout): TemplateResult {
    const { name } = row;
    const found = this.#value(row, at);
    const value = found ?? 0;
    const isSelected = this.cell?.name === name && this.cell.at === at;
    const focusable = this.cell === null ? this.#isFirst(name, at) : isSelected;
    const said = found === null ? "not seen" : this.#said(row, value);
    const style = styleMap({
      width: `${column}px`,
      "background-image": `linear-gradient(${this.#colour(row, value, most)} 0 0)`,
    });
    return html`<div
      class="cell ${found === null ? "unseen" : value === 0 ? "zero" : ""}"
      role="gridcell"
      aria-colindex=${at + 2}
      aria-selected=${isSelected}
      aria-label="${this.#rowWords(row)} at token ${at}, ${this.#token(at, 30)}: ${said}"
      title="${this.#token(at, 30)}: ${said}"
      tabindex=${focusable ? 0 : -1}
      data-name=${name}
      data-at=${at}
      style=${style}
    >${column >= NUMBERS_FROM && value !== 0 ? this.#short(row, value) : nothing}</div>`;
  }

  /** Where the keyboard enters while no cell is selected: the top of the last token. */
  #isFirst(name: string, at: number): boolean {
    return at === this.position && name === this.#layout?.rows[0]?.name;
  }

  #said({ kind }: UnrolledRow, value: number): string {
    const isDifference = this.flows.side === "difference";
    if (kind === "answer") return `${isDifference ? signed(value) : percent(value)}`;
    return isDifference ? signed(value) : decimal(value);
  }

  /** As much of a number as fits into a cell. */
  #short({ kind }: UnrolledRow, value: number): string {
    if (kind === "answer" && this.flows.side !== "difference") {
      return value < 0.0005 ? "" : percent(value, value < 0.1 ? 1 : 0);
    }
    return Math.abs(value) < 0.005 ? "" : decimal(value, Math.abs(value) < 100 ? 2 : 0);
  }

  /** What has the full colour in a row. */
  #most(row: UnrolledRow): number {
    if (row.kind !== "head") return this.flows.most(row.name);
    return largest(this.flows.of.tokens.map((_, at) => this.#value(row, at)));
  }

  #colour({ kind }: UnrolledRow, value: number, most: number): string {
    if (kind !== "head") return heat(value, most);
    if (this.flows.side === "difference") return heat(value, 1);
    const share = 45 * strength(value, most);
    return `color-mix(in srgb, var(--kind-q) ${share.toFixed(1)}%, transparent)`;
  }

  #token(at: number, longest: number): string {
    return shortened(visibleLine(this.flows.of.tokens[at]?.text ?? ""), longest);
  }

  #tokens({ names, column, rows, height }: UnrolledLayout): TemplateResult {
    const last = rows.at(-1);
    const above = height - (last === undefined ? 0 : last.top + ROW_HEIGHT);
    return html`<div
      class="row tokens"
      role="row"
      aria-rowindex=${rows.length + 1}
      style="margin-top: ${above}px"
    >
      <div class="name" role="rowheader" style="width: ${names}px">tokens</div>
      ${this.flows.of.tokens.map(
        ({ text }, at) => html`<div
          class="token ${at === this.position ? "at" : ""}"
          role="columnheader"
          aria-colindex=${at + 2}
          title="token ${at}: ${shortened(visibleLine(text), 200)}"
          style="width: ${column}px"
        >${shortened(visibleLine(text), 24)}<small>${at}</small></div>`,
      )}
    </div>`;
  }

  #lines(layout: UnrolledLayout): TemplateResult {
    const heads = this.#headsToShow(this.through);
    const lines = [
      ...heads.flatMap((head) => attentionArcs(this.flows, head, this.#seen(head), this.position, layout)),
      ...flowLines(this.through, layout),
    ];
    const left = columnX(layout, this.position) - layout.column / 2;
    return html`<svg aria-hidden="true" width=${layout.width} height=${layout.height}>
      <rect class="at-column" x=${left} y="0" width=${layout.column} height=${layout.height}></rect>
      ${lines.map(drawn)}
    </svg>`;
  }

  /** The head of the selected cell; without one those that carry most of what is drawn. */
  #headsToShow(flows: readonly Flow[]): string[] {
    const { cell } = this;
    const node = this.nodes.find(({ id }) => id === cell?.name);
    if (node !== undefined && node.head !== null) return [headName(node.layer, node.head)];
    if (cell !== null && this.flows.of.heads.some(({ name }) => name === cell.name)) return [cell.name];
    const heads = flows.filter(({ target }) => target.at === this.position).map(({ head }) => head);
    return [...new Set(heads.filter((head) => head !== null))].slice(0, HEADS);
  }

  #clicked(event: MouseEvent): void {
    const cell = cellAt(event.target);
    if (cell !== null) this.#pick(cell);
  }

  #keys(event: KeyboardEvent): void {
    const cell = cellAt(event.target);
    if (cell === null || event.altKey || event.metaKey || event.shiftKey) return;
    const names = this.#layout?.rows.map(({ name }) => name) ?? [];
    const isEnter = event.key === "Enter" || event.key === " ";
    const next = isEnter ? cell : nextCell(names, this.flows.length, cell, event.key);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.#pick(next);
  }

  #pick(cell: Cell): void {
    this.dispatchEvent(new CustomEvent<Cell>("pick-cell", { detail: cell }));
    void this.updateComplete.then(() => {
      const selector = `[data-name="${CSS.escape(cell.name)}"][data-at="${cell.at}"]`;
      const element = this.renderRoot.querySelector<HTMLElement>(selector);
      element?.focus({ preventScroll: true });
      element?.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  }
}

function drawn({ path, kind, strength: strong, width, negative }: Line): SVGTemplateResult {
  const classes = `${kind === "token" ? "token-line" : kind} ${negative ? "negative" : ""}`;
  const opacity = 0.3 + 0.6 * strong;
  return svg`<path class=${classes} d=${path} stroke-width=${width} opacity=${opacity}></path>`;
}

function cellAt(target: EventTarget | null): Cell | null {
  const element = (target as Element | null)?.closest<HTMLElement>("[data-at]");
  const name = element?.dataset["name"];
  return name === undefined ? null : { name, at: Number(element?.dataset["at"]) };
}
