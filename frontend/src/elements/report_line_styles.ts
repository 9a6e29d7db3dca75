/** Styles of the lines of a report: a table, and a list of cards where there is no room for one. */
import { css } from "lit";

export const reportLineStyles = css`
  :host {
    container-type: inline-size;
  }
  table {
    table-layout: fixed;
    border-top: 1px solid var(--line);
  }
  thead th:nth-child(1) {
    width: 27%;
  }
  thead th:nth-child(2) {
    width: 13%;
  }
  thead th:nth-child(3) {
    width: 15%;
  }
  thead th:nth-child(4) {
    width: 20%;
  }
  th:first-child,
  td:first-child {
    padding-left: 0;
  }
  td {
    overflow-wrap: anywhere;
  }
  .value b {
    font-size: 15px;
    font-weight: 620;
  }
  .unit {
    font-size: var(--small);
    color: var(--ink-3);
  }
  .interval {
    color: var(--ink-2);
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
    font-size: var(--small);
  }
  li {
    display: flex;
    justify-content: space-between;
    gap: 10px;
    color: var(--ink-2);
  }
  li b {
    font-weight: 500;
    white-space: nowrap;
  }
  .words {
    display: block;
    margin-top: 2px;
    font-size: var(--small);
    color: var(--ink-2);
  }
  details {
    margin-top: 2px;
    font-weight: 400;
  }
  summary {
    width: max-content;
    font-size: var(--small);
    color: var(--ink-3);
    cursor: pointer;
  }
  .limit {
    margin-top: 2px;
    font-size: var(--small);
    font-weight: 400;
    color: var(--ink-2);
  }
  @container (max-width: 760px) {
    thead {
      position: absolute;
      clip-path: inset(50%);
    }
    table,
    tbody {
      display: block;
    }
    tr {
      display: grid;
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      gap: 4px 18px;
      padding: 10px 0;
      border-bottom: 1px solid var(--line);
    }
    tr > * {
      padding: 0;
      border: 0;
      text-align: left;
    }
    tr > th {
      grid-column: 1 / -1;
    }
    td.number {
      text-align: left;
      white-space: normal;
    }
    td::before {
      content: attr(data-name);
      display: block;
      font-size: var(--tiny);
      color: var(--ink-3);
    }
    ul {
      max-width: 260px;
    }
  }
`;
