/** Styles of the tables of nodes, edges and heads in a report. */
import { css } from "lit";

export const partStyles = css`
  details {
    margin-top: 12px;
  }
  summary {
    padding: 4px 0;
    font-size: 13px;
    font-weight: 620;
    cursor: pointer;
  }
  summary .idle {
    font-weight: 400;
    color: var(--bad);
  }
  p {
    margin-bottom: 6px;
  }
  table {
    border-top: 1px solid var(--line);
  }
  td,
  tbody th {
    padding-block: 3px;
  }
  th:first-child {
    padding-left: 0;
  }
  tr.selected {
    background: var(--accent-wash);
  }
  tr.idle td {
    color: var(--bad);
  }
  button.more {
    margin-top: 8px;
  }
`;
