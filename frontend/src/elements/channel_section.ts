/**
 * Columns of the embedding and unembedding: for a residual channel the tokens that write it and
 * the logits it moves, for a token the channels. `?channel=17` and `?token=5` are links to them.
 */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import { api, need } from "../api/client";
import type { ChannelCounts, ChannelTokens, Token, TokenChannels } from "../api/types";
import type { Looked } from "../state/anatomy";
import { busiest, lookedFrom, lookedQuery, whole } from "../state/anatomy";
import { decimal, plural, signed } from "../text/format";
import { ChannelFigure } from "./channel_figure";
import { CheckpointSection } from "./checkpoint_section";
import { Resource } from "./resource";
import "./token_search";
import { tokenText } from "./visible_text";

type Columns = ChannelTokens | TokenChannels;

interface Weight {
  readonly name: TemplateResult;
  readonly key: string;
  readonly weight: number;
}

/** One side of what is looked at: how many weights are nonzero, and the strongest of them. */
interface Column {
  readonly title: string;
  readonly count: number;
  readonly rows: readonly Weight[];
}

@customElement("cx-channel-section")
export class ChannelSection extends CheckpointSection<ChannelCounts> {
  static override styles = [
    CheckpointSection.styles,
    css`
      .choose {
        align-items: flex-start;
        gap: 12px 28px;
      }
      .choose > div {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      input[type="number"] {
        width: 92px;
      }
      .both {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(380px, 100%), 1fr));
        gap: 20px;
        align-items: start;
      }
      .both > div {
        min-width: 0;
      }
      h3 {
        margin: 6px 0 8px;
        font-size: 14px;
        font-weight: 620;
      }
      h4 {
        margin: 0 0 6px;
        font-size: 13px;
        font-weight: 560;
      }
      .what::first-letter {
        text-transform: uppercase;
      }
      td.bar {
        width: 45%;
      }
      .bar i.negative {
        background: var(--negative);
      }
      .bar i {
        background: var(--positive);
      }
    `,
  ];

  override readonly heading = "Embedding and unembedding by channel";
  protected override readonly route = "channels";
  protected override readonly room = 720;
  @state() private looked: Looked = lookedFrom(location.search);
  readonly #figure = new ChannelFigure();
  #shown: Resource<Columns> | null = null;

  constructor() {
    super();
    this.#figure.slot = "figure";
    this.#figure.addEventListener("pick-channel", (event) => {
      this.#look({ channel: (event as CustomEvent<number>).detail });
    });
  }

  protected override async fetchData(): Promise<ChannelCounts> {
    const params = { path: { name: this.checkpoint } };
    const counts = await need(api.GET("/api/checkpoints/{name}/channels", { params }));
    this.looked ??= { channel: busiest(counts.written, counts.moved) };
    this.#shown ??= new Resource(this, () => this.#fetchShown());
    return counts;
  }

  #fetchShown(): Promise<Columns> {
    const name = this.checkpoint;
    const looked = this.looked ?? { channel: 0 };
    if ("channel" in looked) {
      const params = { path: { name, channel: looked.channel } };
      return need(api.GET("/api/checkpoints/{name}/channels/{channel}", { params }));
    }
    const params = { path: { name, token: looked.token } };
    return need(api.GET("/api/checkpoints/{name}/tokens/{token}", { params }));
  }

  protected override updated(): void {
    super.updated();
    if (this.data === null) return;
    this.#figure.counts = this.data;
    const { looked } = this;
    this.#figure.chosen = looked !== null && "channel" in looked ? looked.channel : null;
    if (!this.#figure.isConnected) this.append(this.#figure);
  }

  #look(looked: Looked): void {
    this.looked = looked;
    history.replaceState(null, "", `${lookedQuery(looked)}#${this.id}`);
    void this.#shown?.reload();
  }

  protected override about(): string {
    return "Which tokens write a residual channel, by its column of the embedding, and whose logits it moves, by its column of the unembedding times the final norm's weight. The bigram table and the logits' bias belong to no channel.";
  }

  protected override body(counts: ChannelCounts): TemplateResult {
    const { looked } = this;
    const channel = looked !== null && "channel" in looked ? String(looked.channel) : "";
    return html`<div class="choose">
        <div>
          <label for="channel">Channel</label>
          <input
            id="channel"
            type="number"
            min="0"
            max=${counts.written.length - 1}
            step="1"
            .value=${channel}
            @input=${this.#typed}
          />
          <span class="quiet small">of 0 to ${counts.written.length - 1}</span>
        </div>
        <cx-token-search
          .checkpoint=${this.checkpoint}
          @pick-token=${(event: CustomEvent<number>) => this.#look({ token: event.detail })}
        ></cx-token-search>
      </div>
      <div class="panel figure"><slot name="figure"></slot></div>
      <div aria-live="polite">${this.#shown?.render((columns) =>
          "token" in columns ? this.#token(columns) : this.#channel(columns),
        ) ?? nothing}</div>`;
  }

  #typed(event: Event): void {
    const channel = whole((event.target as HTMLInputElement).value);
    if (channel !== null) this.#look({ channel });
  }

  #channel(of: ChannelTokens): TemplateResult {
    const row = (each: Token & { weight: number }): Weight => ({
      name: this.#link({ token: each.id }, shown(each)),
      key: String(each.id),
      weight: each.weight,
    });
    return html`<h3>Channel ${of.channel}</h3>
      ${both(
        "token",
        { title: "Written by", count: of.written, rows: of.embedding.map(row) },
        { title: "Moves the logits of", count: of.moved, rows: of.unembedding.map(row) },
      )}`;
  }

  #token(of: TokenChannels): TemplateResult {
    const row = ({ channel, weight }: { channel: number; weight: number }): Weight => ({
      name: this.#link({ channel }, html`${channel}`),
      key: "",
      weight,
    });
    return html`<h3>Token ${shown(of.token)} <span class="quiet small">#${of.token.id}</span></h3>
      ${both(
        "channel",
        { title: "Writes", count: of.written, rows: of.embedding.map(row) },
        { title: "Its logit is moved by", count: of.moved_by, rows: of.unembedding.map(row) },
      )}`;
  }

  /** A link that is followed without loading the page again. */
  #link(looked: NonNullable<Looked>, words: TemplateResult): TemplateResult {
    const follow = (event: MouseEvent): void => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#look(looked);
    };
    return html`<a href="${lookedQuery(looked)}#${this.id}" @click=${follow}>${words}</a>`;
  }
}

/** A token's text, or its number where it has none. */
function shown({ id, text }: Token): TemplateResult {
  return text === null || text === "" ? html`#${id}` : tokenText(text);
}

/** What the two matrices hold of a channel, by token, or of a token, by channel. */
function both(what: string, embedding: Column, unembedding: Column): TemplateResult {
  return html`<div class="both">
    ${weights(what, "embedding", embedding)}${weights(what, "unembedding", unembedding)}
  </div>`;
}

/** Signed weights of a matrix, strongest first, each beside a bar. */
function weights(what: string, matrix: string, { title, count, rows }: Column): TemplateResult {
  const all = `${plural(count, what)} with a nonzero ${matrix} weight`;
  const largest = Math.max(...rows.map(({ weight }) => Math.abs(weight)), Number.MIN_VALUE);
  return html`<div>
    <h4>${title} <span class="quiet small">${all}${rows.length === 0 ? "" : ", strongest first"}</span></h4>
    ${rows.length === 0
      ? html`<p class="panel empty">No weight of it is nonzero.</p>`
      : html`<div class="panel scroll" tabindex="0" role="region" aria-label=${title}>
          <table>
            <thead>
              <tr>
                <th scope="col" class="what">${what}</th>
                <th scope="col" class="number">Weight</th>
                <th scope="col"><span class="visually-hidden">Weight as a bar</span></th>
              </tr>
            </thead>
            <tbody>
              ${rows.map(({ name, key, weight }) => {
                const width = { width: `${(100 * Math.abs(weight)) / largest}%` };
                return html`<tr>
                  <th scope="row">${name} <span class="quiet small">${key}</span></th>
                  <td class="number" title=${decimal(weight, 6)}>${signed(weight)}</td>
                  <td class="bar"><i class=${weight < 0 ? "negative" : ""} style=${styleMap(width)}></i></td>
                </tr>`;
              })}
            </tbody>
          </table>
        </div>`}
  </div>`;
}
