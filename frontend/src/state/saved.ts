/** States that the server keeps under short ids, with the numbers that the page showed. */
import { api, need } from "../api/client";
import { currentToken } from "../api/token";
import type { EvaluateResponse, SavedState } from "../api/types";
import type { Answered } from "./answers";
import type { Change, Exploration } from "./exploration";
import { numbersOf } from "./story";
import { fromParams, isLong, pathOf, toText, toUrl } from "./url";

/** They never change, so each is fetched once. */
const fetched = new Map<string, Promise<SavedState>>();

export function readSaved(id: string): Promise<SavedState> {
  const known = fetched.get(id);
  if (known) return known;
  const found = need(api.GET("/api/states/{id}", { params: { path: { id } } }));
  fetched.set(id, found);
  found.catch(() => fetched.delete(id));
  return found;
}

/** The state of the page as it was saved. */
export function stateSaved(slug: string, saved: SavedState): Exploration {
  return { ...fromParams(slug, new URLSearchParams(saved.state)), saved: saved.id };
}

/** Puts the page into the saved state again. */
export function asSaved(saved: SavedState): Change {
  return (now) => stateSaved(now.slug, saved);
}

/** Leaves the saved state; the page stays as it is. */
export function leaveSaved(now: Exploration): Exploration {
  return { ...now, saved: null };
}

/**
 * The address to share: a state with its numbers, kept on the server. Where that is not allowed
 * the long address does the same, but without numbers to compare with; a token is asked for only
 * if that address is too long for most programs.
 */
export async function shareUrl(
  exploration: Exploration,
  { answer, stale }: Pick<Answered<EvaluateResponse>, "answer" | "stale">,
): Promise<string> {
  const now = leaveSaved(exploration);
  const address = new URL(toUrl(now), location.origin);
  const state = toText(now);
  if (state === "") return address.href;
  const path = pathOf(now.slug);
  const body = { path, state, numbers: stale ? null : numbersOf(answer) };
  try {
    const { id } = await need(
      api.POST("/api/states", { body, ...(isLong(now) ? {} : { fetch: quietly }) }),
    );
    return new URL(`${path}?s=${encodeURIComponent(id)}`, location.origin).href;
  } catch {
    return address.href;
  }
}

/** Asks for no token: the one that is there is sent. */
function quietly(request: Request): Promise<Response> {
  const token = currentToken();
  if (token === null) return fetch(request);
  const headers = new Headers(request.headers);
  headers.set("Authorization", `Bearer ${token}`);
  return fetch(new Request(request, { headers }));
}
