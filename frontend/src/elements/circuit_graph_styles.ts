/** Styles of the drawing around its canvas. */
import { css } from "lit";

export const graphStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 340px;
    background: var(--surface);
    --margin: 158px;
  }
  .drawing {
    position: relative;
    flex: 1;
    min-height: 0;
    overflow: hidden;
  }
  .canvas {
    position: absolute;
    inset: 0 0 0 var(--margin);
  }
  .canvas:focus-visible {
    outline-offset: -3px;
  }
  .canvas[data-clicked]:focus-visible {
    outline: none;
  }
  .margin {
    position: absolute;
    inset: 0;
    overflow: hidden;
    pointer-events: none;
    font-size: var(--tiny);
    color: var(--ink-3);
  }
  .band {
    position: absolute;
    left: 0;
    right: 0;
    border-top: 1px solid var(--line);
  }
  .band.odd {
    background: var(--surface-2);
  }
  .band button {
    position: absolute;
    top: 3px;
    left: 8px;
    min-height: 0;
    padding: 1px 6px;
    border-color: transparent;
    background: none;
    font-size: var(--tiny);
    font-weight: 650;
    color: var(--ink-2);
    pointer-events: auto;
  }
  .band button[aria-pressed="true"] {
    border-color: var(--accent);
    color: var(--accent);
  }
  .row {
    position: absolute;
    right: calc(100% - var(--margin) + 8px);
    translate: 0 -50%;
    line-height: 1;
    white-space: nowrap;
    pointer-events: auto;
    cursor: pointer;
  }
  .row:hover {
    color: var(--ink);
    text-decoration: underline;
  }
  cx-lasso {
    left: var(--margin);
  }
  .end {
    position: absolute;
    left: 0;
    right: 0;
    border-top: 1px solid var(--line-2);
  }
  .end span {
    position: absolute;
    left: 14px;
    bottom: 4px;
    font-weight: 650;
    color: var(--ink-2);
  }
  .end:nth-last-child(2) span {
    bottom: auto;
    top: 4px;
  }
  .hover {
    position: absolute;
    z-index: 1;
    top: 8px;
    left: calc(var(--margin) + 8px);
    padding: 2px 8px;
    border-radius: 4px;
    background: var(--surface);
    font: var(--small) / 1.5 var(--mono);
    color: var(--ink-2);
    pointer-events: none;
  }
  .hover:empty {
    display: none;
  }
  .zoom {
    position: absolute;
    top: 10px;
    right: 12px;
    display: flex;
    gap: 4px;
  }
  .zoom button {
    min-width: 30px;
    padding: 0 8px;
  }
  .zoom button[aria-pressed="true"] {
    background: var(--accent-wash);
    border-color: var(--accent);
    color: var(--accent);
  }
  /* Beside names of rows, and as low as the room that fitting leaves below the nodes. */
  .foot {
    position: absolute;
    right: 12px;
    bottom: 6px;
    left: calc(var(--margin) + 8px);
    display: flex;
    align-items: flex-end;
    gap: 12px;
    pointer-events: none;
  }
  .foot ::slotted(*),
  .foot cx-minimap {
    pointer-events: auto;
  }
  cx-minimap {
    flex: none;
    margin-left: auto;
  }
  .no-nodes {
    position: absolute;
    inset: 45% 24px auto var(--margin);
    text-align: center;
    color: var(--ink-2);
    pointer-events: none;
  }
  .hidden-edges {
    position: absolute;
    top: 8px;
    left: calc(var(--margin) + 8px);
    padding: 2px 8px;
    border-radius: 4px;
    background: var(--warn-wash);
    font-size: var(--small);
  }
`;
