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

/** The two answers of a task; one that varies from pair to pair is written `<in words>`. */
export function answersText(answers: readonly string[]): TemplateResult {
  const answer = (text: string): TemplateResult => {
    const words = /^\s*<([^<>]+)>$/.exec(text)?.[1];
    return words === undefined ? tokenText(text) : html`<em>${words}</em>`;
  };
  return html`${answer(answers[0] ?? "")} or ${answer(answers[1] ?? "")}`;
}

/** One token in a box, spaces marked too. */
export function tokenText(text: string): TemplateResult {
  const segments = visible(text, "mark").map((segment) =>
    segment.mark ? html`<span class="mark">${segment.text}</span>` : html`${segment.text}`,
  );
  return html`<span class="token" title=${visibleLine(text)}>${segments}</span>`;
}
