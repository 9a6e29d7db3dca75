/** Styles of the circuit unrolled over tokens. */
import { css } from "lit";

export const tokenGridStyles = css`
  .scroll {
    position: relative;
    overflow: auto;
    max-height: max(340px, calc(100vh - 300px));
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
  }
  .canvas {
    display: flow-root;
    position: relative;
    isolation: isolate;
    min-width: 100%;
  }
  .grid {
    display: block;
  }
  .row {
    display: flex;
  }
  .name {
    position: sticky;
    left: 0;
    z-index: 3;
    flex: none;
    display: flex;
    align-items: center;
    gap: 6px;
    padding: 0 8px;
    background: var(--surface);
    border-right: 1px solid var(--line);
    font-size: var(--tiny);
    white-space: nowrap;
  }
  .name code {
    font-size: var(--tiny);
  }
  .name .label {
    overflow: hidden;
    text-overflow: ellipsis;
    color: var(--ink-2);
  }
  .name > i {
    position: absolute;
    bottom: 100%;
    left: 8px;
    font: 600 10.5px/1.5 var(--sans);
    color: var(--ink-3);
  }
  .ablated code {
    text-decoration: line-through;
  }
  .selected .name {
    background: var(--accent-wash);
  }
  .cell {
    position: relative;
    z-index: 1; /* lines run behind cells, so that no number is under a line */
    flex: none;
    display: flex;
    align-items: center;
    justify-content: center;
    overflow: hidden;
    border: 0.5px solid var(--line);
    border-radius: 3px;
    background-color: var(--surface);
    font: 11px/1 var(--sans);
    font-variant-numeric: tabular-nums;
    color: var(--ink);
    cursor: pointer;
    scroll-margin: 60px 12px 60px 220px;
  }
  .cell.zero {
    border-color: color-mix(in srgb, var(--line) 55%, transparent);
  }
  .cell.unseen {
    background-color: var(--surface-2);
    border-color: transparent;
  }
  .cell[aria-selected="true"] {
    outline: 2px solid var(--accent);
    outline-offset: -2px;
  }
  .cell:focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: -1px;
    z-index: 2;
  }
  .tokens {
    position: sticky;
    bottom: 0;
    z-index: 4;
    background: var(--surface);
    border-top: 1px solid var(--line-2);
  }
  .token {
    flex: none;
    padding: 4px 2px 2px;
    overflow: hidden;
    font: 12px/1.3 var(--mono);
    text-align: center;
    text-overflow: ellipsis;
    white-space: pre;
  }
  .token small {
    display: block;
    font: 10px/1.3 var(--sans);
    color: var(--ink-3);
  }
  .token.at {
    background: var(--accent-wash);
    font-weight: 600;
  }
  svg {
    position: absolute;
    inset: 0 auto auto 0;
    z-index: 0;
    overflow: visible;
    pointer-events: none;
  }
  .at-column {
    fill: var(--accent);
    opacity: 0.08;
  }
  path {
    fill: none;
    stroke: var(--positive);
    stroke-linecap: round;
  }
  path.negative {
    stroke: var(--negative);
  }
  path.join,
  path.token-line {
    stroke: var(--ink-3);
    stroke-dasharray: 4 3;
  }
  path.match {
    stroke: var(--kind-q);
    stroke-dasharray: 1.5 3;
  }
  path.attention {
    stroke: var(--kind-q);
  }
  path.attention.negative {
    stroke: var(--negative);
  }
  :host([whole]) .scroll {
    max-height: none;
    overflow: visible;
  }
  :host([whole]) .name,
  :host([whole]) .tokens {
    position: relative;
    inset: auto;
  }
  @media (max-width: 1099px) {
    .scroll {
      max-height: 80vh;
    }
  }
`;
