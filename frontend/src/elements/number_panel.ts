/** The answer to the intervention: three numbers, their change, and what they are read against. */
import { LitElement, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { Estimate, EvaluateResponse, Numbers, Problem } from "../api/types";
import { MODE_NAMES, VALUE_NAMES } from "../state/exploration";
import { base, chips, tables } from "../styles/shared";
import { count, decimal, lossBeside, milliseconds, percent, plural, signed } from "../text/format";
import type { MarkKind } from "./marks";
import { markPicture, markStyles } from "./marks";
import { numberStyles } from "./number_panel_styles";
import "./problem_panel";
import type { Mark } from "./scale_strip";
import "./scale_strip";

type Quantity = "task_loss" | "accuracy" | "logit_difference";

interface Kind {
  readonly name: string;
  readonly lowerIsBetter: boolean;
  readonly chance: (answer: EvaluateResponse) => number;
  readonly ends: readonly number[];
  readonly write: (value: number) => string;
  readonly change: (value: number) => string;
}

const QUANTITIES: Record<Quantity, Kind> = {
  task_loss: {
    name: "Task loss",
    lowerIsBetter: true,
    chance: (answer) => answer.chance,
    ends: [0],
    write: (value) => decimal(value),
    change: (value) => signed(value),
  },
  accuracy: {
    name: "Accuracy",
    lowerIsBetter: false,
    chance: () => 0.5,
    ends: [0, 1],
    write: (value) => percent(value),
    change: (value) => `${signed(value * 100, 1)} pp`,
  },
  logit_difference: {
    name: "Logit difference",
    lowerIsBetter: false,
    chance: () => 0,
    ends: [0],
    write: (value) => decimal(value, 2),
    change: (value) => signed(value, 2),
  },
};

const NAMES = Object.keys(QUANTITIES) as Quantity[];

@customElement("cx-number-panel")
export class NumberPanel extends LitElement {
  static override styles = [base, tables, chips, numberStyles, markStyles];

  @property({ attribute: false }) answer: EvaluateResponse | null = null;
  @property({ type: Boolean }) stale = false;
  @property({ attribute: false }) problem: Problem | null = null;
  @property({ attribute: false }) target = 0.15;

  override render(): TemplateResult {
    const { answer } = this;
    return html`<section aria-label="Numbers" aria-busy=${this.stale} class=${this.stale ? "stale" : ""}>
      <cx-problem .problem=${this.problem}></cx-problem>
      ${answer?.numbers
        ? this.#answer(answer, answer.numbers)
        : this.problem
          ? nothing
          : html`<p class="quiet waiting" role="status">Asking the model …</p>`}
    </section>`;
  }

  #answer(answer: EvaluateResponse, numbers: Numbers): TemplateResult {
    return html`${NAMES.map((name) => this.#quantity(name, answer, numbers))}
      ${this.#probabilities(answer, numbers)} ${this.#table(answer, numbers)}
      <p class="foot">
        <span title="each has two sequences">n = ${plural(answer.n, "pair")}</span>
        <span>${count(answer.kept_nodes)} nodes kept, ${count(answer.ablated_nodes)} ablated</span>
        ${answer.ablated_edges > 0
          ? html`<span title="between kept nodes">
              ${plural(answer.ablated_edges, "edge")} ablated
            </span>`
          : nothing}
        <span>cross-entropy ${decimal(numbers.cross_entropy)}</span>
        <span title="with the circuit's scale and shift of the logits">
          rescaled loss ${decimal(numbers.rescaled_loss)}
        </span>
        <span class="ms" title="time the server took">${milliseconds(answer.milliseconds)}</span>
      </p>`;
  }

  #quantity(name: Quantity, answer: EvaluateResponse, numbers: Numbers): TemplateResult {
    const { name: words, write, chance, ends } = QUANTITIES[name];
    const now = numbers[name];
    const isLoss = name === "task_loss";
    return html`<div class="quantity ${isLoss ? "main" : ""}" data-quantity=${name}>
      <h2>${words}${isLoss ? html` <small>nats</small>` : nothing}</h2>
      <output class="value">
        ${isLoss ? lossBeside(now.value, this.target) : write(now.value)}
      </output>
      ${this.#change(name, now, answer.circuit?.[name] ?? null)}
      <span class="interval" title="95% interval over pairs">
        ${write(now.low)} to ${write(now.high)}
      </span>
      ${isLoss && answer.request.mode !== "circuit_ablated" ? this.#verdict(now) : nothing}
      <cx-scale-strip
        .now=${now}
        .ends=${ends}
        .target=${isLoss ? this.target : null}
        .marks=${marks(name, answer, chance(answer))}
      ></cx-scale-strip>
    </div>`;
  }

  #change(name: Quantity, now: Estimate, before: Estimate | null): TemplateResult {
    if (before === null) return html`<span></span>`;
    const { change, lowerIsBetter } = QUANTITIES[name];
    const delta = now.value - before.value;
    const text = change(delta);
    const none = text.startsWith("±");
    const tone = none ? "none" : delta < 0 === lowerIsBetter ? "better" : "worse";
    const arrow = none ? "" : delta > 0 ? "▲ " : "▼ ";
    return html`<span class="change ${tone}" title="against the untouched circuit in this mode"
      >${arrow}${text}</span
    >`;
  }

  /** How probable both answers are among all tokens. */
  #probabilities({ circuit }: EvaluateResponse, numbers: Numbers): TemplateResult {
    const answers = [
      ["right_probability", "right answer"],
      ["wrong_probability", "wrong answer"],
    ] as const;
    return html`<dl class="probabilities" title="probability among all tokens, mean over sequences">
      ${answers.map(([name, words]) => {
        const now = numbers[name].value;
        const before = circuit?.[name].value;
        return html`<div data-quantity=${name}>
          <dt>${words}</dt>
          <dd>
            ${percent(now, 2)}
            ${before === undefined
              ? nothing
              : html`<small class="quiet">${signed((now - before) * 100, 2)} pp</small>`}
          </dd>
        </div>`;
      })}
    </dl>`;
  }

  #verdict(now: Estimate): TemplateResult {
    const meets = now.value <= this.target;
    return html`<span class="chip ${meets ? "good" : "bad"}">
      ${meets ? "meets" : "misses"} the target of ${this.target}
    </span>`;
  }

  #table(answer: EvaluateResponse, numbers: Numbers): TemplateResult {
    const { mode, value } = answer.request;
    const row = (label: string, kind: MarkKind | null, found: Numbers | null): TemplateResult =>
      found === null
        ? html``
        : html`<tr>
            <th scope="row">${kind === null ? html`<i class="dot"></i>` : markPicture(kind)} ${label}</th>
            ${NAMES.map((name) => html`<td class="number">${QUANTITIES[name].write(found[name].value)}</td>`)}
          </tr>`;
    return html`<table>
      <thead>
        <tr>
          <th scope="col">${MODE_NAMES[mode]}, ${VALUE_NAMES[value]}</th>
          <th scope="col" class="number">loss</th>
          <th scope="col" class="number">acc.</th>
          <th scope="col" class="number">logit diff.</th>
        </tr>
      </thead>
      <tbody>
        ${row("now", null, numbers)} ${row("untouched", "before", answer.circuit ?? null)}
        ${row("whole model", "model", answer.whole_model ?? null)}
        ${row("everything ablated", "nothing", answer.everything_ablated ?? null)}
        <tr>
          <th scope="row">${markPicture("chance")} chance</th>
          ${NAMES.map(
            (name) => html`<td class="number">${QUANTITIES[name].write(QUANTITIES[name].chance(answer))}</td>`,
          )}
        </tr>
      </tbody>
    </table>`;
  }
}

function marks(name: Quantity, answer: EvaluateResponse, chance: number): Mark[] {
  const found: Mark[] = [{ kind: "chance", value: chance, label: "chance" }];
  const add = (kind: MarkKind, label: string, numbers: Numbers | null): void => {
    if (numbers !== null) found.push({ kind, value: numbers[name].value, label });
  };
  add("nothing", "everything ablated", answer.everything_ablated ?? null);
  add("model", "whole model", answer.whole_model ?? null);
  add("before", "untouched", answer.circuit ?? null);
  return found;
}
