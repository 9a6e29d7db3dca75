/** Head of a circuit's page: which circuit, how large, how good; sharing and exporting. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { CircuitSummary, EvaluateResponse } from "../api/types";
import type { Answered } from "../state/answers";
import { besidePath } from "../state/beside";
import type { Exploration } from "../state/exploration";
import type { Words } from "../state/words";
import { base, chips, controls } from "../styles/shared";
import { count, lossBeside } from "../text/format";
import "./export_menu";
import { passOn } from "./pass_on";
import "./share_button";
import "./story_offer";

@customElement("cx-circuit-heading")
export class CircuitHeading extends LitElement {
  static override styles = [
    base,
    controls,
    chips,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 22px;
      }
      .title {
        min-width: 0;
        margin-right: auto;
      }
      h1 {
        font-size: 18px;
      }
      h1 a {
        color: inherit;
        text-decoration: none;
      }
      h1 a:hover {
        text-decoration: underline;
      }
      .over {
        font-size: var(--small);
        color: var(--ink-3);
        overflow-wrap: anywhere;
      }
      dl {
        display: flex;
        gap: 22px;
        margin: 0;
      }
      dl div {
        display: flex;
        flex-direction: column-reverse;
      }
      dt {
        font-size: var(--tiny);
        color: var(--ink-3);
      }
      dd {
        margin: 0;
        font-size: 17px;
        font-weight: 620;
        line-height: 1.25;
      }
      .actions {
        display: flex;
        gap: 8px;
      }
    `,
  ];

  @property({ attribute: false }) summary!: CircuitSummary;
  @property({ attribute: false }) exploration: Exploration | null = null;
  @property({ attribute: false }) words!: Words;
  @property({ attribute: false }) numbers!: Answered<EvaluateResponse>;

  override render(): TemplateResult {
    const c = this.summary;
    return html`<div class="title">
        <p class="over"><code>${c.slug}</code></p>
        <h1>
          <a href="/tasks/${c.task}">${c.task}</a>
          <span class="quiet" style="font-weight: 400">in</span>
          <a href="/checkpoints/${c.checkpoint}">${c.checkpoint}</a>
        </h1>
      </div>
      <dl>
        ${fact("induced edges", count(c.induced_edges))} ${fact("kept edges", count(c.kept_edges))}
        ${fact("nodes", count(c.node_count))}
        ${fact(
          c.meets_target ? `meets ${c.target_loss}` : `misses ${c.target_loss}`,
          lossBeside(c.task_loss, c.target_loss),
        )}
      </dl>
      ${c.stories > 0
        ? html`<cx-story-offer
            .words=${this.words}
            @change-state=${(event: CustomEvent) => passOn(this, event)}
          ></cx-story-offer>`
        : nothing}
      <div class="actions">
        <a class="button" href=${besidePath(c.slug, null)} title="Beside another circuit">Side by side</a>
        <cx-share-button
          .exploration=${this.exploration}
          .numbers=${this.numbers}
        ></cx-share-button>
        <cx-export-menu
          .summary=${c}
          .exploration=${this.exploration}
          @export-picture=${(event: CustomEvent) => passOn(this, event)}
        ></cx-export-menu>
        <button
          aria-label="Keys"
          title="Keys (?)"
          @click=${() => this.dispatchEvent(new Event("help"))}
        >
          ?
        </button>
      </div>`;
  }
}

function fact(name: string, value: string): TemplateResult {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}
