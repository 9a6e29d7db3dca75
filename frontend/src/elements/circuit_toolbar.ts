/**
 * What is asked of the model, by mode and value, and the way through the history. Fires `change-state`
 * with a function from one state to the next, `undo`, `redo`, and `select-node` with a name.
 */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import type { GraphNode, Mode, Value } from "../api/types";
import type { Change, Exploration, View } from "../state/exploration";
import {
  MODES,
  MODE_NAMES,
  VALUES,
  VALUE_NAMES,
  VIEWS,
  isUntouched,
  reset,
} from "../state/exploration";
import type { Timeline } from "../state/timeline";
import { canRedo, canUndo, redoWords, undoWords } from "../state/timeline";
import type { Words } from "../state/words";
import { NO_WORDS } from "../state/words";
import { base, controls } from "../styles/shared";
import "./node_search";
import type { NodeSearch } from "./node_search";
import "./history_menu";
import "./segmented";

const MODE_HINTS: Record<Mode, string> = {
  circuit: "The circuit's nodes are kept, everything else is ablated",
  circuit_ablated: "The circuit's nodes are ablated, everything else is kept",
  model: "Everything is kept",
};

const VALUE_HINTS: Record<Value, string> = {
  mean: "An ablated node takes its mean over the pretraining distribution",
  zero: "An ablated node becomes 0",
  resample: "An ablated node takes values from random held-out text",
  paired: "An ablated node takes its value on the pair's other sequence (activation patching)",
};

const VIEW_NAMES: Record<View, string> = {
  graph: "Graph",
  tokens: "Tokens",
  table: "Table",
  node: "Node",
  sizes: "Sizes",
  report: "Report",
};

const VIEW_HINTS: Record<View, string> = {
  graph: "The circuit drawn",
  tokens: "The circuit unrolled over the tokens of one text: values, attention, what flows where",
  table: "Its nodes and edges as tables",
  node: "The chosen node: edges, activations, attention, and what ablating it changes",
  sizes: "Loss against size on the way to this circuit; every size can be opened",
  report: "What was tested about this circuit, and what came out",
};

@customElement("cx-circuit-toolbar")
export class CircuitToolbar extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
      }
      .group {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      .group.right {
        margin-left: auto;
      }
      .group button {
        padding: 0 9px;
      }
    `,
  ];

  @property({ attribute: false }) exploration!: Exploration;
  @property({ attribute: false }) timeline!: Timeline;
  @property({ attribute: false }) nodes: readonly GraphNode[] = [];
  @property({ attribute: false }) words: Words = NO_WORDS;
  @query("cx-node-search") private readonly search!: NodeSearch;

  focusSearch(): void {
    this.search.focus();
  }

  #change(change: Change): void {
    this.dispatchEvent(new CustomEvent<Change>("change-state", { detail: change }));
  }

  #goTo({ detail }: CustomEvent<number>): void {
    this.dispatchEvent(new CustomEvent<number>("go-to-step", { detail }));
  }

  override render(): TemplateResult {
    const { exploration: state, timeline } = this;
    return html`<cx-segmented
        name="Mode"
        .choices=${MODES.map((mode) => ({ value: mode, label: MODE_NAMES[mode], hint: MODE_HINTS[mode] }))}
        .value=${state.mode}
        @choose=${(event: CustomEvent<Mode>) =>
          this.#change((now) => ({ ...now, mode: event.detail }))}
      ></cx-segmented>
      <cx-segmented
        name="Ablate by"
        .choices=${VALUES.map((value) => ({ value, label: VALUE_NAMES[value], hint: VALUE_HINTS[value] }))}
        .value=${state.value}
        @choose=${(event: CustomEvent<Value>) =>
          this.#change((now) => ({ ...now, value: event.detail }))}
      ></cx-segmented>
      <div class="group" role="group" aria-label="History">
        <button
          ?disabled=${!canUndo(timeline)}
          aria-label="Undo"
          title="Undo: ${undoWords(timeline)} (Ctrl Z)"
          @click=${() => this.dispatchEvent(new Event("undo"))}
        >
          ↶
        </button>
        <button
          ?disabled=${!canRedo(timeline)}
          aria-label="Redo"
          title="Redo: ${redoWords(timeline)} (Ctrl Shift Z)"
          @click=${() => this.dispatchEvent(new Event("redo"))}
        >
          ↷
        </button>
        <cx-history-menu .timeline=${timeline} @go-to-step=${this.#goTo}></cx-history-menu>
        <button
          ?disabled=${isUntouched(state)}
          title="Nothing ablated or restored by hand (R)"
          @click=${() => this.#change(reset)}
        >
          Reset
        </button>
      </div>
      <div class="group right">
        <cx-node-search
          .nodes=${this.nodes}
          .words=${this.words}
          @select-node=${(event: CustomEvent<string>) =>
            this.dispatchEvent(new CustomEvent("select-node", { detail: event.detail }))}
        ></cx-node-search>
        <cx-segmented
          .choices=${VIEWS.map((view) => ({ value: view, label: VIEW_NAMES[view], hint: VIEW_HINTS[view] }))}
          .value=${state.view}
          @choose=${(event: CustomEvent<View>) =>
            this.#change((now) => ({ ...now, view: event.detail }))}
        ></cx-segmented>
      </div>`;
  }
}
