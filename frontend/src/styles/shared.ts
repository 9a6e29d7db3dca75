/** Styles that most elements share: text, controls, panels, tables, chips. */
import { css } from "lit";

export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p {
    margin: 0;
  }
  h1 {
    font-size: 22px;
    line-height: 1.25;
    font-weight: 620;
    letter-spacing: -0.01em;
  }
  h2 {
    font-size: var(--text);
    font-weight: 620;
  }
  a {
    color: var(--accent);
    text-underline-offset: 3px;
    text-decoration-thickness: 1px;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  code,
  .mono {
    font-family: var(--mono);
    font-size: 0.93em;
  }
  .quiet {
    color: var(--ink-3);
  }
  .small {
    font-size: var(--small);
  }
  .page {
    max-width: 1560px;
    margin: 0 auto;
    padding: 28px 24px 64px;
  }
  .panel {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

export const controls = css`
  button,
  .button,
  select,
  input,
  textarea {
    font: inherit;
    color: inherit;
  }
  button,
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-height: 30px;
    padding: 0 11px;
    background: var(--surface);
    border: 1px solid var(--line-2);
    border-radius: var(--radius);
    font-size: 13px;
    line-height: 1.2;
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
  }
  button:hover:not(:disabled),
  .button:hover {
    border-color: var(--ink-3);
    background: var(--surface-2);
  }
  button:disabled {
    opacity: 0.45;
    cursor: default;
  }
  button.primary,
  .button.primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--accent-ink);
  }
  button.primary:hover:not(:disabled),
  .button.primary:hover {
    filter: brightness(1.08);
    background: var(--accent);
  }
  button.link {
    min-height: 0;
    padding: 0;
    border: 0;
    background: none;
    color: var(--accent);
    text-decoration: underline;
    text-underline-offset: 2px;
  }
  input:not([type="checkbox"], [type="file"]),
  select,
  textarea {
    min-height: 30px;
    padding: 4px 9px;
    background: var(--surface);
    border: 1px solid var(--line-2);
    border-radius: var(--radius);
    font-size: 13px;
  }
  label {
    font-size: var(--small);
    color: var(--ink-2);
  }
  kbd {
    padding: 1px 5px;
    border: 1px solid var(--line-2);
    border-bottom-width: 2px;
    border-radius: 4px;
    background: var(--surface-2);
    font: var(--tiny) / 1.4 var(--mono);
    white-space: nowrap;
  }
`;

/** Choices below a label of their own. */
export const fieldsets = css`
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    margin-bottom: 3px;
    padding: 0;
    font-size: var(--small);
    color: var(--ink-2);
  }
`;

export const tables = css`
  .scroll {
    overflow-x: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 13px;
  }
  th,
  td {
    padding: 7px 12px;
    text-align: left;
    vertical-align: baseline;
    border-bottom: 1px solid var(--line);
  }
  tbody tr:last-child > * {
    border-bottom: 0;
  }
  thead th {
    font-size: var(--small);
    font-weight: 500;
    color: var(--ink-3);
    white-space: nowrap;
  }
  tbody th {
    font-weight: 500;
  }
  th.number,
  td.number {
    text-align: right;
  }
  td.number {
    white-space: nowrap;
  }
  tbody tr:hover {
    background: var(--surface-2);
  }
  td a,
  th a {
    text-decoration: none;
  }
  td a:hover,
  th a:hover {
    text-decoration: underline;
  }
  th button {
    min-height: 0;
    padding: 2px 0;
    border: 0;
    background: none;
    font: inherit;
    color: inherit;
  }
  th button::after {
    content: "";
    display: inline-block;
    width: 0.9em;
    font-size: 10px;
  }
  th[aria-sort="ascending"] button::after {
    content: "▲";
  }
  th[aria-sort="descending"] button::after {
    content: "▼";
  }
  th[aria-sort="ascending"],
  th[aria-sort="descending"] {
    color: var(--ink);
  }
`;

export const chips = css`
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    padding: 1px 8px;
    border-radius: 99px;
    border: 1px solid var(--line);
    background: var(--surface-2);
    font-size: var(--small);
    color: var(--ink-2);
    white-space: nowrap;
  }
  .chip.good {
    color: var(--good);
    border-color: currentColor;
  }
  .chip.bad {
    color: var(--bad);
    border-color: currentColor;
    background: var(--bad-wash);
  }
  .chip.busy {
    color: var(--accent);
    border-color: currentColor;
    background: var(--accent-wash);
  }
  .token {
    padding: 0 4px;
    border-radius: 3px;
    background: var(--surface-2);
    box-shadow: inset 0 0 0 1px var(--line);
    font-family: var(--mono);
    font-size: 0.92em;
    white-space: pre;
  }
  .source {
    margin: 0;
    font: 12.5px / 1.55 var(--mono);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .mark {
    color: var(--ink-3);
    font-size: 0.92em;
  }
`;

export const skeleton = css`
  .skeleton {
    display: block;
    min-height: 1em;
    border-radius: 4px;
    background: var(--line);
    animation: breathe 1.4s ease-in-out infinite alternate;
  }
  @keyframes breathe {
    from {
      opacity: 0.35;
    }
    to {
      opacity: 0.7;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .skeleton {
      animation: none;
      opacity: 0.5;
    }
  }
`;
