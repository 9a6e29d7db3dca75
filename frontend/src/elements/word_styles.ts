/** How labels and steps look, read and written. */
import { css } from "lit";

export const wordStyles = css`
  form {
    display: grid;
    gap: 3px;
    margin-top: 8px;
  }
  form label {
    margin-top: 5px;
    font-size: var(--small);
    color: var(--ink-2);
  }
  input,
  textarea {
    width: 100%;
    resize: vertical;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
    margin-top: 8px;
  }
  .meanwhile {
    margin-bottom: 6px;
    padding: 10px 12px;
    border: 1px solid var(--bad);
    border-radius: var(--radius);
    font-size: 13px;
  }
  .theirs {
    margin-top: 6px;
    padding-left: 9px;
    border-left: 3px solid var(--line-2);
  }
  .text {
    white-space: pre-wrap;
  }
  .text,
  .theirs,
  .name {
    overflow-wrap: anywhere;
  }
  .text {
    font-size: 13px;
    color: var(--ink-2);
  }
  .by {
    margin-top: 3px;
    font-size: var(--tiny);
    color: var(--ink-3);
  }
`;
