/** Modal dialogs. */
import { css } from "lit";

export const dialogs = css`
  dialog {
    width: min(460px, calc(100vw - 32px));
    padding: 20px 22px;
    color: var(--ink);
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: 10px;
    box-shadow: var(--shadow);
  }
  dialog::backdrop {
    background: rgb(10 16 22 / 45%);
  }
  dialog h2 {
    margin-bottom: 6px;
    font-size: 16px;
  }
  dialog p {
    margin-bottom: 12px;
    font-size: 13px;
    color: var(--ink-2);
  }
  dialog p.bad {
    color: var(--bad);
  }
  dialog label {
    display: block;
    margin-bottom: 3px;
  }
  .actions {
    display: flex;
    justify-content: flex-end;
    gap: 8px;
    margin-top: 18px;
  }
`;
