/** The node's edges with weights: those in the circuit, the strongest outside it, and how many. */
import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { NodeEdgeEnd, NodeEdgeSide, NodeEdges } from "../api/types";
import { count, plural, signed } from "../text/format";
import { InspectorSection } from "./inspector_section";

/** Edges of the circuit listed before the rest is asked for. */
const FEW = 12;

@customElement("cx-inspector-edges")
export class InspectorEdges extends InspectorSection<NodeEdges> {
  override readonly heading = "Edges";
  @state() private all = false;
  @state() private outside = false;

  protected override route(): string {
    return "/edges";
  }

  protected override about(): string {
    return "Nonzero weights into and out of the node, strongest first: those between nodes of the circuit, and those that the circuit does without.";
  }

  protected override fetchData(): Promise<NodeEdges> {
    return need(api.GET("/api/circuits/{slug}/nodes/{node}/edges", { params: { path: this.path } }));
  }

  protected override body({ into, out }: NodeEdges): TemplateResult {
    const hidden = [into, out].some((side) => side.circuit.length > FEW);
    const some = into.outside.length + out.outside.length > 0;
    return html`<div class="both">${this.#side("In", into)} ${this.#side("Out", out)}</div>
      ${hidden
        ? html`<button class="more" aria-pressed=${this.all} @click=${() => (this.all = !this.all)}>
            ${this.all ? "Show fewer edges" : "Show all edges of the circuit"}
          </button>`
        : nothing}
      ${some
        ? html`<button
            class="more"
            aria-pressed=${this.outside}
            @click=${() => (this.outside = !this.outside)}
          >
            ${this.outside ? "Hide edges outside the circuit" : "Show edges outside the circuit"}
          </button>`
        : nothing}`;
  }

  #side(title: string, side: NodeEdgeSide): TemplateResult {
    const shown = this.all ? side.circuit : side.circuit.slice(0, FEW);
    return html`<div>
      <h4>
        ${title}
        <span class="quiet small">
          ${side.total === 0
            ? "no weight on this side"
            : `${count(side.used)} of ${plural(side.total, "edge")} used, ${count(side.outside_total)} outside the circuit`}
        </span>
      </h4>
      ${shown.length > 0 ? this.#table(title, shown) : nothing}
      ${this.outside && side.outside.length > 0
        ? html`<h4 class="more">
              Outside
              <span class="quiet small">
                ${side.outside.length < side.outside_total
                  ? `the strongest ${side.outside.length} of ${count(side.outside_total)}`
                  : count(side.outside_total)}
              </span>
            </h4>
            ${this.#table(`${title}, outside the circuit`, side.outside, false)}`
        : nothing}
    </div>`;
  }

  #table(title: string, ends: readonly NodeEdgeEnd[], inside = true): TemplateResult {
    return html`<div class="panel scroll" tabindex="0" role="region" aria-label="Edges: ${title}">
      <table>
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col" class="number">Weight</th>
          </tr>
        </thead>
        <tbody>
          ${ends.map(
            ({ node, weight, kept }) => html`<tr>
              <th scope="row">
                ${this.nodeLink(node)} ${inside && !kept ? html`<span class="quiet">pruned</span>` : nothing}
              </th>
              <td class="number">
                <span class=${weight < 0 ? "negative" : "positive"}>${signed(weight)}</span>
              </td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}
