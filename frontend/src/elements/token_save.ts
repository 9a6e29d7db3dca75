/** Saves the circuit unrolled over tokens: what the server said, or the grid as a picture. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { asProblem } from "../api/problem";
import type { Problem, Unrolled } from "../api/types";
import { png, save, svgBlob } from "../drawing/picture";
import { base, controls } from "../styles/shared";
import "./problem_panel";

type Form = "json" | "svg" | "png";
const FORMS: readonly Form[] = ["json", "svg", "png"];

@customElement("cx-token-save")
export class TokenSave extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      span {
        display: flex;
        gap: 4px 10px;
      }
    `,
  ];

  @property({ attribute: false }) of!: Unrolled;
  /** Draws the grid as an SVG document. */
  @property({ attribute: false }) picture!: () => string;
  @state() private problem: Problem | null = null;

  override render(): TemplateResult {
    return html`<span role="group" aria-label="Save the circuit at each token">
        Save as
        ${FORMS.map(
          (form) =>
            html`<button class="link" @click=${() => void this.#save(form)}>${form.toUpperCase()}</button>`,
        )}
      </span>
      ${this.problem ? html`<cx-problem .problem=${this.problem}></cx-problem>` : nothing}`;
  }

  async #save(form: Form): Promise<void> {
    this.problem = null;
    try {
      save(await this.#written(form), `${this.of.slug}.tokens.${form}`);
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  async #written(form: Form): Promise<Blob> {
    if (form === "json") {
      return new Blob([JSON.stringify(this.of, null, 1)], { type: "application/json" });
    }
    const svg = this.picture();
    return form === "svg" ? svgBlob(svg) : await png(svg);
  }
}
