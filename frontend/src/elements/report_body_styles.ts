/** Styles of a report around its tables. */
import { css } from "lit";

export const reportStyles = css`
  header {
    display: flex;
    align-items: baseline;
    gap: 12px;
  }
  header h2 {
    font-size: 18px;
  }
  header a {
    font: var(--small) / 1 var(--mono);
  }
  .summary {
    columns: 2 480px;
    column-gap: 40px;
    margin: 8px 0 14px;
    padding: 10px 14px 10px 30px;
    background: var(--surface-2);
    border-left: 3px solid var(--accent);
    border-radius: 0 var(--radius) var(--radius) 0;
    font-size: 13px;
  }
  .summary li {
    break-inside: avoid;
  }
  .summary li + li {
    margin-top: 3px;
  }
  nav {
    position: sticky;
    top: 0;
    z-index: 2;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 6px;
    margin-inline: -4px;
    padding: 8px 4px;
    background: var(--surface);
    border-bottom: 1px solid var(--line);
  }
  nav button {
    min-height: 26px;
    padding: 0 8px;
    font-size: var(--small);
  }
  nav span {
    white-space: nowrap;
  }
  nav label {
    display: flex;
    align-items: center;
    gap: 6px;
    margin-left: auto;
  }
  .good {
    color: var(--good);
  }
  .bad {
    color: var(--bad);
  }
  section {
    margin-top: 26px;
    scroll-margin-top: 84px;
  }
  h3 {
    font-size: 15px;
    font-weight: 620;
  }
  h3:focus {
    outline: none;
  }
  h3 small {
    margin-left: 8px;
    font-size: var(--small);
    font-weight: 400;
    color: var(--ink-3);
  }
  section > p {
    margin-bottom: 8px;
    font-size: 13px;
  }
  .made {
    margin: 28px 0 6px;
    border-top: 1px solid var(--line);
  }
  .made summary {
    padding: 9px 0;
    font-size: 13px;
    cursor: pointer;
  }
  @media (max-width: 900px) {
    nav {
      position: static;
    }
  }
`;
