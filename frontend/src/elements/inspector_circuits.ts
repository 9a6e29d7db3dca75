/** Other circuits of the checkpoint that have the node, as links to the node in them. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { CircuitSummary, NodeCircuits } from "../api/types";
import { untouched } from "../state/exploration";
import { toUrl } from "../state/url";
import { decimal, plural } from "../text/format";
import { InspectorSection } from "./inspector_section";

const FEW = 10;

@customElement("cx-inspector-circuits")
export class InspectorCircuits extends InspectorSection<NodeCircuits> {
  static override styles = [
    InspectorSection.styles,
    css`
      th a {
        overflow-wrap: anywhere;
      }
    `,
  ];

  override readonly heading = "Other circuits with this node";
  @state() private all = false;

  protected override route(): string {
    return "/circuits";
  }

  protected override about(): string {
    return "Circuits found in the same checkpoint; each link opens the node there.";
  }

  protected override fetchData(): Promise<NodeCircuits> {
    const params = { path: this.path };
    return need(api.GET("/api/circuits/{slug}/nodes/{node}/circuits", { params }));
  }

  protected override body({ circuits }: NodeCircuits): TemplateResult {
    if (circuits.length === 0) return html`<p>No other circuit of this checkpoint has it.</p>`;
    const tasks = new Set(circuits.map(({ task }) => task)).size;
    return html`<p class="small quiet">
        ${plural(circuits.length, "circuit")} of ${plural(tasks, "task")}
      </p>
      <div class="panel scroll" tabindex="0" role="region" aria-label=${this.heading}>
        <table>
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col">Circuit</th>
              <th scope="col" class="number">Nodes</th>
              <th scope="col" class="number">Edges</th>
              <th scope="col" class="number">Task loss</th>
            </tr>
          </thead>
          <tbody>
            ${(this.all ? circuits : circuits.slice(0, FEW)).map((each) => this.#row(each))}
          </tbody>
        </table>
      </div>
      ${circuits.length > FEW
        ? html`<button class="more" aria-pressed=${this.all} @click=${() => (this.all = !this.all)}>
            ${this.all ? "Show fewer circuits" : "Show all circuits"}
          </button>`
        : nothing}`;
  }

  #row({ slug, task, node_count, kept_edges, task_loss }: CircuitSummary): TemplateResult {
    const href = toUrl({ ...untouched(slug), view: "node", selection: this.of.node });
    return html`<tr>
      <th scope="row">${task}</th>
      <td><a href=${href}><code>${slug}</code></a></td>
      <td class="number">${node_count}</td>
      <td class="number">${kept_edges}</td>
      <td class="number">${decimal(task_loss)}</td>
    </tr>`;
  }
}
