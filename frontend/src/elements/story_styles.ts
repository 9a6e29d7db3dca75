/** How a story is set beside the graph. */
import { css } from "lit";

export const storyStyles = css`
  :host {
    display: block;
  }
  section {
    margin: 4px 0 10px;
    padding: 10px 14px 12px;
    border: 1px solid var(--line);
    border-left: 3px solid var(--accent);
    border-radius: var(--radius);
  }
  header {
    display: flex;
    justify-content: space-between;
    gap: 12px;
    font-size: var(--small);
    color: var(--ink-3);
  }
  header p {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .count {
    white-space: nowrap;
  }
  h2 {
    margin: 4px 0;
    font-size: 16px;
    overflow-wrap: anywhere;
  }
  .text {
    font-size: 14px;
    line-height: 1.5;
    color: var(--ink);
  }
  .changed {
    min-height: 40px;
    margin: 6px 0 0;
    font-size: var(--small);
    color: var(--ink-2);
  }
  button.link {
    min-height: 24px;
    padding: 0 8px;
    font-size: var(--small);
  }
  [aria-disabled="true"] {
    opacity: 0.45;
    cursor: default;
  }
  .write {
    margin-left: auto;
  }
`;
