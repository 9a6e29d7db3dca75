/**
 * Writes the steps of a story: a new one from the page as it is, another text, another state,
 * another place; takes a step away and brings it back. Fires `change-state`.
 */
import { LitElement, html, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { asProblem } from "../api/problem";
import type { EvaluateResponse, Problem, Step } from "../api/types";
import type { Answered } from "../state/answers";
import type { Change, Exploration } from "../state/exploration";
import { goToStep, numbersOf, placeAt, placeMoved, storyRead, textOf } from "../state/story";
import type { StepWord, ToldStory } from "../state/words";
import { STEP, newTarget } from "../state/words";
import type { Draft, Saved, WordsStore } from "../state/words_store";
import { lastAuthor } from "../state/words_store";
import { base, controls } from "../styles/shared";
import "./problem_panel";
import "./word_form";
import { wordStyles } from "./word_styles";

/** A step that is being written: where it will stand, and what a new one shows. */
interface Writing {
  readonly target: string;
  readonly fresh: Pick<Step, "place" | "state" | "numbers"> | null;
}

@customElement("cx-story-writing")
export class StoryWriting extends LitElement {
  static override styles = [base, controls, wordStyles];

  @property({ attribute: false }) exploration!: Exploration;
  @property({ attribute: false }) store!: WordsStore;
  @property({ attribute: false }) told!: ToldStory;
  /** The step that is read. */
  @property({ attribute: false }) step: StepWord | null = null;
  @property({ attribute: false }) numbers!: Answered<EvaluateResponse>;
  @state() private writing: Writing | null = null;
  @state() private problem: Problem | null = null;
  @state() private said = "";

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("step");
    if (before === undefined || before?.target === this.step?.target) return;
    this.said = "";
    this.problem = null;
    if (this.writing?.fresh === null) this.writing = null;
  }

  get #at(): number {
    return this.exploration.story?.step ?? 1;
  }

  /** The page as it is now, as a step keeps it. */
  #page(): Pick<Step, "state" | "numbers"> {
    return { state: textOf(this.exploration), numbers: numbersOf(this.numbers.answer) };
  }

  #add(): void {
    const place = placeAt(this.told.steps, this.step === null ? this.told.steps.length : this.#at);
    this.writing = { target: newTarget(STEP), fresh: { place, ...this.#page() } };
  }

  readonly #build = ({ name, text }: Draft): Step => {
    const { target, fresh } = this.writing!;
    const word = this.store.at(target);
    const present = word?.document?.kind === "step" ? word.document : this.step?.document;
    const kept = fresh ?? present!;
    return {
      kind: "step",
      story: this.told.word.target,
      title: name,
      text,
      place: kept.place,
      state: kept.state,
      numbers: kept.numbers ?? null,
    };
  };

  /** A new step is gone to when it is saved. */
  #done(): void {
    const { writing } = this;
    this.writing = null;
    if (writing?.fresh) this.#goTo(writing.target);
  }

  /** Goes to a step, or if it is not there, stays near. */
  #goTo(target: string): void {
    const told = storyRead(this.store.words, this.exploration.story);
    if (told === null) return;
    const at = told.steps.findIndex((step) => step.target === target);
    if (at < 0 && target !== this.step?.target) return;
    const detail = goToStep(told, at < 0 ? this.#at : at + 1);
    this.dispatchEvent(new CustomEvent<Change>("change-state", { detail }));
  }

  /** Saves at once; who comes too late hears of it, and nothing is saved. */
  async #do(said: string, action: () => Promise<Saved>): Promise<void> {
    const target = this.step?.target ?? "";
    this.problem = null;
    try {
      const heard = await action();
      const late = "theirs" in heard;
      this.said = late
        ? "Somebody else changed this step meanwhile. Nothing of yours was saved: look at theirs, then do it again."
        : said;
      if (!late) this.#goTo(target);
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  #saveAs(step: StepWord, part: Partial<Step>): Promise<Saved> {
    const document = { ...step.document, ...part };
    return this.store.save(step.target, document, step.version, lastAuthor() || "no name");
  }

  async #bringBack(): Promise<void> {
    try {
      await this.store.bringBack();
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  override render(): TemplateResult {
    const { writing, step } = this;
    if (writing) {
      return html`<cx-word-form
        .store=${this.store}
        .words=${this.store.words}
        .target=${writing.target}
        .names=${["Title", "Text"]}
        .longest=${8000}
        .build=${this.#build}
        @done=${this.#done}
      ></cx-word-form>`;
    }
    return html`<div class="buttons" role="group" aria-label="Write the story">
        <button ?disabled=${this.numbers.stale} @click=${this.#add}>
          Add a step from the page as it is now
        </button>
        ${step ? this.#ofStep(step) : nothing}
      </div>
      <p class="small" role="status">${this.said} ${this.#removed()}</p>
      ${this.problem ? html`<cx-problem no-retry .problem=${this.problem}></cx-problem>` : nothing}`;
  }

  #ofStep(step: StepWord): TemplateResult {
    const { steps } = this.told;
    const index = this.#at - 1;
    const move = (by: -1 | 1): void =>
      void this.#do("Moved.", () => this.#saveAs(step, { place: placeMoved(steps, index, by) }));
    return html`<button @click=${() => (this.writing = { target: step.target, fresh: null })}>
        Edit the text
      </button>
      <button
        ?disabled=${this.numbers.stale}
        @click=${() => void this.#do("Saved.", () => this.#saveAs(step, this.#page()))}
      >
        Let it show the page as it is now
      </button>
      <button ?disabled=${index === 0} @click=${() => move(-1)}>Move earlier</button>
      <button ?disabled=${index === steps.length - 1} @click=${() => move(1)}>Move later</button>
      <button
        @click=${() =>
          void this.#do("", () => this.store.remove(step, lastAuthor() || "no name"))}
      >
        Take the step away
      </button>`;
  }

  #removed(): TemplateResult | typeof nothing {
    const document = this.store.removed?.document;
    if (document?.kind !== "step" || document.story !== this.told.word.target) return nothing;
    return html`“${document.title}” was taken away.
      <button @click=${() => void this.#bringBack()}>Bring it back</button>`;
  }
}
