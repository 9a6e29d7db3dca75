/**
 * One section of a checkpoint's page: a heading that can be linked to, JSON beside it, and what it
 * shows, fetched when the reader comes near. Its `id` is the fragment of its links.
 *
 * A figure is drawn in the light DOM of its section, in the slot `figure`: see plotly_figure.ts.
 */
import { LitElement, css, html } from "lit";
import type { CSSResultGroup, TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { base, chips, controls, skeleton, tables } from "../styles/shared";
import { Near } from "./near";
import { Resource } from "./resource";

export abstract class CheckpointSection<T> extends LitElement {
  static override styles: CSSResultGroup = [
    base,
    controls,
    tables,
    chips,
    skeleton,
    css`
      :host {
        margin-top: 30px;
        scroll-margin-top: 14px;
      }
      .head {
        display: flex;
        align-items: baseline;
        gap: 10px;
        margin-bottom: 4px;
      }
      .head h2 {
        font-size: 15px;
      }
      .head a {
        font-size: var(--small);
        text-decoration: none;
      }
      .head a:hover {
        text-decoration: underline;
      }
      .about {
        max-width: 110ch;
        margin-bottom: 10px;
        font-size: 13px;
        color: var(--ink-2);
      }
      .empty {
        padding: 26px 24px;
        color: var(--ink-2);
      }
      .panel > .skeleton {
        border-radius: var(--radius);
      }
      .tall {
        max-height: 520px;
        overflow: auto;
      }
      .tall thead th,
      .tall tfoot > tr > * {
        position: sticky;
        background: var(--surface);
      }
      .tall thead th {
        top: 0;
        z-index: 1;
      }
      .tall tfoot > tr > * {
        bottom: 0;
        border-top: 1px solid var(--line-2);
        font-weight: 620;
      }
      td,
      th {
        padding-block: 4px;
      }
      td.bar {
        min-width: 90px;
        width: 34%;
      }
      .bar i {
        display: block;
        height: 9px;
        min-width: 1px;
        border-radius: 1px;
        background: var(--accent);
      }
      .choose {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        margin-bottom: 10px;
      }
      .figure {
        padding: 8px 6px 0;
        margin-bottom: 12px;
      }
    `,
  ];

  /** Name of the checkpoint. */
  @property() checkpoint = "";
  @state() private found: Resource<T> | null = null;
  #arrived = false;

  constructor() {
    super();
    new Near(this, () => {
      this.found ??= new Resource(this, () => this.fetchData());
    });
  }

  abstract readonly heading: string;
  /** Where its JSON is, below /api/checkpoints/NAME/. */
  protected abstract readonly route: string;
  /** What is counted how, in a sentence or two. */
  protected abstract about(): TemplateResult | string;
  protected abstract fetchData(): Promise<T>;
  /** What there is to see, or the words why there is nothing. */
  protected abstract body(data: T): TemplateResult;
  /** Height that is kept free until the data come. */
  protected readonly room: number = 320;

  protected get data(): T | null {
    return this.found?.data ?? null;
  }

  protected override updated(): void {
    if (this.#arrived || this.data === null) return;
    this.#arrived = true;
    // What came above it may have moved it away.
    if (location.hash === `#${this.id}`) this.scrollIntoView();
  }

  override render(): TemplateResult {
    const href = `/api/checkpoints/${encodeURIComponent(this.checkpoint)}/${this.route}`;
    return html`<section aria-labelledby="heading">
      <div class="head">
        <h2 id="heading">${this.heading}</h2>
        <a href="#${this.id}" aria-label="Link to ${this.heading}">#</a>
        <a href=${href} aria-label="JSON of ${this.heading}">JSON</a>
      </div>
      <p class="about">${this.about()}</p>
      ${this.found === null ? this.#skeleton() : this.found.render(
            (data) => this.body(data),
            () => this.#skeleton(),
          )}
    </section>`;
  }

  #skeleton(): TemplateResult {
    return html`<div class="panel" role="status" aria-label="Loading ${this.heading}">
      <span class="skeleton" style="height: ${this.room}px"></span>
    </div>`;
  }
}

/** In the place of what is not there. */
export function nothingThere(words: TemplateResult | string): TemplateResult {
  return html`<p class="panel empty">${words}</p>`;
}
