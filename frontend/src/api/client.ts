/**
 * The typed client. `api` has one method for each HTTP verb; `need` turns its answers into data or
 * an `ApiError`, so that elements only ever meet one kind of failure.
 */
import createClient from "openapi-fetch";

import { ApiError, problemOf } from "./problem";
import type { paths } from "./schema.gen";
import { currentToken, requestToken } from "./token";

const WRITES = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** fetch, with the write token where there is one; asks for it once when a write is refused. */
async function fetchWithToken(request: Request): Promise<Response> {
  if (!WRITES.has(request.method)) return fetch(request);
  const again = request.clone();
  const response = await fetch(withToken(request));
  if (response.status !== 401 && response.status !== 403) return response;
  return (await requestToken()) ? fetch(withToken(again)) : response;
}

function withToken(request: Request): Request {
  const token = currentToken();
  if (token === null) return request;
  const headers = new Headers(request.headers);
  headers.set("Authorization", `Bearer ${token}`);
  return new Request(request, { headers });
}

export const api = createClient<paths>({ baseUrl: location.origin, fetch: fetchWithToken });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer, or an `ApiError`. */
export async function need<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (data === undefined) throw new ApiError(problemOf(error, response));
  return data;
}
