/** Shortcuts of a page, wherever the focus is, as long as nothing there takes the key itself. */
import type { ReactiveController, ReactiveControllerHost } from "lit";

import type { Shortcut } from "../state/shortcuts";
import { isStepKey, shortcutOf, takesArrows, takesKeys } from "../state/shortcuts";

export class Keyboard implements ReactiveController {
  constructor(
    host: ReactiveControllerHost,
    private readonly actions: Record<Shortcut, () => void>,
    /** Whether a story is read, whose steps the arrow keys walk. */
    private readonly hasSteps: () => boolean,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener("keydown", this.#pressed);
  }

  hostDisconnected(): void {
    window.removeEventListener("keydown", this.#pressed);
  }

  readonly #pressed = (event: KeyboardEvent): void => {
    const shortcut = shortcutOf(event);
    const path = event.composedPath();
    if (shortcut === null || event.repeat || takesKeys(path)) return;
    const taken = event.defaultPrevented || takesArrows(path);
    if (isStepKey(shortcut) && (!this.hasSteps() || taken)) return;
    event.preventDefault();
    this.actions[shortcut]();
  };
}
