/**
 * One cell of the circuit unrolled over tokens, taken apart: its value, and what flows into it from
 * where, in the circuit and in the whole model. Fires `pick-cell` with a cell it comes from.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { CircuitGraph, UnrolledNode } from "../api/types";
import { KIND_NAMES } from "../drawing/rows";
import { shortened } from "../drawing/words";
import type { Cell, Flow, Flows } from "../state/flows";
import { TOKENS } from "../state/flows";
import type { Side } from "../state/look";
import type { Words } from "../state/words";
import { NO_WORDS, labelOf } from "../state/words";
import { base, chips, controls, tables } from "../styles/shared";
import { decimal, plural, signed } from "../text/format";
import { tokenText } from "./visible_text";

const MOST = 12;
const NONE: ReadonlySet<string> = new Set();

/** What one source brings to the cell, from all tokens together. */
interface Part {
  readonly name: string;
  readonly now: number;
  readonly model: number;
  /** The token that brings most. */
  readonly from: number;
  readonly carried: boolean;
}

@customElement("cx-token-cell")
export class TokenCell extends LitElement {
  static override styles = [
    base,
    controls,
    chips,
    tables,
    css`
      :host {
        margin-top: 14px;
      }
      section {
        max-width: 760px;
      }
      h3 {
        margin-bottom: 4px;
        font-size: 14px;
        font-weight: 620;
      }
      th,
      td {
        padding: 3px 10px;
      }
      .sum > * {
        border-top: 1px solid var(--line-2);
        font-weight: 600;
      }
      .small {
        margin-bottom: 6px;
      }
    `,
  ];

  @property({ attribute: false }) flows!: Record<Side, Flows>;
  @property({ attribute: false }) graph!: CircuitGraph;
  @property({ attribute: false }) words: Words = NO_WORDS;
  @property({ attribute: false }) ablated: ReadonlySet<string> = NONE;
  @property({ attribute: false }) cell: Cell | null = null;
  @property({ attribute: false }) position = 0;

  override render(): TemplateResult {
    const { cell } = this;
    const node = this.flows.now.of.nodes.find(({ name }) => name === cell?.name);
    if (cell === null || node === undefined) {
      return html`<p class="quiet small">
        Lines lead to the answers after the last token. Choose a cell to see what flows into it, and
        where it goes from there.
      </p>`;
    }
    return html`<section aria-labelledby="heading">${this.#heading(cell)} ${this.#parts(cell, node)}</section>`;
  }

  #heading({ name, at }: Cell): TemplateResult {
    const drawn = this.graph.nodes.find(({ id }) => id === name);
    const label = labelOf(this.words, name);
    const value = (side: Side): string => decimal(this.flows[side].value({ name, at }));
    return html`<h3 id="heading"><code>${name}</code>${label && ` · ${label}`} at ${this.#token(at)}</h3>
      <p class="quiet small">
        ${drawn ? KIND_NAMES[drawn.kind] : ""}: ${value("now")} now, ${value("model")} in the whole
        model${drawn ? html`, mean ${decimal(drawn.mean)}` : nothing}${this.ablated.has(name)
          ? ". It is ablated: what flows in changes nothing"
          : ""}.
      </p>`;
  }

  #token(at: number): TemplateResult {
    const text = this.flows.now.of.tokens[at]?.text ?? "";
    return html`<span class="quiet">${at}</span> ${tokenText(shortened(text, 40))}`;
  }

  #parts(cell: Cell, node: UnrolledNode): TemplateResult {
    const parts = this.#partsOf(cell);
    const { inflow } = node;
    const total = { now: inflow?.now[cell.at] ?? 0, model: inflow?.model[cell.at] ?? 0 };
    const bias = inflow?.bias ?? 0;
    const outside = (side: "now" | "model"): number =>
      total[side] - bias - parts.reduce((sum, part) => sum + part[side], 0);
    if (parts.length === 0 && inflow === null) {
      return html`<p class="small">Nothing of the circuit writes this channel here.</p>`;
    }
    const plain = (name: string, now: number, model: number, kind = ""): TemplateResult =>
      html`<tr class=${kind}>
        <th scope="row">${name}</th>
        <td></td>
        <td class="number">${signed(now)}</td>
        <td class="number">${signed(model)}</td>
      </tr>`;
    return html`<div class="scroll">
        <table>
          <caption class="visually-hidden">What flows into ${cell.name} at token ${cell.at}</caption>
          <thead>
            <tr>
              <th scope="col">${inflow === null ? "Written to its channel by" : "Flows in from"}</th>
              <th scope="col">Mostly at token</th>
              <th scope="col" class="number">Now</th>
              <th scope="col" class="number">Whole model</th>
            </tr>
          </thead>
          <tbody>
            ${parts.slice(0, MOST).map((part) => this.#part(part))}
            ${parts.length > MOST
              ? plain(
                  `${plural(parts.length - MOST, "more")}`,
                  sum(parts.slice(MOST), "now"),
                  sum(parts.slice(MOST), "model"),
                )
              : nothing}
            ${inflow === null
              ? nothing
              : html`${plain("nodes outside the circuit", outside("now"), outside("model"))}
                ${plain("bias", bias, bias)} ${plain("together", total.now, total.model, "sum")}`}
          </tbody>
        </table>
      </div>
      <p class="quiet small">
        ${inflow === null
          ? "Before the norm, which scales the channel with all others; writes of nodes outside the circuit add to it."
          : "Before the nonlinearity and AbsTopK: a weight times what its source has, through attention for value channels."}
      </p>`;
  }

  #part({ name, now, model, from, carried }: Part): TemplateResult {
    const source =
      name === TOKENS
        ? html`embedding`
        : html`<button
            class="link"
            @click=${() => this.#pick({ name, at: from })}
          ><code>${name}</code></button>`;
    const label = labelOf(this.words, name);
    return html`<tr>
      <th scope="row">${source} ${label ? html`<span class="quiet">${label}</span>` : nothing}</th>
      <td>${carried ? this.#token(from) : html`<span class="quiet">this one</span>`}</td>
      <td class="number">${signed(now)}</td>
      <td class="number">${signed(model)}</td>
    </tr>`;
  }

  #partsOf(cell: Cell): Part[] {
    const parts = new Map<string, Part & { most: number }>();
    const add = (side: "now" | "model", flow: Flow): void => {
      const { name, at } = flow.source;
      const known = parts.get(name) ?? { name, now: 0, model: 0, from: at, carried: false, most: 0 };
      const isMost = Math.abs(flow.amount) > known.most;
      parts.set(name, {
        ...known,
        [side]: known[side] + flow.amount,
        from: isMost ? at : known.from,
        carried: known.carried || flow.head !== null,
        most: Math.max(known.most, Math.abs(flow.amount)),
      });
    };
    for (const side of ["now", "model"] as const) {
      for (const flow of this.flows[side].into(cell)) add(side, flow);
    }
    const size = ({ now, model }: Part): number => Math.max(Math.abs(now), Math.abs(model));
    return [...parts.values()].sort((a, b) => size(b) - size(a));
  }

  #pick(cell: Cell): void {
    this.dispatchEvent(new CustomEvent<Cell>("pick-cell", { detail: cell }));
  }
}

function sum(parts: readonly Part[], side: "now" | "model"): number {
  return parts.reduce((total, part) => total + part[side], 0);
}
