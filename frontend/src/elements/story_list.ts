/**
 * The stories of a circuit, and a form for one more. Fires `change-state` to begin one.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { asProblem } from "../api/problem";
import type { Problem } from "../api/types";
import type { Change } from "../state/exploration";
import { goToStep, storyRead } from "../state/story";
import type { ToldStory, Words } from "../state/words";
import { STORY, newTarget } from "../state/words";
import type { Draft, WordsStore } from "../state/words_store";
import { lastAuthor } from "../state/words_store";
import { base, controls } from "../styles/shared";
import { instant, plural } from "../text/format";
import "./problem_panel";
import "./word_form";
import { wordStyles } from "./word_styles";

const build = ({ name, text }: Draft) => ({ kind: "story" as const, title: name, text });

@customElement("cx-story-list")
export class StoryList extends LitElement {
  static override styles = [
    base,
    controls,
    wordStyles,
    css`
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        padding-bottom: 12px;
      }
    `,
  ];

  @property({ attribute: false }) store!: WordsStore;
  @property({ attribute: false }) words!: Words;
  /** Target of the story whose title and text are written. */
  @state() private writing: string | null = null;
  @state() private problem: Problem | null = null;

  #begin(told: ToldStory): void {
    const detail = goToStep(told, 1);
    this.dispatchEvent(new CustomEvent<Change>("change-state", { detail }));
  }

  /** A new story is begun at once, so that its first step can be written. */
  #done(target: string): void {
    this.writing = null;
    const id = target.slice(STORY.length);
    const told = storyRead(this.store.words, { id, step: 1 });
    if (told?.steps.length === 0) this.#begin(told);
  }

  async #do(action: () => Promise<unknown>): Promise<void> {
    this.problem = null;
    try {
      await action();
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  override render(): TemplateResult {
    const { stories } = this.words;
    const { problem } = this.store;
    if (problem) {
      return html`<cx-problem
        .problem=${problem}
        @retry=${() => void this.store.load()}
      ></cx-problem>`;
    }
    const fresh = this.writing !== null && this.store.at(this.writing) === null;
    return html`${stories.length === 0
        ? html`<p class="quiet small">
            A story leads through the circuit: each step is the page in some state, and a text.
          </p>`
        : nothing}
      <ul>
        ${repeat(stories, (told) => told.word.target, (told) => this.#story(told))}
      </ul>
      ${fresh ? this.#form(this.writing ?? "") : nothing}
      ${this.writing === null
        ? html`<div class="buttons">
            <button @click=${() => (this.writing = newTarget(STORY))}>New story</button>
            ${this.#removed()}
          </div>`
        : nothing}
      ${this.problem ? html`<cx-problem no-retry .problem=${this.problem}></cx-problem>` : nothing}`;
  }

  #form(target: string): TemplateResult {
    return html`<cx-word-form
      .store=${this.store}
      .words=${this.words}
      .target=${target}
      .names=${["Title", "What it is about"]}
      .build=${build}
      @done=${() => this.#done(target)}
    ></cx-word-form>`;
  }

  #story(told: ToldStory): TemplateResult {
    const { word, steps } = told;
    const { title, text } = word.document;
    if (this.writing === word.target) return html`<li>${this.#form(word.target)}</li>`;
    return html`<li>
      <p class="name"><b>${title}</b></p>
      ${text === "" ? nothing : html`<p class="text">${text}</p>`}
      <p class="by">
        ${plural(steps.length, "step")} · ${word.author},
        <time datetime=${word.created}>${instant(word.created)}</time>
      </p>
      <div class="buttons">
        <button class="primary" aria-label="Read ${title}" @click=${() => this.#begin(told)}>
          ${steps.length === 0 ? "Write it" : "Read"}
        </button>
        <button aria-label="Edit ${title}" @click=${() => (this.writing = word.target)}>Edit</button>
        <button
          aria-label="Take ${title} away"
          @click=${() => void this.#do(() => this.store.remove(word, lastAuthor() || "no name"))}
        >
          Take away
        </button>
      </div>
    </li>`;
  }

  #removed(): TemplateResult | typeof nothing {
    const document = this.store.removed?.document;
    if (document?.kind !== "story") return nothing;
    return html`<span class="quiet small" role="status">“${document.title}” was taken away.</span>
      <button @click=${() => void this.#do(() => this.store.bringBack())}>Bring it back</button>`;
  }
}
