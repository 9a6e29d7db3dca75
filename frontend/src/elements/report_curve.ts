/** Sizes on the way to the circuit with the loss of each and its interval. */
import { LitElement, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { CurvePoint } from "../api/types";
import type { Order, SortKey } from "../state/order";
import { sorted } from "../state/order";
import { base, controls, tables } from "../styles/shared";
import { count, decimal, plural } from "../text/format";
import { partStyles } from "./report_part_styles";
import { sortHeader } from "./sort_header";

type Column = "nodes" | "edges" | "loss" | "low" | "high";

const KEYS: Record<Column, SortKey<CurvePoint>> = {
  nodes: (point) => point.nodes,
  edges: (point) => point.induced_edges,
  loss: (point) => point.test_loss,
  low: (point) => point.low,
  high: (point) => point.high,
};

@customElement("cx-report-curve")
export class ReportCurve extends LitElement {
  static override styles = [base, controls, tables, partStyles];

  @property({ attribute: false }) points: readonly CurvePoint[] = [];
  @state() private order: Order<Column> = { by: "nodes", descending: false };

  override render(): TemplateResult {
    const header = (label: string, by: Column): TemplateResult =>
      sortHeader(label, by, this.order, (order) => (this.order = order), true);
    return html`<details open>
      <summary>${plural(this.points.length, "size")}</summary>
      <p class="quiet small">Under Sizes they are drawn, and each can be opened.</p>
      <div class="scroll">
        <table>
          <caption class="visually-hidden">Loss of each size, with its interval</caption>
          <thead>
            <tr>
              ${header("Nodes", "nodes")} ${header("Induced edges", "edges")}
              ${header("Test loss, nats", "loss")} ${header("95% from", "low")}
              ${header("to", "high")}
            </tr>
          </thead>
          <tbody>
            ${sorted(this.points, KEYS, this.order).map(
              (point) => html`<tr>
                <th scope="row" class="number">${count(point.nodes)}</th>
                <td class="number">${count(point.induced_edges)}</td>
                <td class="number">${decimal(point.test_loss)}</td>
                <td class="number">${decimal(point.low)}</td>
                <td class="number">${decimal(point.high)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`;
  }
}
