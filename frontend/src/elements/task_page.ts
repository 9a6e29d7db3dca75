/** A task: what it asks, what decides the answer, pairs of it, its circuits by checkpoint. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import { asProblem } from "../api/problem";
import type {
  CheckpointSummary,
  CircuitSummary,
  PairExample,
  Problem,
  TaskExamples,
  TaskSummary,
  TokenText,
} from "../api/types";
import { usualCheckpoint } from "../state/usual_checkpoint";
import { base, chips, controls } from "../styles/shared";
import { differing } from "../text/diff";
import "./circuit_table";
import { header, pageHeader } from "./page_header";
import "./problem_panel";
import { Resource } from "./resource";
import type { SearchDialog } from "./search_dialog";
import "./search_dialog";
import { answersText, sourceText } from "./visible_text";

interface Found {
  task: TaskSummary;
  checkpoints: readonly CheckpointSummary[];
  circuits: readonly CircuitSummary[];
}

@customElement("cx-task-page")
export class TaskPage extends LitElement {
  static override styles = [
    base,
    controls,
    chips,
    pageHeader,
    css`
      .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(360px, 100%), 1fr));
        gap: 1px;
        margin-bottom: 12px;
        background: var(--line);
        overflow: hidden;
      }
      .pair > div {
        padding: 10px 14px;
        background: var(--surface);
      }
      .differs {
        color: var(--ink);
        background: var(--mark-wash);
        border-radius: 2px;
      }
      .answer {
        background: var(--accent-wash);
        box-shadow: inset 0 -2px var(--accent);
        border-radius: 2px 2px 0 0;
        padding: 0 2px;
      }
      .note {
        margin-bottom: 10px;
      }
      .choose {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        margin-bottom: 10px;
      }
      .choose h2 {
        margin-right: auto;
        font-size: 15px;
      }
    `,
  ];

  @property() name = "";
  @state() private chosen: string | undefined;
  #usual = "";
  @state() private removing = false;
  @state() private problem: Problem | null = null;
  @query("cx-search-dialog") private readonly search!: SearchDialog;

  readonly #found = new Resource<Found>(this, async () => {
    const params = { path: { name: this.name } };
    const found = await need(api.GET("/tasks/{name}.json", { params }));
    const readable = found.checkpoints.filter((one) => one.has_tokenizer);
    this.#usual = usualCheckpoint(readable, found.circuits) ?? "";
    if (this.checkpoint) void this.#examples.reload();
    return found;
  });

  readonly #examples = new Resource<TaskExamples | undefined>(this, async () =>
    this.checkpoint === ""
      ? undefined
      : need(
          api.GET("/api/tasks/{name}/examples", {
            params: { path: { name: this.name }, query: { checkpoint: this.checkpoint } },
          }),
        ),
  );

  /** Whose tokens the pairs are shown in. */
  private get checkpoint(): string {
    return this.chosen ?? this.#usual;
  }

  override render(): TemplateResult {
    return html`<div class="page">
      ${this.#found.render((found) => this.#page(found))}
      <cx-search-dialog></cx-search-dialog>
    </div>`;
  }

  #page({ task, checkpoints, circuits }: Found): TemplateResult {
    return html`${header({
        over: "Task",
        title: task.title,
        lead: html`${task.summary} The next token is ${answersText(task.answers)}. What decides: ${task.decides}`,
        actions: html`${task.custom ? this.#remover(task) : nothing}
          <button
            class="primary"
            @click=${() => void this.search.open({ task: task.name, checkpoint: this.chosen })}
          >
            Search for a circuit
          </button>`,
      })}
      <cx-problem no-retry .problem=${this.problem}></cx-problem>
      <section>
        <h2>Circuits</h2>
        ${circuits.length === 0
          ? html`<p class="panel empty">No circuit of this task yet.</p>`
          : html`<cx-circuit-table without="task" .circuits=${circuits}></cx-circuit-table>`}
      </section>
      <section>
        <div class="choose">
          <h2>Pairs</h2>
          <label for="checkpoint">tokens of</label>
          <select id="checkpoint" @change=${this.#choose}>
            ${checkpoints.map(
              (one) => html`<option ?selected=${one.name === this.checkpoint}>${one.name}</option>`,
            )}
          </select>
        </div>
        ${this.checkpoint === ""
          ? html`<p class="panel empty">
              No checkpoint has a tokenizer, so there are no pairs to show.
            </p>`
          : this.#examples.render((examples) => this.#pairs(examples))}
      </section>`;
  }

  /** The first click asks, the second one removes. */
  #remover(task: TaskSummary): TemplateResult {
    return this.removing
      ? html`<button @click=${() => (this.removing = false)}>Keep it</button>
          <button @click=${() => void this.#remove(task)}>Remove it, keep its circuits</button>`
      : html`<button @click=${() => (this.removing = true)}>Remove task …</button>`;
  }

  async #remove(task: TaskSummary): Promise<void> {
    this.problem = null;
    try {
      await need(api.DELETE("/api/tasks/{name}", { params: { path: { name: task.name } } }));
      location.assign("/");
    } catch (error) {
      this.problem = asProblem(error);
      this.removing = false;
    }
  }

  #choose(event: Event): void {
    this.chosen = (event.target as HTMLSelectElement).value;
    void this.#examples.reload();
  }

  #pairs(examples: TaskExamples | undefined): TemplateResult {
    const pairs = examples?.pairs ?? [];
    return html`<p class="quiet small note">
        Two sequences a pair, alike but for <span class="differs">what decides</span>;
        <span class="answer">the right answer</span> is the next token.
      </p>
      ${pairs.map((pair) => this.#pair(pair))}`;
  }

  #pair(pair: PairExample): TemplateResult {
    const [first, second] = differing(pair.first, pair.second, (a, b) => a.id === b.id);
    return html`<div class="pair panel">
      ${sequence(pair.first, first, pair.first_answer)}
      ${sequence(pair.second, second, pair.second_answer)}
    </div>`;
  }
}

/** A token that stands for no text, such as the end of a document. */
const SPECIAL = /^<\|\w+\|>$/;

function sequence(
  tokens: readonly TokenText[],
  differs: readonly boolean[],
  answer: TokenText,
): TemplateResult {
  const text = tokens.map((token, i) =>
    SPECIAL.test(token.text)
      ? html`<span class="mark">${token.text}</span>\n`
      : differs[i]
        ? html`<span class="differs">${sourceText(token.text)}</span>`
        : sourceText(token.text),
  );
  return html`<div>
    <pre class="source">${text}<span class="answer">${sourceText(answer.text)}</span></pre>
    ${tokens.length === 0 ? html`<p class="quiet">empty</p>` : nothing}
  </div>`;
}
