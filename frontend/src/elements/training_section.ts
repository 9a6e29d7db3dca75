/** Training curves, from the log that lies with a checkpoint. */
import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import type { TrainingCurves } from "../api/types";
import { curveName, panelsOf } from "../state/anatomy";
import { decimal, plural } from "../text/format";
import { CheckpointSection, nothingThere } from "./checkpoint_section";
import { TrainingFigure } from "./training_figure";

@customElement("cx-training-section")
export class TrainingSection extends CheckpointSection<TrainingCurves> {
  override readonly heading = "Training curves";
  protected override readonly route = "training";
  protected override readonly room = 560;
  /** A column that is drawn besides those that are known. */
  @state() private further = "";
  readonly #figure = new TrainingFigure();

  protected override fetchData(): Promise<TrainingCurves> {
    const params = { path: { name: this.checkpoint } };
    return need(api.GET("/api/checkpoints/{name}/training", { params }));
  }

  protected override updated(): void {
    super.updated();
    this.#figure.panels = panelsOf(this.data?.curves ?? [], this.further);
    if (this.#figure.panels.length === 0 || this.#figure.isConnected) return;
    this.#figure.slot = "figure";
    this.append(this.#figure);
  }

  protected override about(): string {
    return "From the training log that lies with the checkpoint.";
  }

  protected override body({ file, lines, curves }: TrainingCurves): TemplateResult {
    if (file === null || curves.length === 0) {
      return nothingThere(
        file === null
          ? html`This checkpoint brings no log of its training: neither <code>training.jsonl</code>
              nor OpenAI's <code>progress.json</code> lies with it.`
          : html`<code>${file}</code> has no numbers in it yet.`,
      );
    }
    const others = curves.filter(({ kind }) => kind === "other").map(({ name }) => name);
    return html`<div class="choose">
        <span class="quiet small"><code>${file}</code>, ${plural(lines, "line")}</span>
        ${others.length === 0
          ? nothing
          : html`<label for="further">also draw</label>
              <select
                id="further"
                @change=${(event: Event) => {
                  this.further = (event.target as HTMLSelectElement).value;
                }}
              >
                <option value="">nothing else</option>
                ${others.map((name) => html`<option value=${name}>${curveName(name)}</option>`)}
              </select>`}
      </div>
      <div class="panel figure"><slot name="figure"></slot></div>
      <p class="quiet small">
        At the end:
        ${curves
          .filter(({ kind }) => kind !== "other")
          .map(({ name, values }) => `${curveName(name)} ${decimal(values.at(-1) ?? NaN, 4)}`)
          .join(", ")}.
      </p>`;
  }
}
