/** The keys of the circuit page. */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, query } from "lit/decorators.js";

import { dialogs } from "../styles/dialogs";
import { base, controls } from "../styles/shared";

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [["Click"], "ablate a node, or restore it; select an edge"],
  [["←", "→", "↑", "↓"], "move among nodes, once the graph has the focus"],
  [["←", "→"], "the step before or after, while a story is read and the graph has no focus"],
  [["E"], "from a node to its strongest edge; then ← → to other edges, ↑ ↓ to its ends"],
  [["Enter", "Space"], "ablate or restore the selected node or edge"],
  [["C", "Shift Click"], "choose a node with others, for what is done to several at once"],
  [["Shift Drag"], "choose the nodes inside a line"],
  [["P"], "in the graph: only the paths through the selected node stay bright"],
  [["O", "Shift O", "G"], "in the graph: the selected node's head, its layer, or its group, as one node"],
  [["← → ↑ ↓", "+", "−", "Home"], "in the minimap of a large circuit: move the drawing, zoom, fit it"],
  [["1", "2", "3"], "circuit alone, circuit ablated, whole model"],
  [["Ctrl Z"], "undo (the browser's Back does the same)"],
  [["Ctrl Shift Z", "Ctrl Y"], "redo (Forward)"],
  [["R"], "reset: nothing ablated or restored by hand"],
  [["T"], "table or graph"],
  [["I"], "the chosen node, or the graph"],
  [["F"], "fit the circuit into the view"],
  [["/"], "find a node"],
  [["Esc"], "choose nothing, then select nothing"],
  [["?"], "this list"],
];

@customElement("cx-help-dialog")
export class HelpDialog extends LitElement {
  static override styles = [
    base,
    controls,
    dialogs,
    css`
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 8px 18px;
        margin: 14px 0 0;
        font-size: 13px;
      }
      dt {
        display: flex;
        align-items: center;
        gap: 4px;
      }
      dd {
        margin: 0;
        color: var(--ink-2);
      }
    `,
  ];

  @query("dialog") private readonly dialog!: HTMLDialogElement;

  open(): void {
    this.dialog.showModal();
  }

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="title">
      <h2 id="title">Keys</h2>
      <dl>
        ${KEYS.map(
          ([keys, words]) =>
            html`<dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt>
              <dd>${words}</dd>`,
        )}
      </dl>
      <form class="actions" method="dialog"><button>Close</button></form>
    </dialog>`;
  }
}
