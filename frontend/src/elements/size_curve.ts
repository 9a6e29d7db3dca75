/**
 * Every size on the way to a circuit: the loss of each drawn and listed, each to be opened as a
 * circuit of its own. The drawing comes from outside as `figure` and stands in the slot.
 */
import { LitElement, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import { asProblem } from "../api/problem";
import type { CircuitDetail, PathPoint, Problem, SizePath } from "../api/types";
import { methodTitle } from "../state/methods";
import type { Order, SortKey } from "../state/order";
import { sorted } from "../state/order";
import type { SizeBy } from "../state/sizes";
import { smallestMeeting } from "../state/sizes";
import { pathOf } from "../state/url";
import { base, chips, controls, tables } from "../styles/shared";
import { count, decimal, lossBeside, plural } from "../text/format";
import "./problem_panel";
import "./segmented";
import { sizeCurveStyles } from "./size_curve_styles";
import type { SizeFigure } from "./size_figure";
import { sortHeader } from "./sort_header";

type Column = "nodes" | "edges" | "validation" | "test";

const KEYS: Record<Column, SortKey<PathPoint>> = {
  nodes: (point) => point.nodes,
  edges: (point) => point.induced_edges,
  validation: (point) => point.validation_loss,
  test: (point) => point.test_loss,
};

const SIZES = [
  { value: "induced_edges", label: "induced edges" },
  { value: "nodes", label: "nodes" },
];

@customElement("cx-size-curve")
export class SizeCurve extends LitElement {
  static override styles = [base, controls, tables, chips, sizeCurveStyles];

  @property({ attribute: false }) detail: CircuitDetail | null = null;
  @property({ attribute: false }) figure: SizeFigure | null = null;
  @state() private by: SizeBy = "induced_edges";
  @state() private picked: number | null = null;
  @state() private opening: number | null = null;
  @state() private problem: Problem | null = null;
  @state() private order: Order<Column> = { by: "nodes", descending: false };
  @query("tr.picked") private readonly pickedRow!: HTMLElement | null;

  readonly #pick = (event: Event): void => {
    this.picked = (event as CustomEvent<number>).detail;
    void this.updateComplete.then(() => this.pickedRow?.scrollIntoView({ block: "nearest" }));
  };

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.figure?.removeEventListener("pick-point", this.#pick);
  }

  protected override updated(): void {
    const { figure, detail } = this;
    if (figure === null || detail === null) return;
    const { summary, circuit } = detail;
    figure.points = circuit.path?.points ?? [];
    figure.circuit = {
      nodes: summary.node_count,
      induced_edges: summary.induced_edges,
      test_loss: summary.task_loss,
    };
    figure.target = summary.target_loss;
    figure.by = this.by;
    figure.chosen = this.picked;
    figure.addEventListener("pick-point", this.#pick);
  }

  async #open(nodes: number): Promise<void> {
    if (this.detail === null) return;
    const { slug } = this.detail.summary;
    this.opening = nodes;
    this.problem = null;
    try {
      const params = { path: { slug, nodes } };
      const circuit = await need(api.POST("/api/circuits/{slug}/path/{nodes}", { params }));
      location.assign(pathOf(circuit.slug));
    } catch (error) {
      this.problem = asProblem(error);
      this.opening = null;
    }
  }

  async #openAny(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    await this.#open(Number(fields.get("nodes")));
  }

  override render(): TemplateResult | typeof nothing {
    if (this.detail === null) return nothing;
    const { circuit, summary } = this.detail;
    const { path } = circuit;
    if (!path || path.points.length === 0) {
      const { method } = circuit.provenance;
      return html`<div class="none">
        <h2>No other sizes</h2>
        <p>
          ${method === "path"
            ? "This circuit came without the sizes that its search passed through. The same search again brings them."
            : html`This circuit was found by ${methodTitle(method)}, which keeps no way through the
              sizes. A search by the method Path does.`}
        </p>
      </div>`;
    }
    return html`<header>
        <div>
          <h2>Size against loss</h2>
          <p class="quiet">
            Circuits of every size the search passed through, each with all edges between its nodes.
            This one: ${plural(summary.node_count, "node")}, ${count(summary.kept_edges)} kept of
            ${plural(summary.induced_edges, "induced edge")}, test loss ${decimal(summary.task_loss)}.
          </p>
        </div>
        <cx-segmented
          name="Size in"
          .choices=${SIZES}
          .value=${this.by}
          @choose=${(event: CustomEvent<SizeBy>) => (this.by = event.detail)}
        ></cx-segmented>
      </header>
      <div class="figure"><slot></slot></div>
      <cx-problem no-retry .problem=${this.problem}></cx-problem>
      ${this.#table(path, summary.target_loss)} ${this.#anySize(path)}`;
  }

  #table(path: SizePath, target: number): TemplateResult {
    const header = (label: string, by: Column): TemplateResult =>
      sortHeader(label, by, this.order, (order) => (this.order = order), true);
    const smallest = smallestMeeting(path, target);
    return html`<div class="points">
      <table>
        <caption class="visually-hidden">Sizes on the way to this circuit</caption>
        <thead>
          <tr>
            ${header("Nodes", "nodes")} ${header("Induced edges", "edges")}
            ${header("Validation loss", "validation")} ${header("Test loss", "test")}
            <th scope="col">Target</th>
            <th scope="col"><span class="visually-hidden">Open</span></th>
          </tr>
        </thead>
        <tbody>
          ${sorted(path.points, KEYS, this.order).map((point) =>
            this.#row(point, target, point === smallest),
          )}
        </tbody>
      </table>
    </div>`;
  }

  #row(point: PathPoint, target: number, smallest: boolean): TemplateResult {
    const meets = point.test_loss <= target;
    return html`<tr class=${point.nodes === this.picked ? "picked" : ""}>
      <th scope="row" class="number">${count(point.nodes)}</th>
      <td class="number">${count(point.induced_edges)}</td>
      <td class="number">${decimal(point.validation_loss)}</td>
      <td class="number">${lossBeside(point.test_loss, target)}</td>
      <td class="target">
        <span class="chip ${meets ? "good" : ""}">${meets ? "meets" : "misses"} ${target}</span>
        ${smallest ? html`<span class="quiet small">smallest to meet it on validation pairs</span>` : nothing}
      </td>
      <td class="open">
        <button
          aria-label="Open the circuit of ${plural(point.nodes, "node")}"
          ?disabled=${this.opening !== null}
          @click=${() => void this.#open(point.nodes)}
        >
          ${this.opening === point.nodes ? "Opening …" : "Open"}
        </button>
      </td>
    </tr>`;
  }

  #anySize(path: SizePath): TemplateResult {
    return html`<form @submit=${this.#openAny}>
      <label for="nodes">Another number of nodes, 1 to ${count(path.ranking.length)}</label>
      <input id="nodes" name="nodes" type="number" min="1" max=${path.ranking.length} step="1" required />
      <button ?disabled=${this.opening !== null}>Open</button>
    </form>`;
  }
}
