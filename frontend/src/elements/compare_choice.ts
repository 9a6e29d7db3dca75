/** What the Compare page compares: checkpoints, tasks, target, size. Fires `change-choice`. */
import { LitElement, css, html, nothing, svg } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";

import type { ComparePage, Contender } from "../api/types";
import { COUNTED } from "../state/benchmark";
import type { Comparing } from "../state/comparing";
import { SIZES, toggled } from "../state/comparing";
import type { Look } from "../state/looks";
import { looks } from "../state/looks";
import { base, controls } from "../styles/shared";
import { decimal, plural, sparsity } from "../text/format";
import "./segmented";

@customElement("cx-compare-choice")
export class CompareChoice extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: grid;
        gap: 12px;
        padding: 14px 16px;
      }
      fieldset {
        display: flex;
        flex-wrap: wrap;
        gap: 8px 10px;
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        margin-bottom: 6px;
        padding: 0;
        font-size: var(--small);
        color: var(--ink-3);
      }
      label {
        display: flex;
        align-items: center;
        gap: 7px;
        min-height: 28px;
        padding: 3px 10px;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        font-size: 13px;
        color: var(--ink);
        cursor: pointer;
      }
      label:hover {
        background: var(--surface-2);
      }
      label:has(:focus-visible) {
        outline: 2px solid var(--accent);
        outline-offset: 1px;
      }
      input {
        margin: 0;
        accent-color: var(--accent);
      }
      svg {
        flex: none;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: 10px 22px;
      }
      summary {
        font-size: 13px;
        cursor: pointer;
      }
      details fieldset {
        margin-top: 8px;
      }
    `,
  ];

  @property({ attribute: false }) page: ComparePage | null = null;
  @property({ attribute: false }) state: Comparing | null = null;
  @property({ attribute: false }) target: number | null = null;

  #change(changes: Partial<Comparing>): void {
    this.dispatchEvent(new CustomEvent<Partial<Comparing>>("change-choice", { detail: changes }));
  }

  override render(): TemplateResult | typeof nothing {
    const { page, state } = this;
    if (page === null || state === null) return nothing;
    return html`${this.#checkpoints(page, state)}
      <div class="row">
        <cx-segmented
          name="Target loss"
          .choices=${page.comparison.targets.map((target) => ({
            value: String(target),
            label: String(target),
          }))}
          .value=${String(this.target)}
          @choose=${(event: CustomEvent<string>) => this.#change({ target: Number(event.detail) })}
        ></cx-segmented>
        <cx-segmented
          name="Size in"
          .choices=${SIZES.map((size) => ({ value: size, label: COUNTED[size] }))}
          .value=${state.size}
          @choose=${(event: CustomEvent<Comparing["size"]>) => this.#change({ size: event.detail })}
        ></cx-segmented>
        <cx-segmented
          name="Means over"
          .choices=${[
            { value: "own", label: "tasks each meets" },
            { value: "common", label: "tasks all chosen meet" },
          ]}
          .value=${state.mean}
          @choose=${(event: CustomEvent<Comparing["mean"]>) => this.#change({ mean: event.detail })}
        ></cx-segmented>
      </div>
      ${this.#tasks(page, state)}`;
  }

  #checkpoints({ checkpoints }: ComparePage, state: Comparing): TemplateResult {
    const all = checkpoints.map(({ name }) => name);
    const lookOf = looks(checkpoints);
    return html`<fieldset>
      <legend>Checkpoints</legend>
      ${checkpoints.map(
        (checkpoint) => html`<label title=${about(checkpoint)}>
          <input
            type="checkbox"
            .checked=${state.checkpoints.length === 0 || state.checkpoints.includes(checkpoint.name)}
            @change=${() =>
              this.#change({ checkpoints: toggled(state.checkpoints, all, checkpoint.name) })}
          />
          ${swatch(lookOf.get(checkpoint.name))} ${checkpoint.name}
          <span class="quiet small">${about(checkpoint)}</span>
        </label>`,
      )}
    </fieldset>`;
  }

  #tasks({ tasks }: ComparePage, state: Comparing): TemplateResult {
    const chosen = state.tasks.length === 0 ? tasks : state.tasks;
    return html`<details ?open=${state.tasks.length > 0}>
      <summary>Tasks: ${chosen.length} of ${plural(tasks.length, "task")}</summary>
      <fieldset>
        <legend class="visually-hidden">Tasks</legend>
        ${tasks.map(
          (task) => html`<label>
            <input
              type="checkbox"
              .checked=${chosen.includes(task)}
              @change=${() => this.#change({ tasks: toggled(state.tasks, tasks, task) })}
            />
            ${task}
          </label>`,
        )}
        ${state.tasks.length > 0
          ? html`<button @click=${() => this.#change({ tasks: [] })}>All tasks</button>`
          : nothing}
      </fieldset>
    </details>`;
  }
}

function about({ dense, nonzero_fraction, held_out_loss }: Contender): string {
  const kind = dense ? "dense" : `sparse, ${sparsity(nonzero_fraction)} nonzero`;
  return held_out_loss === null ? kind : `${kind}, held-out loss ${decimal(held_out_loss)}`;
}

/** A line as in the figures. */
function swatch(look: Look | undefined): TemplateResult | typeof nothing {
  if (!look) return nothing;
  const dash = look.dashed ? "5 3" : "none";
  return html`<svg
    width="24"
    height="10"
    viewBox="0 0 24 10"
    aria-hidden="true"
    style=${styleMap({ color: `var(${look.color})` })}
  >
    ${svg`<path d="M0 5h24" stroke="currentColor" stroke-width="2" stroke-dasharray=${dash}/>
      <circle cx="12" cy="5" r="3.4" stroke="currentColor" stroke-width="1.6"
        fill=${look.dashed ? "var(--surface)" : "currentColor"}/>`}
  </svg>`;
}
