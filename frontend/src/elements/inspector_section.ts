/**
 * One section about a node: a heading, JSON beside it, and what it shows, fetched by itself when it
 * comes near. It is made anew for another node. Fires `inspect-node` with the name of another node.
 */
import { LitElement, css, html } from "lit";
import type { CSSResultGroup, TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import type { Split } from "../api/types";
import { base, chips, controls, skeleton, tables } from "../styles/shared";
import { inspectNode } from "./inspect_node";
import { Near } from "./near";
import { Resource } from "./resource";

/** What a section is about, and where other nodes are inspected. */
export interface Inspected {
  readonly slug: string;
  readonly node: string;
  readonly split: Split;
  readonly seed: number;
  readonly hrefOf: (node: string) => string;
}

export abstract class InspectorSection<T> extends LitElement {
  static override styles: CSSResultGroup = [
    base,
    controls,
    tables,
    chips,
    skeleton,
    css`
      .head {
        display: flex;
        align-items: baseline;
        gap: 10px;
      }
      h3 {
        font-size: 14px;
        font-weight: 620;
      }
      h4 {
        margin: 0 0 4px;
        font-size: 13px;
        font-weight: 560;
      }
      .head a {
        font-size: var(--small);
        text-decoration: none;
      }
      .head a:hover {
        text-decoration: underline;
      }
      .about {
        max-width: 100ch;
        margin-bottom: 8px;
        font-size: var(--small);
        color: var(--ink-3);
      }
      th,
      td {
        padding: 4px 10px;
      }
      .both {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr));
        gap: 14px 18px;
        align-items: start;
      }
      .both > * {
        min-width: 0;
      }
      .positive {
        color: var(--positive-text);
      }
      .negative {
        color: var(--negative-text);
      }
      .more {
        margin-top: 8px;
      }
    `,
  ];

  @property({ attribute: false }) of!: Inspected;
  @state() protected found: Resource<T> | null = null;

  abstract readonly heading: string;
  /** Where its JSON is, below /api/circuits/SLUG/nodes/NODE, with its query. */
  protected abstract route(): string;
  protected abstract about(): TemplateResult | string;
  protected abstract fetchData(): Promise<T>;
  protected abstract body(data: T): TemplateResult;
  /** Height that is kept free until the data come. */
  protected readonly room: number = 120;

  constructor() {
    super();
    new Near(this, () => {
      this.found ??= new Resource(this, () => this.fetchData());
    });
  }

  /** Of every request about the node. */
  protected get path(): { slug: string; node: string } {
    return { slug: this.of.slug, node: this.of.node };
  }

  override render(): TemplateResult {
    const href = `/api/circuits/${this.of.slug}/nodes/${this.of.node}${this.route()}`;
    const skeleton = (): TemplateResult =>
      html`<div role="status" aria-label="Loading ${this.heading}">
        <span class="skeleton" style="height: ${this.room}px"></span>
      </div>`;
    return html`<section aria-labelledby="heading">
      <div class="head">
        <h3 id="heading">${this.heading}</h3>
        <a href=${href} aria-label="JSON of ${this.heading}">JSON</a>
      </div>
      <p class="about">${this.about()}</p>
      ${this.found === null ? skeleton() : this.found.render((data) => this.body(data), skeleton)}
    </section>`;
  }

  /** A link to another node, followed without loading the page again. */
  protected nodeLink(node: string): TemplateResult {
    const follow = (event: MouseEvent): void => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      inspectNode(this, node);
    };
    return html`<a href=${this.of.hrefOf(node)} @click=${follow}><code>${node}</code></a>`;
  }
}
