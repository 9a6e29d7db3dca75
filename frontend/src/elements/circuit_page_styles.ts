/** Layout of the circuit page: an instrument that fills the window, a column below 1100 px. */
import { css } from "lit";

export const circuitPageStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr) clamp(372px, 27vw, 520px);
    grid-template-rows: auto minmax(0, 1fr);
    height: calc(100vh - 44px);
    min-height: 620px;
  }
  header {
    grid-column: 1 / -1;
    display: grid;
    gap: 12px;
    padding: 12px 24px;
    background: var(--surface);
    border-bottom: 1px solid var(--line);
  }
  .stage {
    position: relative;
    min-height: 0;
    min-width: 0;
    background: var(--surface);
  }
  .view {
    position: relative;
    height: 100%;
    overflow: auto;
  }
  .view:focus-visible {
    outline-offset: -3px;
  }
  .stage > cx-problem,
  .loading {
    display: block;
    max-width: 620px;
    margin: 40px auto;
    padding: 0 24px;
  }
  aside {
    position: relative; /* or what is hidden in it makes the whole page longer */
    min-width: 0;
    padding: 8px 22px 32px;
    overflow-y: auto;
    background: var(--surface);
    border-left: 1px solid var(--line);
  }
  .alone {
    grid-column: 1 / -1;
    padding: 48px 24px;
  }
  .alone > * {
    max-width: 640px;
    margin: 0 auto 12px;
  }
  @media (max-width: 1099px) {
    :host {
      display: block;
      height: auto;
    }
    .stage {
      min-height: max(78vh, 520px);
      border-bottom: 1px solid var(--line);
    }
    cx-graph-stage {
      height: 78vh;
      min-height: 520px;
    }
    .view.table {
      height: 66vh;
      min-height: 440px;
    }
    .view {
      height: auto;
    }
    aside {
      border-left: 0;
    }
    header {
      padding-inline: 16px;
    }
  }
`;
