/** Where a predicate is right and where it errs, in context: three lists, one shown at a time. */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { Detection, Excerpt } from "../api/types";
import { largest } from "../drawing/heat";
import { base } from "../styles/shared";
import { count, decimal } from "../text/format";
import "./segmented";
import "./token_strip";

type Kind = "false_positives" | "false_negatives" | "hits";

const KINDS: readonly Kind[] = ["false_positives", "false_negatives", "hits"];
const EMPTY: Record<Kind, string> = {
  false_positives: "None: wherever it holds the node is active.",
  false_negatives: "None: wherever the node is active it holds.",
  hits: "None: the node is active nowhere that it holds.",
};

@customElement("cx-predicate-examples")
export class PredicateExamples extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        margin-top: 8px;
      }
      .excerpts {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr));
        gap: 6px 14px;
        margin-top: 6px;
      }
      .excerpts > div {
        min-width: 0;
      }
    `,
  ];

  @property({ attribute: false }) of!: Detection;
  /** Chosen by the reader; else the first of which there are any. */
  @state() private chosen: Kind | null = null;

  override render(): TemplateResult {
    const { of } = this;
    const kind = this.chosen ?? KINDS.find((each) => of[each].length > 0) ?? "hits";
    const most = largest(
      ...[of.hits, of.false_positives, of.false_negatives].flat().map(({ values }) => values),
    );
    const number: Record<Kind, number> = {
      false_positives: of.holds - of.both,
      false_negatives: of.active - of.both,
      hits: of.both,
    };
    const choice = (value: Kind, label: string, hint: string) => ({
      value,
      label: `${label} ${count(number[value])}`,
      hint,
    });
    return html`<cx-segmented
        name="Examples"
        .choices=${[
          choice("false_positives", "false alarms", "it holds, and the node is not active"),
          choice("false_negatives", "misses", "the node is active, and it does not hold"),
          choice("hits", "hits", "it holds and the node is active"),
        ]}
        .value=${kind}
        @choose=${(event: CustomEvent<Kind>) => (this.chosen = event.detail)}
      ></cx-segmented>
      ${of[kind].length === 0
        ? html`<p class="small">${EMPTY[kind]}</p>`
        : html`<div class="excerpts">${of[kind].map((each) => excerpt(each, most))}</div>`}`;
  }
}

function excerpt({ window, position, start, tokens, values }: Excerpt, most: number): TemplateResult {
  const value = decimal(values[position - start] ?? 0, 3);
  return html`<div>
    <div class="small">
      ${value} <span class="quiet">window ${window}, token ${position}</span>
    </div>
    <cx-token-strip
      .tokens=${tokens}
      .values=${values}
      .most=${most}
      .chosen=${position - start}
      label="Window ${window}, token ${position}, activation ${value}"
    ></cx-token-strip>
  </div>`;
}
