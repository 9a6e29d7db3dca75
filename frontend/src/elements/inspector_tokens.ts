/** The tokens that write the node's residual channel, and the logits that the channel moves. */
import { html } from "lit";
import type { TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { ChannelTokens, Token } from "../api/types";
import { plural, signed } from "../text/format";
import { InspectorSection } from "./inspector_section";
import { tokenText } from "./visible_text";

type Weighted = Token & { weight: number };

@customElement("cx-inspector-tokens")
export class InspectorTokens extends InspectorSection<ChannelTokens> {
  override readonly heading = "Tokens and logits of its channel";
  protected override readonly room = 300;

  protected override route(): string {
    return "/tokens";
  }

  protected override about(): string {
    return "What the embedding writes to the residual channel, and what the unembedding, times the final norm's weight, makes of it. Blocks between write and read it too.";
  }

  protected override fetchData(): Promise<ChannelTokens> {
    return need(api.GET("/api/circuits/{slug}/nodes/{node}/tokens", { params: { path: this.path } }));
  }

  protected override body(of: ChannelTokens): TemplateResult {
    return html`<div class="both">
      ${column("Written by", of.written, of.embedding)}
      ${column("Moves the logits of", of.moved, of.unembedding)}
    </div>`;
  }
}

function column(title: string, all: number, tokens: readonly Weighted[]): TemplateResult {
  const more = tokens.length < all ? `, the strongest ${tokens.length} shown` : "";
  return html`<div>
    <h4>${title} <span class="quiet small">${plural(all, "token")}${more}</span></h4>
    <div class="panel scroll" style="max-height: 290px" tabindex="0" role="region" aria-label=${title}>
      <table>
        <thead>
          <tr>
            <th scope="col">Token</th>
            <th scope="col" class="number">Weight</th>
          </tr>
        </thead>
        <tbody>
          ${tokens.map(
            ({ id, text, weight }) => html`<tr>
              <th scope="row">
                ${text === null || text === "" ? "" : tokenText(text)} <span class="quiet small">${id}</span>
              </th>
              <td class="number">
                <span class=${weight < 0 ? "negative" : "positive"}>${signed(weight)}</span>
              </td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </div>`;
}
