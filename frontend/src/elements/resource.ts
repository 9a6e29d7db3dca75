/**
 * Something fetched for an element: loading, there, or failed with a problem that offers a retry.
 *
 *     readonly #tasks = new Resource(this, () => need(api.GET("/api/tasks")));
 *     render() { return this.#tasks.render((tasks) => html`...`); }
 */
import type { ReactiveController, ReactiveControllerHost, TemplateResult } from "lit";
import { html } from "lit";

import { asProblem } from "../api/problem";
import type { Problem } from "../api/types";
import "./problem_panel";

export class Resource<T> implements ReactiveController {
  data: T | null = null;
  problem: Problem | null = null;
  #asked = 0;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly fetchData: () => Promise<T>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    void this.reload();
  }

  /** Fetches again; what was there stays until the answer comes. */
  async reload(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.problem = null;
    this.host.requestUpdate();
    try {
      const data = await this.fetchData();
      if (asked === this.#asked) this.data = data;
    } catch (error) {
      if (asked === this.#asked) this.problem = asProblem(error);
    }
    this.host.requestUpdate();
  }

  render(there: (data: T) => TemplateResult, loading?: () => TemplateResult): TemplateResult {
    if (this.problem) {
      return html`<cx-problem
        .problem=${this.problem}
        @retry=${() => void this.reload()}
      ></cx-problem>`;
    }
    if (this.data !== null) return there(this.data);
    return loading ? loading() : html`<p class="quiet" role="status">Loading …</p>`;
  }
}
