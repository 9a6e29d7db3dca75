/**
 * The column beside the drawing: numbers, which pairs, the selected node or edge, pairs, prompt,
 * provenance. Fires `change-state` with a function from one state to the next, `toggle-node`,
 * `select-node`, `toggle-edge` and `select-edge` with a name, `choose-nodes` with all that are
 * chosen, and `retry`.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { CircuitDetail, CircuitGraph, EvaluateResponse } from "../api/types";
import type { Answered } from "../state/answers";
import type { Change, Exploration } from "../state/exploration";
import { edgeName, isEdgeKept, isEdgeName } from "../state/exploration";
import type { Words } from "../state/words";
import type { WordsStore } from "../state/words_store";
import { NO_WORDS } from "../state/words";
import { base } from "../styles/shared";
import "./case_list";
import "./chosen_panel";
import "./edge_card";
import "./effects_chart";
import "./group_list";
import "./node_card";
import "./number_panel";
import "./pair_choice";
import "./pair_list";
import { passOn } from "./pass_on";
import "./problem_panel";
import "./prompt_box";
import "./provenance_panel";
import "./saved_note";
import "./stored_losses";
import "./story_list";
import "./story_panel";
import "./word_card";

@customElement("cx-circuit-side")
export class CircuitSide extends LitElement {
  static override styles = [
    base,
    css`
      details {
        margin-top: 14px;
        border-top: 1px solid var(--line);
      }
      summary {
        padding: 9px 0;
        font-weight: 620;
        cursor: pointer;
      }
      .selected {
        block-size: clamp(16rem, 32vh, 26rem); /* of its own, so that what is below stays where it is */
        overflow-y: auto;
        resize: vertical;
      }
      .selected:has(cx-word-card[editing]) {
        block-size: auto;
      }
      .unread {
        display: grid;
        gap: 6px;
        margin-top: 14px;
      }
    `,
  ];

  @property({ attribute: false }) exploration!: Exploration;
  @property({ attribute: false }) ablated: ReadonlySet<string> = new Set();
  @property({ attribute: false }) graph: CircuitGraph | null = null;
  @property({ attribute: false }) detail: CircuitDetail | null = null;
  @property({ attribute: false }) written!: WordsStore;
  @property({ attribute: false }) words: Words = NO_WORDS;
  @property({ attribute: false }) numbers!: Answered<EvaluateResponse>;
  @property({ attribute: false }) nextTokens!: Answered<EvaluateResponse>;

  override render(): TemplateResult {
    const { exploration, detail, nextTokens } = this;
    const { answer, stale, problem } = this.numbers;
    return html`${exploration.saved === null ? nothing : this.#saved()}
      ${exploration.story ? this.#story() : nothing}
      <cx-number-panel
        .answer=${answer}
        .stale=${stale}
        .problem=${problem}
        .target=${detail?.summary.target_loss ?? 0.15}
        @retry=${() => this.dispatchEvent(new Event("retry"))}
      ></cx-number-panel>
      <cx-pair-choice .exploration=${exploration} @change-state=${this.#pass}></cx-pair-choice>
      ${exploration.story === null ? this.#unread() : nothing}
      ${detail?.circuit.stored_losses
        ? part(
            "In the file it came from",
            html`<cx-stored-losses .detail=${detail}></cx-stored-losses>`,
          )
        : nothing}
      ${part("Node or edge", html`<div class="selected">${this.#card()}${this.#label()}</div>`)}
      ${part(
        `Chosen nodes${exploration.chosen.size > 0 ? ` (${exploration.chosen.size})` : ""}`,
        html`<cx-chosen-panel
          .exploration=${exploration}
          .graph=${this.graph}
          @change-state=${this.#pass}
          @choose-nodes=${this.#pass}
          @select-node=${this.#pass}
        ></cx-chosen-panel>`,
        exploration.chosen.size > 0,
      )}
      ${part(
        "Effect of each node",
        html`<cx-effects-chart
          .exploration=${exploration}
          .nodes=${this.graph?.nodes ?? []}
          @select-node=${this.#pass}
        ></cx-effects-chart>`,
        false,
      )}
      ${part("Groups", this.#groups(), this.words.groups.length > 0)}
      ${part(
        "Stories",
        html`<cx-story-list
          .store=${this.written}
          .words=${this.words}
          @change-state=${this.#pass}
        ></cx-story-list>`,
        this.words.stories.length > 0,
      )}
      ${part(
        "Pairs, worst first",
        html`<cx-pair-list
          ?stale=${stale}
          .pairs=${answer?.pairs ?? []}
          @change-state=${this.#pass}
        ></cx-pair-list>`,
      )}
      ${part(
        "Prompt",
        html`<cx-prompt-box
          .prompt=${exploration.prompt}
          .selection=${exploration.selection}
          .answer=${nextTokens.answer?.prompt ?? null}
          .stale=${nextTokens.stale}
          .problem=${nextTokens.problem}
          @ask=${this.#prompt}
        ></cx-prompt-box>
        <cx-case-list
          .store=${this.written}
          .words=${this.words}
          .prompt=${exploration.prompt}
          .answer=${nextTokens.answer?.prompt ?? null}
          ?stale=${nextTokens.stale}
          @ask=${this.#prompt}
        ></cx-case-list>`,
        exploration.prompt !== "" || this.words.cases.length > 0 || this.#caseTakenAway,
      )}
      ${part(
        "Provenance",
        html`<cx-provenance-panel .detail=${detail}></cx-provenance-panel>`,
        false,
      )}`;
  }

  /** Without what people wrote, a circuit would look as if nobody had; a story says so itself. */
  #unread(): TemplateResult | typeof nothing {
    const { problem } = this.written;
    if (problem === null) return nothing;
    return html`<section class="unread" aria-label="Labels, stories and cases">
      <p>Labels, stories and cases could not be read${this.written.loaded ? " anew" : ""}.</p>
      <cx-problem .problem=${problem} @retry=${() => void this.written.load()}></cx-problem>
    </section>`;
  }

  /** It is offered to be brought back. */
  get #caseTakenAway(): boolean {
    return this.written.removed?.document?.kind === "case";
  }

  #saved(): TemplateResult {
    return html`<cx-saved-note
      .exploration=${this.exploration}
      .numbers=${this.numbers}
      @change-state=${this.#pass}
    ></cx-saved-note>`;
  }

  #story(): TemplateResult {
    return html`<cx-story-panel
      .exploration=${this.exploration}
      .store=${this.written}
      .words=${this.words}
      .numbers=${this.numbers}
      @change-state=${this.#pass}
    ></cx-story-panel>`;
  }

  #card(): TemplateResult {
    const { selection } = this.exploration;
    if (isEdgeName(selection)) {
      const edge = this.graph?.edges.find((one) => edgeName(one) === selection);
      return html`<cx-edge-card
        .graph=${this.graph}
        .edge=${selection}
        .kept=${edge !== undefined && isEdgeKept(this.exploration, edge)}
        @toggle-edge=${this.#pass}
        @select-node=${this.#pass}
      ></cx-edge-card>`;
    }
    return html`<cx-node-card
      .graph=${this.graph}
      .node=${selection}
      .ablated=${selection !== null && this.ablated.has(selection)}
      @toggle-node=${this.#pass}
      @select-node=${this.#pass}
      @select-edge=${this.#pass}
    ></cx-node-card>`;
  }

  /** What is written at the chosen node or edge. */
  #label(): TemplateResult | typeof nothing {
    const { selection } = this.exploration;
    const edge = isEdgeName(selection);
    const known = edge
      ? this.graph?.edges.some((one) => one.kind === "weight" && edgeName(one) === selection)
      : this.graph?.nodes.some((one) => one.id === selection);
    if (selection === null || !known) return nothing;
    const { slug, split, seed } = this.exploration;
    return html`<cx-word-card
      .store=${this.written}
      .words=${this.words}
      .target=${selection}
      .measured=${edge ? null : { slug, node: selection, split, seed }}
      what=${edge ? "edge" : "node"}
    ></cx-word-card>`;
  }

  #groups(): TemplateResult {
    const { selection } = this.exploration;
    return html`<cx-group-list
      .store=${this.written}
      .words=${this.words}
      .chosen=${isEdgeName(selection) ? null : selection}
      .ablated=${this.ablated}
      .together=${this.exploration.chosen}
      .folded=${this.exploration.look.folded}
      @change-state=${this.#pass}
      @choose-nodes=${this.#pass}
      @select-node=${this.#pass}
    ></cx-group-list>`;
  }

  #prompt({ detail: prompt }: CustomEvent<string>): void {
    const change: Change = (now) => ({ ...now, prompt });
    this.dispatchEvent(new CustomEvent<Change>("change-state", { detail: change }));
  }

  #pass(event: CustomEvent): void {
    passOn(this, event);
  }
}

function part(title: string, content: TemplateResult, open = true): TemplateResult {
  return html`<details ?open=${open}>
    <summary>${title}</summary>
    ${content}
  </details>`;
}
