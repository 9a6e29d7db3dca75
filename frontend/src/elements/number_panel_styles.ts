/** Styles of the numbers. */
import { css } from "lit";

export const numberStyles = css`
  .stale .quantity,
  .stale table,
  .stale .foot {
    opacity: 0.5;
  }
  .quantity,
  table,
  .foot {
    transition: opacity 120ms;
  }
  .waiting {
    min-height: 330px;
    padding-top: 24px;
  }
  cx-problem {
    margin-bottom: 12px;
  }
  .quantity {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto auto;
    align-items: baseline;
    gap: 0 12px;
    padding: 7px 0 5px;
  }
  .quantity.main {
    grid-template-rows: auto minmax(22px, auto);
  }
  .quantity + .quantity {
    border-top: 1px solid var(--line);
  }
  .quantity h2 {
    font-size: 13px;
    font-weight: 550;
  }
  h2 small {
    font-weight: 400;
    color: var(--ink-3);
  }
  .value {
    font-size: 20px;
    font-weight: 620;
    letter-spacing: -0.01em;
    text-align: right;
  }
  .main .value {
    font-size: 30px;
    line-height: 1.15;
  }
  .change {
    min-width: 104px; /* of the longest, so that the value beside it stays */
    text-align: right;
    font-size: 13px;
    font-weight: 600;
    white-space: nowrap;
  }
  .change.none {
    font-weight: 400;
    color: var(--ink-3);
  }
  .change.better {
    color: var(--good);
  }
  .change.worse {
    color: var(--bad);
  }
  .interval {
    grid-column: 2 / -1;
    text-align: right;
    font-size: var(--small);
    color: var(--ink-3);
  }
  .quantity > .chip {
    grid-column: 1;
    grid-row: 2;
    justify-self: start;
  }
  cx-scale-strip {
    grid-column: 1 / -1;
    margin-top: 3px;
  }
  table {
    table-layout: fixed;
    margin-top: 8px;
    border-top: 1px solid var(--line);
    font-size: var(--small);
  }
  th,
  td {
    padding: 3px 0 3px 10px;
    border: 0;
  }
  th:first-child {
    padding-left: 0;
  }
  th:nth-child(2) {
    width: 15%;
  }
  th:nth-child(3) {
    width: 18%;
  }
  th:nth-child(4) {
    width: 21%;
  }
  tbody tr:first-child > * {
    font-weight: 620;
  }
  tbody th {
    font-weight: 400;
  }
  th .mark,
  th .dot {
    display: inline-block;
    width: 10px;
    height: 10px;
    margin-right: 6px;
    vertical-align: -1px;
    overflow: visible;
  }
  th .dot {
    width: 4px;
    height: 11px;
    margin: 0 9px 0 3px;
    border-radius: 2px;
    background: var(--accent);
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    gap: 0 14px;
    margin-top: 8px;
    font-size: var(--tiny);
    color: var(--ink-3);
  }
  .ms {
    margin-left: auto;
  }
  .probabilities {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 4px 16px;
    margin: 8px 0;
    font-size: var(--small);
  }
  .probabilities dt {
    color: var(--ink-2);
  }
  .probabilities dd {
    margin: 0;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  .probabilities small {
    font-weight: 400;
  }
`;
