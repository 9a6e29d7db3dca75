/**
 * Nodes chosen together: which they are, how to choose more of them, and what can be done to all
 * at once. Fires `choose-nodes` with the new set, `change-state` with a function from one state to
 * the next, and `select-node` with a name.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import type { CircuitGraph, GraphNode } from "../api/types";
import type { Change, Exploration } from "../state/exploration";
import { isEdgeName, isOverridden } from "../state/exploration";
import { ablate, invert, keepOnly, rescale, restore, setTo } from "../state/operations";
import { base, controls } from "../styles/shared";
import { plural } from "../text/format";
import "./joint_effect";

/** Names listed. */
const MOST = 12;
/** Magnitude that a constant or factor may have, as the server says. */
const LARGEST = 1e6;

@customElement("cx-chosen-panel")
export class ChosenPanel extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      .buttons {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px;
        margin: 6px 0;
      }
      .names {
        margin: 4px 0;
        font-size: var(--small);
        line-height: 1.7;
      }
      input {
        width: 6.5em;
      }
      .wrong {
        color: var(--bad);
      }
    `,
  ];

  @property({ attribute: false }) exploration!: Exploration;
  @property({ attribute: false }) graph: CircuitGraph | null = null;
  @state() private wrong = "";
  @query("input") private readonly number!: HTMLInputElement | null;

  override render(): TemplateResult {
    const { chosen } = this.exploration;
    return html`${chosen.size === 0
        ? html`<p class="quiet small">
            Shift and drag around nodes, Shift and click one, click the name of a row, or press
            <kbd>C</kbd> at the selected node.
          </p>`
        : nothing}
      ${this.#ways()} ${chosen.size === 0 ? nothing : this.#operations([...chosen])}`;
  }

  /** More nodes, by their place in the model. */
  #ways(): TemplateResult {
    const { chosen, selection } = this.exploration;
    const nodes = this.graph?.nodes ?? [];
    const node = isEdgeName(selection) ? undefined : nodes.find((one) => one.id === selection);
    const way = (label: string, members: readonly GraphNode[]): TemplateResult =>
      html`<button
        ?disabled=${members.every((one) => chosen.has(one.id))}
        @click=${() => this.#choose(new Set([...chosen, ...members.map((one) => one.id)]))}
      >
        ${label}
      </button>`;
    return html`<div class="buttons" role="group" aria-label="Choose">
      ${node === undefined
        ? nothing
        : html`${way("+ selected", [node])}
          ${node.head === null
            ? nothing
            : way(
                `+ head ${node.head}`,
                nodes.filter((one) => one.layer === node.layer && one.head === node.head),
              )}
          ${way("+ its row", nodes.filter((one) => one.row === node.row))}
          ${way(`+ layer ${node.layer}`, nodes.filter((one) => one.layer === node.layer))}`}
      ${way("+ all", nodes)}
      ${chosen.size > 0
        ? html`<button @click=${() => this.#choose(new Set())}>None</button>`
        : nothing}
    </div>`;
  }

  #operations(chosen: readonly string[]): TemplateResult {
    const { exploration } = this;
    const circuit = this.graph?.nodes.map((one) => one.id) ?? [];
    const left = chosen.length - MOST;
    return html`<p class="names">
        ${plural(chosen.length, "node")}:
        ${chosen.slice(0, MOST).map(
          (node) =>
            html`<button
                class="link"
                @click=${() => this.dispatchEvent(new CustomEvent("select-node", { detail: node }))}
              >
                <code>${node}</code></button
              >${" "}`,
        )}
        ${left > 0 ? `and ${left} more` : nothing}
      </p>
      <div class="buttons" role="group" aria-label="Change the chosen nodes">
        ${this.#button("Ablate", ablate(chosen))} ${this.#button("Restore", restore(chosen))}
        ${this.#button("Keep only", keepOnly(new Set(chosen), circuit))}
        ${this.#button("Invert", invert(chosen))}
      </div>
      <div class="buttons" role="group" aria-label="Values of the chosen nodes">
        <input type="text" inputmode="decimal" value="0" aria-label="Value" />
        <button @click=${() => this.#withNumber((number) => setTo(chosen, number))}>Set to</button>
        <button @click=${() => this.#withNumber((number) => rescale(chosen, number))}>
          Rescale by
        </button>
        ${chosen.some((node) => isOverridden(exploration, node))
          ? this.#button("Own value", restore(chosen.filter((node) => isOverridden(exploration, node))))
          : nothing}
      </div>
      ${this.wrong === "" ? nothing : html`<p class="small wrong" role="alert">${this.wrong}</p>`}
      ${chosen.length > 1
        ? html`<cx-joint-effect .exploration=${exploration}></cx-joint-effect>`
        : nothing}`;
  }

  #button(label: string, change: Change): TemplateResult {
    return html`<button @click=${() => this.#change(change)}>${label}</button>`;
  }

  #withNumber(change: (number: number) => Change): void {
    const text = this.number?.value.trim() ?? "";
    const number = Number(text);
    const fits = text !== "" && Number.isFinite(number) && Math.abs(number) <= LARGEST;
    this.wrong = fits
      ? ""
      : `“${text}” is no number from −1,000,000 to 1,000,000; write one like 2 or −0.5.`;
    if (fits) this.#change(change(number));
  }

  #change(change: Change): void {
    this.dispatchEvent(new CustomEvent<Change>("change-state", { detail: change }));
  }

  #choose(chosen: ReadonlySet<string>): void {
    this.dispatchEvent(new CustomEvent("choose-nodes", { detail: chosen }));
  }
}
