/**
 * The write token of a server that is open to others: asked for when a write is refused, kept for
 * this browser tab, sent with every write from then on.
 */
const KEY = "circuit-explorer.write-token";

type Ask = (rejected: boolean) => Promise<string | null>;

let ask: Ask = async () => null;

/** The dialog that asks registers here; null from it means that the user gave up. */
export function onTokenNeeded(handler: Ask): void {
  ask = handler;
}

export function currentToken(): string | null {
  return sessionStorage.getItem(KEY);
}

/** Asks for a token and keeps it; false if none was given. */
export async function requestToken(): Promise<boolean> {
  const token = await ask(currentToken() !== null);
  if (token === null) return false;
  sessionStorage.setItem(KEY, token);
  return true;
}
