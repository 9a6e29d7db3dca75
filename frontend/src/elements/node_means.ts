/**
 * The node means of a checkpoint: where they come from, or the form that has them computed and how
 * far that is. Fires `computed`.
 */
import { LitElement, css, html, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { api, need } from "../api/client";
import { listenToJob } from "../api/events";
import { asProblem } from "../api/problem";
import type { CheckpointMeans, NodeMeansSource, Problem, Progress } from "../api/types";
import { base, controls, fieldsets } from "../styles/shared";
import { count, shortDigest } from "../text/format";
import { facts, factStyles } from "./facts";
import "./problem_panel";
import { Resource } from "./resource";

const USUAL_TOKENS = 1_000_000;
const CUT_OFF: Problem = {
  title: "The computation was cut off",
  status: 0,
  detail: "The server was restarted while it computed the node means; nothing was kept.",
  remedy: "Start it again.",
};

@customElement("cx-node-means")
export class NodeMeans extends LitElement {
  static override styles = [
    base,
    controls,
    fieldsets,
    factStyles,
    css`
      h2 {
        margin-bottom: 10px;
        font-size: 15px;
      }
      .panel {
        padding: 14px 16px;
      }
      form {
        display: grid;
        gap: 10px;
        margin-top: 10px;
      }
      fieldset {
        display: grid;
        gap: 4px;
      }
      fieldset label {
        display: flex;
        gap: 8px;
        font-size: 13px;
        color: var(--ink);
      }
      input[type="radio"] {
        min-height: 0;
        accent-color: var(--accent);
      }
      textarea {
        width: 100%;
        min-height: 56px;
        font-family: var(--mono);
      }
      input[type="number"] {
        width: 150px;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        justify-content: space-between;
        gap: 10px;
      }
      .row label {
        display: block;
      }
      progress {
        width: 100%;
        height: 6px;
        margin: 8px 0;
        accent-color: var(--accent);
      }
      summary {
        font-size: 13px;
        cursor: pointer;
      }
      cx-problem {
        margin-top: 10px;
      }
    `,
  ];

  @property() name = "";
  @state() private ownCorpus = false;
  @state() private progress: Progress | null = null;
  @state() private starting = false;
  @state() private problem: Problem | null = null;
  @query("form") private readonly form!: HTMLFormElement;
  #following: string | null = null;
  #stop: () => void = () => undefined;

  readonly #means = new Resource<CheckpointMeans>(this, () =>
    need(api.GET("/api/checkpoints/{name}/means", { params: { path: { name: this.name } } })),
  );

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
    this.#following = null;
  }

  protected override updated(_changed: PropertyValues): void {
    const job = this.#means.data?.computing?.id;
    if (job !== undefined && job !== this.#following) this.#follow(job);
  }

  #follow(job: string): void {
    this.#stop();
    this.#following = job;
    this.progress = null;
    this.#stop = listenToJob(job, {
      status: () => undefined,
      progress: (progress) => (this.progress = progress),
      log: () => undefined,
      end: ({ status, error }) => {
        this.problem = error ?? (status === "interrupted" ? CUT_OFF : null);
        void this.#means.reload();
        if (status === "done") this.dispatchEvent(new Event("computed"));
      },
      lost: () => undefined,
    });
  }

  async #start(event: SubmitEvent, replace: boolean): Promise<void> {
    event.preventDefault();
    const fields = new FormData(this.form);
    const folders = this.ownCorpus ? String(fields.get("folders") ?? "").split("\n") : [];
    this.starting = true;
    this.problem = null;
    try {
      await need(
        api.POST("/api/checkpoints/{name}/means", {
          params: { path: { name: this.name } },
          body: {
            folders: folders.map((folder) => folder.trim()).filter((folder) => folder !== ""),
            tokens: Number(fields.get("tokens")),
            replace,
          },
        }),
      );
      await this.#means.reload();
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
      this.starting = false;
    }
  }

  async #cancel(job: string): Promise<void> {
    this.problem = null;
    try {
      await need(api.DELETE("/api/jobs/{id}", { params: { path: { id: job } } }));
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  override render(): TemplateResult {
    return html`<h2>Node means</h2>
      ${this.#means.render((means) => this.#content(means))}
      <cx-problem no-retry .problem=${this.problem}></cx-problem>`;
  }

  #content({ source, own, has_tokenizer, computing }: CheckpointMeans): TemplateResult {
    if (computing) return this.#computing(computing.id);
    if (source) {
      return html`${origin(source, own)}
      ${own || !has_tokenizer
        ? nothing
        : html`<details>
            <summary>Compute others</summary>
            <p class="quiet small">
              Circuits found under these can then no longer be opened: their numbers would be others.
            </p>
            ${this.#form(true)}
          </details>`}`;
    }
    return html`<div class="panel">
      <p>
        This checkpoint brings none. They are what nodes are ablated to, so circuits cannot be
        searched in it yet.
      </p>
      ${has_tokenizer
        ? this.#form(false)
        : html`<p class="quiet">
            Computing them takes text, and it has no tokenizer: put its
            <code>tokenizer.json</code> into its folder first.
          </p>`}
    </div>`;
  }

  #form(replace: boolean): TemplateResult {
    const corpus = (own: boolean, words: string): TemplateResult => html`<label>
      <input
        type="radio"
        name="corpus"
        .checked=${own === this.ownCorpus}
        @change=${() => (this.ownCorpus = own)}
      />
      ${words}
    </label>`;
    return html`<form @submit=${(event: SubmitEvent) => void this.#start(event, replace)}>
      <fieldset>
        <legend>Over which text</legend>
        ${corpus(false, "Generated programs, like those the shipped checkpoints were trained on")}
        ${corpus(true, "Python sources in folders of the server's machine")}
      </fieldset>
      ${this.ownCorpus
        ? html`<div>
            <label for="folders">Folders, one a line</label>
            <textarea id="folders" name="folders" spellcheck="false" required></textarea>
          </div>`
        : nothing}
      <div class="row">
        <div>
          <label for="tokens">Tokens; fewer than a million are noisy</label>
          <input
            id="tokens"
            name="tokens"
            type="number"
            min="1000"
            max="20000000"
            step="1000"
            value=${USUAL_TOKENS}
            required
          />
        </div>
        <button class=${replace ? "" : "primary"} ?disabled=${this.starting}>
          ${this.starting ? "Starting …" : "Compute node means"}
        </button>
      </div>
    </form>`;
  }

  #computing(job: string): TemplateResult {
    const { progress } = this;
    const [step, steps] = progress === null ? [0, 1] : [progress.step, progress.steps];
    return html`<div class="panel" role="group" aria-label="Node means in the making">
      <p role="status">
        ${progress === null
          ? "Waiting for a free core …"
          : `${progress.stage === "corpus" ? "Reading text" : "Running the model"}: ` +
            `${count(step)} of ${count(steps)} tokens`}
      </p>
      <progress max=${Math.max(1, steps)} .value=${step} aria-label="Tokens that are done"></progress>
      <div class="row">
        <a href="/jobs/${job}">Job</a>
        <button @click=${() => void this.#cancel(job)}>Cancel</button>
      </div>
    </div>`;
  }
}

function origin(source: NodeMeansSource, own: boolean): TemplateResult {
  const digest = (text: string): TemplateResult =>
    html`<code title=${text}>${shortDigest(text)}</code>`;
  return facts([
    ["From", own ? "the checkpoint" : "a computation here"],
    ["Tokens", count(source.tokens)],
    ["Corpus", digest(source.corpus_digest)],
    ["Digest", digest(source.digest)],
  ]);
}
