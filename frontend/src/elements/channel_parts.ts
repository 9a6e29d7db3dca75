/** Each channel's part of one query's scores: a strip of keys, and the key it favours most. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import type { HeadAttention, HeadSide } from "../api/types";
import { heat, largest } from "../drawing/heat";
import { nodeName } from "../state/node_name";
import { base, chips, tables } from "../styles/shared";
import { plural, signed } from "../text/format";
import { inspectNode } from "./inspect_node";
import { tokenText } from "./visible_text";

/** Channels are listed from this share of the largest part on. */
const WORTH_LISTING = 0.01;

@customElement("cx-channel-parts")
export class ChannelParts extends LitElement {
  static override styles = [
    base,
    tables,
    chips,
    css`
      .panel {
        max-height: 330px;
        overflow: auto;
      }
      th,
      td {
        padding: 3px 8px;
        white-space: nowrap;
      }
      td:nth-child(2) {
        width: 60%;
      }
      .keys {
        display: flex;
        min-width: 70px;
        height: 12px;
        background: var(--surface-2);
        border: 1px solid var(--line);
      }
      .keys i {
        flex: 1;
      }
      .own {
        background: var(--accent-wash);
      }
      .token {
        display: inline-block;
        max-width: 9ch;
        overflow: hidden;
        text-overflow: ellipsis;
        vertical-align: bottom;
      }
    `,
  ];

  @property({ attribute: false }) head!: HeadAttention;
  @property({ attribute: false }) side!: HeadSide;
  /** The inspected node. */
  @property() node = "";
  @property() label = "";
  @property({ attribute: false }) hrefOf!: (node: string) => string;

  override render(): TemplateResult {
    const { channels, scores } = this.side;
    const title = `${this.label}: scores of token ${this.head.query} by channel`;
    const most = largest(scores, ...channels.map((each) => each.scores));
    const listed = channels.filter((each) => largest(each.scores) >= WORTH_LISTING * most);
    const weaker = channels.length - listed.length;
    return html`<div class="panel" tabindex="0" role="region" aria-label=${title}>
      <table>
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col">Part of the scores, by key</th>
            <th scope="col" class="number">Largest</th>
            <th scope="col">At</th>
          </tr>
        </thead>
        <tbody>
          ${listed.map(({ channel, scores: parts, q_in_circuit, k_in_circuit }) =>
            this.#row(this.#ends(channel, q_in_circuit, k_in_circuit), parts, most, channel),
          )}
          ${this.#row(html`sum`, scores, most, null)}
        </tbody>
      </table>
    </div>
    ${weaker > 0 ? html`<p class="small quiet">and ${plural(weaker, "weaker channel")}</p>` : nothing}`;
  }

  #row(
    name: TemplateResult,
    scores: readonly number[],
    most: number,
    channel: number | null,
  ): TemplateResult {
    const key = scores.reduce((a, value, i) => (Math.abs(value) > Math.abs(scores[a] ?? 0) ? i : a), 0);
    const { first_channel, tokens } = this.head;
    const own = channel !== null && nodeName(this.node)?.index === first_channel + channel;
    return html`<tr class=${own ? "own" : ""}>
      <th scope="row">${name}</th>
      <td>
        <div class="keys">
          ${scores.map((value) => html`<i style=${styleMap({ background: heat(value, most) })}></i>`)}
        </div>
      </td>
      <td class="number">${signed(scores[key] ?? 0, 2)}</td>
      <td>${tokens[key] ? tokenText(tokens[key].text) : nothing} <span class="quiet small">${key}</span></td>
    </tr>`;
  }

  /** The channel's number, with links to its query and its key node. */
  #ends(channel: number, q: boolean, k: boolean): TemplateResult {
    const layer = nodeName(this.node)?.layer ?? 0;
    const link = (side: "q" | "k", kept: boolean): TemplateResult => {
      const node = `${layer}.attn.${side}.${this.head.first_channel + channel}`;
      const follow = (event: MouseEvent): void => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        inspectNode(this, node);
      };
      const where = kept ? "in the circuit" : "outside the circuit";
      return html`<a
        href=${this.hrefOf(node)}
        title="${node}, ${where}"
        aria-label="${node}, ${where}"
        @click=${follow}
        >${side}${kept ? "●" : "○"}</a
      >`;
    };
    return html`${channel} ${link("q", q)} ${link("k", k)}`;
  }
}
