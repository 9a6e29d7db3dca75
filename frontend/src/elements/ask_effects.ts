/** Asks the server for effects of parts of a circuit. */
import { api, need } from "../api/client";
import type { EffectsRequest, EffectsResponse } from "../api/types";

export function askEffects(
  slug: string,
  body: EffectsRequest,
  signal: AbortSignal,
): Promise<EffectsResponse> {
  const params = { path: { slug } };
  return need(api.POST("/api/circuits/{slug}/effects", { params, body, signal }));
}
