/**
 * What became of a predicate that was measured: precision and recall on pretraining text, the loss
 * with values swapped within its classes beside its controls, and examples of hits and errors.
 *
 * It measures by itself when it is given another predicate. `brief` shows a line of the two shares.
 */
import { LitElement, css, html, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { asProblem } from "../api/problem";
import type { Detection, Estimate, Predicate, PredicateMeasures, Problem, Swap } from "../api/types";
import { samePredicate } from "../state/predicate";
import type { MeasuredNode } from "../state/predicate_store";
import { measures, measuresHref } from "../state/predicate_store";
import { base, controls, tables } from "../styles/shared";
import { count, decimal, percent, plural, signed } from "../text/format";
import "./predicate_examples";
import "./problem_panel";

@customElement("cx-predicate-result")
export class PredicateResult extends LitElement {
  static override styles = [
    base,
    controls,
    tables,
    css`
      :host {
        min-height: 1.5em;
      }
      th,
      td {
        padding: 4px 6px;
      }
      .loss {
        margin-top: 6px;
      }
      .stale {
        opacity: 0.5;
      }
      p + p {
        margin-top: 4px;
      }
    `,
  ];

  @property({ attribute: false }) measured!: MeasuredNode;
  @property({ attribute: false }) predicate!: Predicate;
  @property({ type: Boolean }) brief = false;
  /** What was measured was changed since. */
  @property({ type: Boolean }) stale = false;
  @state() private found: PredicateMeasures | null = null;
  @state() private problem: Problem | null = null;
  #asked: { readonly href: string; readonly predicate: Predicate } | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("predicate") && !changed.has("measured")) return;
    const href = measuresHref(this.measured, this.predicate);
    if (href !== this.#asked?.href) void this.#measure(href);
  }

  async #measure(href: string): Promise<void> {
    const same = samePredicate(this.#asked?.predicate ?? null, this.predicate);
    this.#asked = { href, predicate: this.predicate };
    this.problem = null;
    if (!same) this.found = null;
    try {
      const found = await measures(this.measured, this.predicate);
      if (this.#asked.href === href) this.found = found;
    } catch (error) {
      if (this.#asked.href === href) this.problem = asProblem(error);
    }
  }

  override render(): TemplateResult {
    const { found, problem } = this;
    if (problem) {
      const again = (): void => void this.#measure(measuresHref(this.measured, this.predicate));
      return html`<cx-problem .problem=${problem} @retry=${again}></cx-problem>`;
    }
    if (found === null) return html`<p class="quiet small" role="status">Measuring …</p>`;
    if (this.brief) return html`<p class="small">${shares(found.detection)}</p>`;
    return html`<div class=${this.stale ? "stale" : ""}>
      ${this.stale
        ? html`<p class="small" role="status">Measured before the last change.</p>`
        : nothing}
      ${found.detection ? detected(found.detection) : html`<p class="small">${shares(null)}</p>`}
      ${swapped(found.swap)}
      ${found.detection
        ? html`<cx-predicate-examples .of=${found.detection}></cx-predicate-examples>`
        : nothing}
    </div>`;
  }
}

/** Precision and recall in a line. */
function shares(of: Detection | null): TemplateResult | string {
  if (of === null) {
    return "No precision or recall: the checkpoint brings no held-out text (held_out.safetensors).";
  }
  const share = (estimate: Estimate | null): string =>
    estimate === null ? "undefined" : percent(estimate.value, 0);
  return html`Precision <b>${share(of.precision)}</b> of ${plural(of.holds, "token")}, recall
    <b>${share(of.recall)}</b> of ${plural(of.active, "token")}.`;
}

function detected(of: Detection): TemplateResult {
  const row = (
    name: string,
    estimate: Estimate | null,
    counted: string,
    undefinedWhy: string,
  ): TemplateResult => html`<tr>
    <th scope="row">${name}</th>
    <td class="number">
      ${estimate === null
        ? html`<b>undefined</b>
            <div class="quiet small">${undefinedWhy}</div>`
        : html`<b>${percent(estimate.value)}</b>
            <div class="quiet small">${percent(estimate.low, 0)} to ${percent(estimate.high, 0)}</div>`}
    </td>
    <td class="number small">${counted}</td>
  </tr>`;
  const { both, holds, active, places } = of;
  const nowhere = "it holds nowhere";
  const silent = "the node is never active";
  return html`<table>
      <caption class="visually-hidden">
        On pretraining text
      </caption>
      <tbody>
        ${row("Precision", of.precision, `${count(both)} of ${count(holds)}`, nowhere)}
        ${row("Recall", of.recall, `${count(both)} of ${count(active)}`, silent)}
        ${row("F1", of.f1, "", "neither is anywhere")}
      </tbody>
    </table>
    <p class="quiet small">
      ${count(places)} tokens of pretraining text, in the whole model. The node is active
      (threshold ${decimal(of.threshold)}) at ${percent(of.base_rate)} of them: the precision of
      saying nothing. 95% intervals over ${plural(of.windows, "window")}.
    </p>`;
}

function swapped(of: Swap): TemplateResult {
  const row = (name: string, loss: Estimate, change: Estimate | null): TemplateResult => html`<tr>
    <th scope="row">${name}</th>
    <td class="number">${decimal(loss.value)}</td>
    <td class="number">
      ${change === null
        ? nothing
        : html`${signed(change.value)}
            <div class="quiet small">${signed(change.low)} to ${signed(change.high)}</div>`}
    </td>
  </tr>`;
  return html`<table class="loss">
      <thead>
        <tr>
          <th scope="col">Values swapped</th>
          <th scope="col" class="number">task loss</th>
          <th scope="col" class="number">change</th>
        </tr>
      </thead>
      <tbody>
        ${row("not at all", of.intact, null)}
        ${row("within its classes", of.within, of.within_change)}
        ${row("among all tokens", of.anywhere, of.anywhere_change)}
        ${row("set to the mean", of.mean, null)}
      </tbody>
    </table>
    <p class="quiet small">
      ${explained(of)} Circuit alone, ${plural(of.pairs, "pair")}, ${of.draws} exchanges: it holds at
      ${count(of.holds)} tokens of them and not at ${count(of.others)}.
    </p>`;
}

function explained(of: Swap): string {
  if (of.holds === 0 || of.others === 0) {
    return `It holds at ${of.holds === 0 ? "none" : "all"} of the pairs' tokens, so its two classes are one.`;
  }
  if (of.explained === null) {
    return "Swapping among all tokens does no damage that is sure: the test says nothing of this node.";
  }
  return `Of the damage of swapping among all tokens the predicate prevents ${percent(of.explained, 0)}.`;
}
