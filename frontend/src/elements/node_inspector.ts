/**
 * Everything about the chosen node, section by section. Each is fetched by itself when it comes
 * near. Fires `inspect-node` with the name of another node.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";

import type { Exploration } from "../state/exploration";
import { isEdgeName } from "../state/exploration";
import { isOfHead, isResidual, nodeName, nodeWords } from "../state/node_name";
import { toUrl } from "../state/url";
import type { Words } from "../state/words";
import { NO_WORDS } from "../state/words";
import { base, controls } from "../styles/shared";
import { inspectNode } from "./inspect_node";
import "./inspector_attention";
import "./inspector_circuits";
import "./inspector_edges";
import "./inspector_effect";
import "./inspector_facts";
import "./inspector_pairs";
import "./inspector_predicate";
import "./inspector_sample";
import type { Inspected } from "./inspector_section";
import "./inspector_tokens";

@customElement("cx-node-inspector")
export class NodeInspector extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        padding: 16px 22px 48px;
      }
      h2 {
        font-size: 17px;
        overflow-wrap: anywhere;
      }
      .what {
        margin-bottom: 14px;
        color: var(--ink-2);
      }
      .sections {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 24px 28px;
        align-items: start;
      }
      .wide {
        grid-column: 1 / -1;
      }
      .sections > * {
        min-width: 0;
      }
      @media (max-width: 900px) {
        .sections {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) exploration!: Exploration;
  @property({ attribute: false }) words: Words = NO_WORDS;
  @query("h2") private readonly heading!: HTMLElement | null;
  /** A link in here was followed: what it led to is read from its beginning. */
  #followed = false;

  constructor() {
    super();
    this.addEventListener("inspect-node", () => (this.#followed = true));
  }

  protected override updated(): void {
    if (!this.#followed) return;
    this.#followed = false;
    this.heading?.focus();
  }

  override render(): TemplateResult {
    const { selection } = this.exploration;
    const name = nodeName(selection);
    if (selection === null || name === null) return this.#nothing(selection);
    const { slug, split, seed } = this.exploration;
    const of: Inspected = { slug, node: selection, split, seed, hrefOf: this.#hrefOf };
    return html`<h2 tabindex="-1">${selection}</h2>
      <p class="what">${nodeWords(name)}</p>
      ${keyed(
        [slug, selection, split, seed].join(" "),
        html`<div class="sections">
          <cx-inspector-facts .of=${of}></cx-inspector-facts>
          <cx-inspector-effect .of=${of}></cx-inspector-effect>
          <cx-inspector-edges class="wide" .of=${of}></cx-inspector-edges>
          <cx-inspector-pairs class="wide" .of=${of}></cx-inspector-pairs>
          ${isOfHead(name)
            ? html`<cx-inspector-attention class="wide" .of=${of}></cx-inspector-attention>`
            : nothing}
          ${isResidual(name)
            ? html`<cx-inspector-tokens class="wide" .of=${of}></cx-inspector-tokens>`
            : nothing}
          <cx-inspector-predicate
            class="wide"
            .of=${of}
            .word=${this.words.labels.get(selection) ?? null}
          ></cx-inspector-predicate>
          <cx-inspector-sample class="wide" .of=${of}></cx-inspector-sample>
          <cx-inspector-circuits class="wide" .of=${of}></cx-inspector-circuits>
        </div>`,
      )}`;
  }

  readonly #hrefOf = (node: string): string =>
    toUrl({ ...this.exploration, view: "node", selection: node });

  /** In the place of a node: how to come to one. */
  #nothing(selection: string | null): TemplateResult {
    if (!isEdgeName(selection)) {
      return html`<p>
        ${selection === null ? "No node is chosen." : `${selection} is no node.`} Choose one in the
        graph, in the table or by the search field; its name in the address is a link to it.
      </p>`;
    }
    const ends = selection.split(">");
    return html`<p>An edge is chosen. Its ends:</p>
      <p>
        ${ends.map(
          (node) => html`<button @click=${() => inspectNode(this, node)}>${node}</button> `,
        )}
      </p>`;
  }
}
