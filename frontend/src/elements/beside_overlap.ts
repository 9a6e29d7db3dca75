/** What two circuits share, in words and by site. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { CircuitSummary, Overlap } from "../api/types";
import { base, tables } from "../styles/shared";
import { count, decimal, percent, plural } from "../text/format";

@customElement("cx-beside-overlap")
export class BesideOverlap extends LitElement {
  static override styles = [
    base,
    tables,
    css`
      section {
        margin-top: 22px;
        max-width: 820px;
      }
      h2 {
        margin-bottom: 6px;
        font-size: 15px;
      }
      p {
        margin-bottom: 10px;
      }
    `,
  ];

  @property({ attribute: false }) overlap!: Overlap;
  @property({ attribute: false }) left!: CircuitSummary;
  @property({ attribute: false }) right!: CircuitSummary;

  override render(): TemplateResult {
    const { sites, shared } = this.overlap;
    return html`<section aria-labelledby="overlap">
      <h2 id="overlap">What they share</h2>
      ${shared === null ? this.#apart() : this.#shared(shared)}
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Nodes at</th>
              <th scope="col" class="number">${this.left.slug}</th>
              <th scope="col" class="number">${this.right.slug}</th>
              ${shared === null ? nothing : html`<th scope="col" class="number">shared</th>`}
            </tr>
          </thead>
          <tbody>
            ${sites.map(
              (site) => html`<tr>
                <th scope="row"><code>${site.site}</code></th>
                <td class="number">${count(site.left)}</td>
                <td class="number">${count(site.right)}</td>
                ${site.shared === null
                  ? nothing
                  : html`<td class="number">${count(site.shared)}</td>`}
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  #apart(): TemplateResult {
    return html`<p>
      They belong to different checkpoints, where a name means another node: no node of one is a node
      of the other, even in the same place. What can be compared is how many there are at each site.
    </p>`;
  }

  #shared(shared: NonNullable<Overlap["shared"]>): TemplateResult {
    return html`<p>
      <strong>${plural(shared.nodes.length, "node")}</strong>, marked in both drawings
      (${percent(shared.node_overlap)} of those of either), and
      <strong>${plural(shared.edges.length, "kept edge")}</strong>
      (${percent(shared.edge_overlap)}). As many nodes drawn at random at each site would share
      ${decimal(shared.nodes_by_chance, 2)} on average.
    </p>`;
  }
}
