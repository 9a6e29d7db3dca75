/**
 * Writes a label, a step or a case: a name, a text, who writes, and the nodes of a group. What is written
 * stays in the store's drafts until it is saved or given up. If somebody else saved meanwhile, both
 * texts are shown and nothing is saved before the user has said what becomes of them.
 *
 * Fires `done` when it is saved or given up.
 */
import { LitElement, css, html, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { asProblem } from "../api/problem";
import type { Problem, Word } from "../api/types";
import { NO_CASE, caseDraft } from "../state/cases";
import type { CaseDraft } from "../state/cases";
import { NO_PREDICATE, isEmpty, predicateDraft } from "../state/predicate";
import type { PredicateDraft } from "../state/predicate";
import type { WordDocument, Words } from "../state/words";
import type { MeasuredNode } from "../state/predicate_store";
import type { Draft, WordsStore } from "../state/words_store";
import { lastAuthor } from "../state/words_store";
import { base, controls } from "../styles/shared";
import { instant } from "../text/format";
import "./case_fields";
import type { CaseFields } from "./case_fields";
import "./predicate_form";
import type { PredicateForm } from "./predicate_form";
import "./problem_panel";
import { wordStyles } from "./word_styles";

/** Makes the document of what was written. */
export type Build = (draft: Draft) => WordDocument;

@customElement("cx-word-form")
export class WordForm extends LitElement {
  static override styles = [
    base,
    controls,
    wordStyles,
    css`
      .members {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
        margin: 4px 0 6px;
        padding: 0;
        list-style: none;
      }
      .members button {
        min-height: 24px;
        padding: 0 7px;
        font-size: var(--small);
      }
    `,
  ];

  @property({ attribute: false }) store!: WordsStore;
  /** So that it is drawn anew when they change. */
  @property({ attribute: false }) words!: Words;
  @property() target = "";
  @property({ attribute: false }) names: readonly [string, string] = ["Label", "Note"];
  @property({ attribute: false }) build!: Build;
  /** Of a group: nodes that a button adds, with its words; null where there are no members. */
  @property({ attribute: false }) addable: ReadonlyMap<string, readonly string[]> | null = null;
  @property({ type: Number }) longest = 4000;
  /** Of a node: measures what is written as a predicate; null where there is none. */
  @property({ attribute: false }) measured: MeasuredNode | null = null;
  /** Of a case: what a new one begins with; null where there is none. */
  @property({ attribute: false }) kase: CaseDraft | null = null;
  /** Of a case: texts of tokens that may be expected. */
  @property({ attribute: false }) tokens: readonly string[] = [];
  @state() private draft!: Draft;
  @state() private problem: Problem | null = null;
  @state() private busy = false;
  @query("#name") private readonly nameField!: HTMLInputElement;
  @query("cx-predicate-form") private readonly predicateForm!: PredicateForm | null;
  @query("cx-case-fields") private readonly caseFields!: CaseFields | null;
  @query("#author") private readonly author!: HTMLInputElement;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("target")) this.#begin();
  }

  protected override firstUpdated(): void {
    this.nameField.focus();
  }

  #begin(): void {
    const kept = this.store.drafts.get(this.target);
    const present = this.store.at(this.target);
    const begun = draftOf(present);
    const fresh = present === null && this.kase !== null;
    this.draft = kept ?? (fresh ? { ...begun, kase: this.kase ?? NO_CASE } : begun);
    this.problem = null;
  }

  #write(part: Partial<Draft>): void {
    this.draft = { ...this.draft, ...part };
    this.store.drafts.set(this.target, this.draft);
  }

  #done(): void {
    this.store.drafts.delete(this.target);
    this.dispatchEvent(new Event("done"));
  }

  async #save(event: Event): Promise<void> {
    event.preventDefault();
    const parts = [this.predicateForm, this.caseFields];
    if (this.busy || parts.some((part) => part?.reportValidity() === false)) return;
    this.busy = true;
    this.problem = null;
    const { target, draft } = this;
    // Until it is saved it stays a draft, even if it is as it was.
    this.store.drafts.set(target, draft);
    try {
      const heard = await this.store.save(target, this.build(draft), draft.on, this.author.value);
      if ("saved" in heard) this.#done();
    } catch (error) {
      this.problem = asProblem(error);
    }
    this.busy = false;
  }

  /** Puts both texts into the fields, to be made one by hand. */
  #both(theirs: Word): void {
    const other = draftOf(theirs);
    const mine = this.draft;
    const name = [...new Set([mine.name, other.name])].join(" / ").slice(0, 80);
    const text = [...new Set([mine.text, other.text])].filter((each) => each !== "").join("\n\n");
    const members = [...new Set([...mine.members, ...other.members])];
    const predicate = isEmpty(mine.predicate) ? other.predicate : mine.predicate;
    this.#write({ on: theirs.version, name, text, members, predicate });
  }

  override render(): TemplateResult {
    const { draft, names } = this;
    const present = this.store.at(this.target);
    const late = draft.on !== (present?.version ?? 0);
    return html`<form @submit=${(event: Event) => void this.#save(event)}>
      ${late ? this.#meanwhile(present) : nothing}
      <label for="name">${names[0]}${late ? ", as you wrote it" : ""}</label>
      <input
        id="name"
        required
        maxlength="80"
        autocomplete="off"
        .value=${draft.name}
        @input=${(event: Event) => this.#write({ name: valueOf(event) })}
      />
      <label for="text">${names[1]}</label>
      <textarea
        id="text"
        rows="4"
        maxlength=${this.longest}
        .value=${draft.text}
        @input=${(event: Event) => this.#write({ text: valueOf(event) })}
      ></textarea>
      ${this.addable === null ? nothing : this.#members(this.addable)}
      ${this.kase === null
        ? nothing
        : html`<cx-case-fields
            .draft=${draft.kase}
            .tokens=${this.tokens}
            @write=${(event: CustomEvent<CaseDraft>) => this.#write({ kase: event.detail })}
          ></cx-case-fields>`}
      ${this.measured === null
        ? nothing
        : html`<cx-predicate-form
            .draft=${draft.predicate}
            .measured=${this.measured}
            @write=${(event: CustomEvent<PredicateDraft>) => this.#write({ predicate: event.detail })}
          ></cx-predicate-form>`}
      <label for="author">Your name</label>
      <input id="author" required maxlength="80" autocomplete="name" .value=${lastAuthor()} />
      ${this.problem ? html`<cx-problem .problem=${this.problem}></cx-problem>` : nothing}
      <div class="buttons">
        <button class="primary" ?disabled=${late || this.busy || this.#memberless}>Save</button>
        <button type="button" @click=${this.#done}>Cancel</button>
      </div>
    </form>`;
  }

  get #memberless(): boolean {
    return this.addable !== null && this.draft.members.length === 0;
  }

  #meanwhile(theirs: Word | null): TemplateResult {
    if (theirs === null) {
      return html`<div class="meanwhile" role="alert">
        <p><b>Somebody else took this away meanwhile.</b> What you wrote is below.</p>
        <div class="buttons">
          <button type="button" @click=${() => this.#write({ on: 0 })}>Go on with mine</button>
          <button type="button" @click=${this.#done}>Give mine up</button>
        </div>
      </div>`;
    }
    const other = draftOf(theirs);
    return html`<div class="meanwhile" role="alert">
      <p>
        <b>${theirs.author} saved here meanwhile</b>, ${instant(theirs.created)}. Theirs is saved,
        yours is below and is not.
      </p>
      <p class="theirs"><b>${other.name}</b></p>
      <p class="theirs text">${other.text}</p>
      ${isEmpty(other.predicate)
        ? nothing
        : html`<p class="theirs">Predicate <code>${other.predicate.pattern}</code></p>`}
      ${other.kase.prompt === "" ? nothing : html`<pre class="theirs">${other.kase.prompt}</pre>`}
      ${other.members.length > 0
        ? html`<p class="theirs">${other.members.join(", ")}</p>`
        : nothing}
      <div class="buttons">
        <button type="button" @click=${() => this.#both(theirs)}>Put both together</button>
        <button type="button" @click=${() => this.#write({ on: theirs.version })}>
          Replace theirs with mine
        </button>
        <button type="button" @click=${this.#done}>Keep theirs</button>
      </div>
    </div>`;
  }

  #members(addable: ReadonlyMap<string, readonly string[]>): TemplateResult {
    const { members } = this.draft;
    const add = (nodes: readonly string[]): void =>
      this.#write({ members: [...new Set([...members, ...nodes])] });
    const more = [...addable].filter(([, nodes]) => nodes.some((node) => !members.includes(node)));
    return html`<p class="small" id="members">Nodes of the group</p>
      <ul class="members" aria-labelledby="members">
        ${members.map(
          (node) => html`<li>
            <button
              type="button"
              aria-label="Leave ${node} out"
              @click=${() => this.#write({ members: members.filter((other) => other !== node) })}
            >
              <code>${node}</code> ×
            </button>
          </li>`,
        )}
      </ul>
      <div class="buttons">
        ${more.map(
          ([words, nodes]) =>
            html`<button type="button" @click=${() => add(nodes)}>${words}</button>`,
        )}
      </div>
      ${this.#memberless
        ? html`<p class="quiet small">Choose a node, or ablate some, to add them.</p>`
        : nothing}`;
  }
}

/** What is present, as it would be written. */
function draftOf(word: Word | null): Draft {
  const document = word?.document ?? null;
  const on = document === null ? 0 : (word?.version ?? 0);
  const written = { on, name: "", text: "", members: [], predicate: NO_PREDICATE, kase: NO_CASE };
  if (document === null) return written;
  if (document.kind === "case") {
    const { title: name, text } = document;
    return { ...written, name, text, kase: caseDraft(document) };
  }
  if (document.kind !== "label") return { ...written, name: document.title, text: document.text };
  const { label, note, members, predicate } = document;
  return { ...written, name: label, text: note, members: members ?? [], predicate: predicateDraft(predicate) };
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement | HTMLTextAreaElement).value;
}
