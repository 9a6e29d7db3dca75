/**
 * Sends a file as the body of a POST. fetch cannot tell how much has been sent, XMLHttpRequest can.
 */
import { ApiError, problemOf } from "./problem";
import { currentToken } from "./token";

export interface Upload<T> {
  /** The answer, or an `ApiError`; an AbortError once cancelled. */
  readonly answer: Promise<T>;
  cancel(): void;
}

/** `progress` is told the share that has been sent, from 0 to 1. */
export function upload<T>(path: string, file: File, progress: (share: number) => void): Upload<T> {
  const request = new XMLHttpRequest();
  const answer = new Promise<T>((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.upload.onload = () => progress(1);
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(body as T);
      else reject(new ApiError(problemOf(body, new Response(null, { status: request.status }))));
    };
    request.onerror = () => reject(new TypeError("The connection broke off."));
    request.onabort = () => reject(new DOMException("Cancelled.", "AbortError"));
  });
  request.open("POST", path);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  const token = currentToken();
  if (token !== null) request.setRequestHeader("Authorization", `Bearer ${token}`);
  request.send(file);
  return { answer, cancel: () => request.abort() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
