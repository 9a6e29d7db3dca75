/** Checkpoints side by side: how large their circuits are, and at which pretraining loss. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { ComparePage as Shown, Comparison } from "../api/types";
import { leftOut, nearestFirst, ratioWords, targetOf } from "../state/benchmark";
import type { Comparing } from "../state/comparing";
import { comparingFrom, comparingQuery, dataQuery } from "../state/comparing";
import type { Order } from "../state/order";
import { base, controls, skeleton } from "../styles/shared";
import "./compare_choice";
import { CompareFigure } from "./compare_figure";
import "./compare_circuits";
import "./compare_table";
import { header, pageHeader } from "./page_header";
import { Resource } from "./resource";

const COMMAND = "circuit-explorer benchmark";

@customElement("cx-compare-page")
export class ComparePage extends LitElement {
  static override styles = [
    base,
    controls,
    skeleton,
    pageHeader,
    css`
      .figures {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(520px, 100%), 1fr));
        gap: 24px;
        align-items: start;
      }
      .figures section {
        min-width: 0;
      }
      .figures .panel {
        padding: 8px 6px 0;
      }
      .words {
        display: grid;
        gap: 6px;
        max-width: 130ch;
        margin: 0;
        padding: 0 0 0 18px;
        color: var(--ink-2);
      }
      h3 {
        margin-top: 12px;
        font-weight: 620;
        color: var(--ink-2);
      }
      h3 + .words {
        gap: 2px;
        margin-top: 4px;
      }
      .elsewhere {
        margin-top: 10px;
      }
      .open {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px;
        margin-top: 12px;
      }
      .open button[aria-pressed="true"] {
        border-color: var(--accent);
        background: var(--accent-wash);
        color: var(--accent);
      }
    `,
  ];

  @state() private chosen: Comparing = comparingFrom(location.search);

  readonly #shown = new Resource<Shown>(this, () => {
    const query = Object.fromEntries(new URLSearchParams(dataQuery(this.chosen)));
    return need(api.GET("/compare.json", { params: { query } }));
  });
  readonly #sizes = new CompareFigure();
  readonly #frontier = new CompareFigure();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#frontier.by = "loss";
    for (const [slot, figure] of [["sizes", this.#sizes], ["frontier", this.#frontier]] as const) {
      figure.slot = slot;
      figure.addEventListener("pick-checkpoint", (event) => {
        this.#change({ open: (event as CustomEvent<string>).detail });
      });
      this.append(figure);
    }
  }

  #change(changes: Partial<Comparing>): void {
    const before = dataQuery(this.chosen);
    this.chosen = { ...this.chosen, ...changes };
    const query = comparingQuery(this.chosen);
    history.replaceState(null, "", query === "" ? location.pathname : `?${query}`);
    if (dataQuery(this.chosen) !== before) void this.#shown.reload();
  }

  get #target(): number | null {
    const targets = this.#shown.data?.comparison.targets ?? [];
    return targetOf(targets, this.chosen.target);
  }

  protected override updated(): void {
    const { data } = this.#shown;
    for (const figure of [this.#sizes, this.#frontier]) {
      figure.comparison = data?.comparison ?? null;
      figure.checkpoints = data?.checkpoints ?? [];
      figure.target = this.#target;
      figure.over = this.chosen.mean;
      figure.size = data?.comparison.size_by ?? this.chosen.size;
    }
  }

  override render(): TemplateResult {
    const query = dataQuery(this.chosen);
    const beside = (kind: string): string => `/compare.${kind}${query === "" ? "" : `?${query}`}`;
    return html`<div class="page">
      ${header({
        title: "Compare checkpoints",
        lead: html`How large the circuits of each checkpoint are: the geometric mean over tasks of
        the smallest circuits found that meet a target loss on test pairs.`,
        actions: html`<a class="button" href=${beside("csv")}>CSV</a>
          <a class="button" href=${beside("json")}>JSON</a>`,
      })}
      ${this.#shown.render(
        (shown) => (shown.checkpoints.length === 0 ? empty(shown) : this.#page(shown)),
        () => html`<div class="panel" role="status" aria-label="Loading">
          <span class="skeleton" style="height: 520px"></span>
        </div>`,
      )}
    </div>`;
  }

  #page(shown: Shown): TemplateResult {
    const { comparison } = shown;
    const size = comparison.size_by;
    const target = this.#target;
    return html`<cx-compare-choice
        class="panel"
        .page=${shown}
        .state=${this.chosen}
        .target=${target}
        @change-choice=${(event: CustomEvent<Partial<Comparing>>) => this.#change(event.detail)}
      ></cx-compare-choice>
      <div class="figures">
        <section>
          <h2>Size against target loss</h2>
          <div class="panel"><slot name="sizes"></slot></div>
        </section>
        <section>
          <h2>Size against pretraining loss, at target ${target}</h2>
          <div class="panel"><slot name="frontier"></slot></div>
          ${this.#open(comparison)}
        </section>
      </div>
      ${this.#circuits(comparison)}
      <section>
        <h2>Dense against sparse at equal pretraining loss, at target ${target}</h2>
        ${this.#ratios(comparison)}
      </section>
      <section>
        <h2>Tasks by checkpoints, at target ${target}</h2>
        <cx-compare-table
          .comparison=${comparison}
          .target=${target}
          .sort=${this.chosen.sort}
          .over=${this.chosen.mean}
          .size=${size}
          @change-sort=${(event: CustomEvent<Order<string>>) => this.#change({ sort: event.detail })}
        ></cx-compare-table>
        ${this.#beside(comparison)} ${elsewhere(shown)}
      </section>`;
  }

  #ratios(comparison: Comparison): TemplateResult | typeof nothing {
    const target = this.#target;
    if (target === null) return nothing;
    if (comparison.equal_loss.length === 0) {
      return html`<p class="quiet elsewhere">
        A ratio at equal loss needs a sparse and a dense checkpoint with held-out losses on the same
        corpus.
      </p>`;
    }
    return html`<ul class="words">
      ${nearestFirst(comparison.equal_loss).map((pair) => {
        const { times, words } = ratioWords(pair, target, comparison.size_by);
        return html`<li class=${pair.equal ? "" : "quiet"}>
          ${times === null ? nothing : html`<strong>${times}×</strong>`} ${words}
        </li>`;
      })}
    </ul>`;
  }

  #open(comparison: Comparison): TemplateResult {
    const { open } = this.chosen;
    const names = comparison.checkpoints.map(({ name }) => name);
    return html`<div class="open" role="group" aria-label="List the circuits of a checkpoint">
        <span class="quiet small">Circuits of</span>
        ${names.map(
          (name) => html`<button
            aria-pressed=${name === open ? "true" : "false"}
            @click=${() => this.#change({ open: name === open ? null : name })}
          >
            ${name}
          </button>`,
        )}
      </div>`;
  }

  #circuits(comparison: Comparison): TemplateResult | typeof nothing {
    const { open } = this.chosen;
    if (!comparison.checkpoints.some(({ name }) => name === open)) return nothing;
    return html`<section>
      <h2>Circuits of ${open}, at target ${this.#target}</h2>
      <cx-compare-circuits
        .comparison=${comparison}
        .checkpoint=${open}
        .target=${this.#target}
      ></cx-compare-circuits>
    </section>`;
  }

  /** The tasks that are in no mean, and why. */
  #beside(comparison: Comparison): TemplateResult | typeof nothing {
    const lines = comparison.means
      .filter((mean) => mean.target_loss === this.#target)
      .map((mean) => ({ name: mean.checkpoint, tasks: leftOut(mean) }))
      .filter(({ tasks }) => tasks !== "");
    if (lines.length === 0) return nothing;
    return html`<h3 class="small">Left out of the means</h3>
      <ul class="words small">
        ${lines.map(({ name, tasks }) => html`<li>${name}, ${tasks}</li>`)}
      </ul>`;
  }
}

function empty(shown: Shown): TemplateResult {
  return html`<div class="panel empty">
    <h2>Nothing to compare yet</h2>
    <p>
      Searches fill this page. All tasks in all checkpoints: <code>${COMMAND}</code>; in some:
      <code>${COMMAND} CHECKPOINT CHECKPOINT --tasks class_init,with_as</code>.
    </p>
    ${elsewhere(shown)}
  </div>`;
}

function elsewhere(shown: Shown): TemplateResult | typeof nothing {
  if (shown.elsewhere.length === 0) return nothing;
  return html`<p class="quiet small elsewhere">
    Not shown, because their checkpoints are not on this instance: ${shown.elsewhere.join(", ")}.
  </p>`;
}
