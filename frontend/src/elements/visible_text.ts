/** Corpus text in templates: always as text, with newlines, tabs and hidden characters marked. */
import type { TemplateResult } from "lit";
import { html } from "lit";

import { visible, visibleLine } from "../text/visible";

/** Text over several lines, for inside `<pre class="source">`. */
export function sourceText(text: string): TemplateResult[] {
  return visible(text).map((segment) =>
    segment.mark ? html`<span class="mark">${segment.text}</span>` : html`${segment.text}`,
  );
}

/** The two answers of a task. */
export function answersText(answers: readonly string[]): TemplateResult {
  return html`${tokenText(answers[0] ?? "")} or ${tokenText(answers[1] ?? "")}`;
}

/** One token in a box, spaces marked too. */
export function tokenText(text: string): TemplateResult {
  const segments = visible(text, "mark").map((segment) =>
    segment.mark ? html`<span class="mark">${segment.text}</span>` : html`${segment.text}`,
  );
  return html`<span class="token" title=${visibleLine(text)}>${segments}</span>`;
}
