/** Styles of the sizes view. */
import { css } from "lit";

export const sizeCurveStyles = css`
  :host {
    max-width: 1240px;
    padding: 18px 24px 32px;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-end;
    gap: 10px 24px;
    margin-bottom: 6px;
  }
  header > div {
    flex: 1 1 420px;
    max-width: 86ch;
  }
  header p {
    margin-top: 2px;
    font-size: 13px;
  }
  .figure {
    min-height: 400px;
    margin-bottom: 14px;
  }
  cx-problem {
    margin-bottom: 14px;
  }
  .points {
    overflow-x: auto;
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }
  .points td,
  .points th {
    padding-block: 4px;
    white-space: nowrap;
  }
  .points td.target {
    white-space: normal;
  }
  .points .target .small {
    display: inline-block;
  }
  tr.picked {
    background: var(--accent-wash);
  }
  .open {
    text-align: right;
  }
  .open button {
    min-height: 26px;
  }
  form {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    margin-top: 14px;
  }
  form input {
    width: 96px;
  }
  .none {
    max-width: 60ch;
    margin: 40px auto;
  }
  .none p {
    margin-top: 4px;
    color: var(--ink-2);
  }
`;
