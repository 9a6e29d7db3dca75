/** Offers the stories of a circuit at once. Fires `change-state` to begin one. */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { Change } from "../state/exploration";
import { goToStep } from "../state/story";
import type { ToldStory, Words } from "../state/words";
import { base, controls } from "../styles/shared";
import { plural } from "../text/format";

@customElement("cx-story-offer")
export class StoryOffer extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        min-width: 150px;
        min-height: 32px;
      }
      button {
        display: block;
        max-width: clamp(150px, 16vw, 250px);
        text-align: left;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];

  @property({ attribute: false }) words!: Words;

  #begin(told: ToldStory): void {
    const detail = goToStep(told, 1);
    this.dispatchEvent(new CustomEvent<Change>("change-state", { detail }));
  }

  override render(): TemplateResult {
    const told = this.words.stories.filter(({ steps }) => steps.length > 0);
    return html`${told.map((story) => {
      const { title } = story.word.document;
      const words = `Story: ${title}, ${plural(story.steps.length, "step")}`;
      return html`<button title=${words} @click=${() => this.#begin(story)}>${words}</button>`;
    })}`;
  }
}
