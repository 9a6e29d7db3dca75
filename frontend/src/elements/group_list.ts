/**
 * The named groups of nodes, and a form for one more. The graph draws a box around each. Fires
 * `select-node` with the name of a member, `choose-nodes` with all of them, `change-state` to draw
 * them as one.
 */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { asProblem } from "../api/problem";
import type { Problem } from "../api/types";
import type { Change } from "../state/exploration";
import { fold } from "../state/look";
import type { LabelWord, Words } from "../state/words";
import type { WordsStore } from "../state/words_store";
import { GROUP, newTarget } from "../state/words";
import { base, controls } from "../styles/shared";
import { plural } from "../text/format";
import "./problem_panel";
import "./word_card";
import { wordStyles } from "./word_styles";

/** Members listed at first. */
const MOST = 8;

@customElement("cx-group-list")
export class GroupList extends LitElement {
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
      .group {
        padding-bottom: 12px;
      }
      .members {
        margin-top: 6px;
        font-size: var(--small);
        line-height: 1.6;
      }
    `,
  ];

  @property({ attribute: false }) store!: WordsStore;
  @property({ attribute: false }) words!: Words;
  /** The chosen node; null if none is, or an edge. */
  @property() chosen: string | null = null;
  @property({ attribute: false }) ablated: ReadonlySet<string> = new Set();
  /** Nodes that are chosen together. */
  @property({ attribute: false }) together: ReadonlySet<string> = new Set();
  /** What is drawn as one. */
  @property({ attribute: false }) folded: ReadonlySet<string> = new Set();
  @state() private target: string | null = null;
  @state() private problem: Problem | null = null;

  override render(): TemplateResult {
    const { groups } = this.words;
    const { removed } = this.store;
    const { problem } = this.store;
    if (problem) {
      return html`<cx-problem
        .problem=${problem}
        @retry=${() => void this.store.load()}
      ></cx-problem>`;
    }
    return html`${groups.length === 0
        ? html`<p class="quiet small">
            A group gives several nodes one name and a box in the graph.
          </p>`
        : nothing}
      <ul>
        ${repeat(groups, (group) => group.target, (group) => this.#group(group))}
      </ul>
      ${this.target !== null
        ? html`<cx-word-card
            .store=${this.store}
            .words=${this.words}
            .target=${this.target}
            what="group"
            .addable=${this.#addable()}
            @done=${() => (this.target = null)}
          ></cx-word-card>`
        : html`<div class="buttons">
            <button @click=${() => (this.target = newTarget(GROUP))}>New group</button>
            ${removed?.target.startsWith(GROUP)
              ? html`<span class="quiet small" role="status">The group was taken away.</span>
                  <button @click=${() => void this.#bringBack()}>Bring it back</button>`
              : nothing}
          </div>`}
      ${this.problem ? html`<cx-problem .problem=${this.problem}></cx-problem>` : nothing}`;
  }

  async #bringBack(): Promise<void> {
    this.problem = null;
    try {
      await this.store.bringBack();
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  #fold(group: string): void {
    const detail: Change = (now) => ({
      ...now,
      look: fold(now.look, [group], !now.look.folded.has(group)),
    });
    this.dispatchEvent(new CustomEvent<Change>("change-state", { detail }));
  }

  #addable(): ReadonlyMap<string, readonly string[]> {
    const ways = new Map<string, readonly string[]>();
    if (this.chosen !== null) ways.set(`Add ${this.chosen}`, [this.chosen]);
    if (this.together.size > 0) {
      ways.set(`Add ${plural(this.together.size, "chosen node")}`, [...this.together]);
    }
    if (this.ablated.size > 0) {
      ways.set(`Add ${plural(this.ablated.size, "ablated node")}`, [...this.ablated]);
    }
    return ways;
  }

  #group(group: LabelWord): TemplateResult {
    const members = group.document.members ?? [];
    const left = members.length - MOST;
    return html`<li class="group">
      <cx-word-card
        .store=${this.store}
        .words=${this.words}
        .target=${group.target}
        what="group"
        .addable=${this.#addable()}
      ></cx-word-card>
      <p class="members">
        ${members.slice(0, MOST).map(
          (node) =>
            html`<button
                class="link"
                @click=${() => this.dispatchEvent(new CustomEvent("select-node", { detail: node }))}
              >
                <code>${node}</code></button
              >${" "}`,
        )}
        ${left > 0 ? `and ${left} more` : nothing}
      </p>
      <div class="buttons">
        <button
          aria-pressed=${this.folded.has(group.target)}
          title="Draws the group as one node, or its nodes again (G)"
          @click=${() => this.#fold(group.target)}
        >
          Draw as one
        </button>
        <button
          title="Chooses its nodes, for what is done to several"
          @click=${() =>
            this.dispatchEvent(new CustomEvent("choose-nodes", { detail: new Set(members) }))}
        >
          Choose its nodes
        </button>
      </div>
    </li>`;
  }
}
