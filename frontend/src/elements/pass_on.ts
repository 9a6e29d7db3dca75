/** Events of an element in a shadow root, said again by the one around it. */

export function passOn<T>(from: EventTarget, event: CustomEvent<T>): void {
  from.dispatchEvent(new CustomEvent<T>(event.type, { detail: event.detail }));
}
