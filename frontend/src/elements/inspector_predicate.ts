/** The predicate of the node's label, and how well it does; how to give it one where there is none. */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { LabelWord } from "../state/words";
import { predicateWords } from "../state/predicate";
import { measuresHref } from "../state/predicate_store";
import { base } from "../styles/shared";
import { InspectorSection } from "./inspector_section";
import type { Inspected } from "./inspector_section";
import { Near } from "./near";
import "./predicate_result";

@customElement("cx-inspector-predicate")
export class InspectorPredicate extends LitElement {
  static override styles = [
    InspectorSection.styles,
    base,
    css`
      code {
        overflow-wrap: anywhere;
      }
      .result {
        max-width: 100ch;
        min-height: 320px;
      }
    `,
  ];

  @property({ attribute: false }) of!: Inspected;
  @property({ attribute: false }) word: LabelWord | null = null;
  @state() private near = false;

  constructor() {
    super();
    new Near(this, () => (this.near = true));
  }

  override render(): TemplateResult {
    const predicate = this.word?.document.predicate ?? null;
    return html`<section aria-labelledby="heading">
      <div class="head">
        <h3 id="heading">Its label, tested</h3>
        ${predicate
          ? html`<a href=${measuresHref(this.of, predicate)} aria-label="JSON of its label, tested">JSON</a>`
          : ""}
      </div>
      ${predicate === null ? this.#none() : this.#tested(predicate)}
    </section>`;
  }

  #none(): TemplateResult {
    return html`<p class="about">
      ${this.word === null ? "The node has no label." : "The label has no predicate."} A predicate, a
      regular expression that says at which tokens the node is active, is written with the label, beside
      the graph.
    </p>`;
  }

  #tested(predicate: NonNullable<LabelWord["document"]["predicate"]>): TemplateResult {
    return html`<p class="about">
        <b>${this.word?.document.label}</b>: <code>${predicate.pattern}</code> ${predicateWords(predicate)}.
        Swapping is resampling ablation within the classes of the predicate, as in causal scrubbing.
      </p>
      <div class="result">
        ${this.near
          ? html`<cx-predicate-result .measured=${this.of} .predicate=${predicate}></cx-predicate-result>`
          : ""}
      </div>`;
  }
}
