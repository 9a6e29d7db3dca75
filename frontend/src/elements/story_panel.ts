/**
 * The story that is read, beside the graph: one step at a time, with the buttons that write it.
 * Fires `change-state` with a way from one state to the next.
 */
import { LitElement, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { EvaluateResponse } from "../api/types";
import type { Answered } from "../state/answers";
import type { Change, Exploration } from "../state/exploration";
import { asksTheSame, goToStep, leaveStory, stateOf, storyRead } from "../state/story";
import { stepUrl } from "../state/url";
import type { StepWord, ToldStory, Words } from "../state/words";
import type { WordsStore } from "../state/words_store";
import { base, chips, controls } from "../styles/shared";
import { instant } from "../text/format";
import "./problem_panel";
import "./reproduced_note";
import { storyStyles } from "./story_styles";
import "./story_writing";
import { wordStyles } from "./word_styles";

@customElement("cx-story-panel")
export class StoryPanel extends LitElement {
  static override styles = [base, controls, chips, wordStyles, storyStyles];

  @property({ attribute: false }) exploration!: Exploration;
  @property({ attribute: false }) store!: WordsStore;
  @property({ attribute: false }) words!: Words;
  @property({ attribute: false }) numbers!: Answered<EvaluateResponse>;
  @state() private writing = false;

  #change(change: Change): void {
    this.dispatchEvent(new CustomEvent<Change>("change-state", { detail: change }));
  }

  override render(): TemplateResult {
    const told = storyRead(this.words, this.exploration.story);
    return html`<section aria-label="Story">
      ${told === null ? this.#missing() : this.#told(told)}
    </section>`;
  }

  #missing(): TemplateResult {
    const { loaded, problem } = this.store;
    if (problem) {
      return html`<cx-problem
        .problem=${problem}
        @retry=${() => void this.store.load()}
      ></cx-problem>`;
    }
    return html`<p class="quiet" role="status">
        ${loaded
          ? "This story is not here. It may have been taken away."
          : "Loading the story …"}
      </p>
      ${this.#leave()}`;
  }

  #leave(): TemplateResult {
    return html`<button
      title="The page stays as it is"
      @click=${() => this.#change(leaveStory)}
    >Leave</button>`;
  }

  #told(told: ToldStory): TemplateResult {
    const at = this.exploration.story?.step ?? 1;
    const step = told.steps[at - 1] ?? null;
    return html`<header>
        <p class="over">${told.word.document.title}</p>
        <p class="count" role="status">
          ${told.steps.length === 0 ? "no steps yet" : `step ${at} of ${told.steps.length}`}
        </p>
      </header>
      ${step ? this.#step(step) : this.#noStep(told)}
      <div class="buttons">
        ${this.#go(told, at - 1, "← Previous", "Previous step", at > 1)}
        ${this.#go(told, at + 1, "Next →", "Next step", at < told.steps.length)} ${this.#leave()}
        <button
          class="write"
          aria-expanded=${this.writing}
          @click=${() => (this.writing = !this.writing)}
        >
          Write
        </button>
      </div>
      ${this.writing
        ? html`<cx-story-writing
            .exploration=${this.exploration}
            .store=${this.store}
            .told=${told}
            .step=${step}
            .numbers=${this.numbers}
            @change-state=${({ detail }: CustomEvent<Change>) => this.#change(detail)}
          ></cx-story-writing>`
        : nothing}`;
  }

  /** A button that keeps the focus at the ends of the story, where it does nothing. */
  #go(told: ToldStory, to: number, words: string, label: string, able: boolean): TemplateResult {
    return html`<button
      class=${to > (this.exploration.story?.step ?? 1) ? "primary" : ""}
      aria-label=${label}
      aria-disabled=${!able}
      title="Arrow keys do the same"
      @click=${() => able && this.#change(goToStep(told, to))}
    >
      ${words}
    </button>`;
  }

  #step(step: StepWord): TemplateResult {
    const { exploration } = this;
    const { title, text, numbers } = step.document;
    const asWritten = asksTheSame(exploration, stateOf(exploration.slug, step));
    const href = exploration.story ? stepUrl(exploration.slug, exploration.story) : "";
    return html`<h2>${title}</h2>
      <p class="text">${text}</p>
      <p class="by">
        ${step.author}, <time datetime=${step.created}>${instant(step.created)}</time> ·
        <a href=${href}>link to this step</a>
      </p>
      ${asWritten ? this.#reproduced(numbers) : this.#changed()}`;
  }

  #reproduced(numbers: StepWord["document"]["numbers"]): TemplateResult | typeof nothing {
    return numbers
      ? html`<cx-reproduced-note
          .saved=${numbers}
          .numbers=${this.numbers}
        ></cx-reproduced-note>`
      : nothing;
  }

  #changed(): TemplateResult {
    const { story } = this.exploration;
    const again = (): void => {
      const told = storyRead(this.words, story);
      if (told !== null && story !== null) this.#change(goToStep(told, story.step));
    };
    return html`<p class="changed">
      The page was changed since.
      <button class="link" @click=${again}>As the step has it</button>
    </p>`;
  }

  #noStep(told: ToldStory): TemplateResult {
    return told.steps.length === 0
      ? html`<p class="quiet small">
          Put the page into a state that shows something, then write a step about it.
        </p>`
      : html`<p>
          The story has no such step.
          <button @click=${() => this.#change(goToStep(told, 1))}>First step</button>
        </p>`;
  }
}
