/** What went wrong with a request, in the server's words where it has any. */
import type { Problem } from "./types";

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
  }

  /** The server could not be reached at all. */
  get isNetwork(): boolean {
    return this.problem.status === 0;
  }
}

/** Reads an error body: problem details if it is one, the status line otherwise. */
export function problemOf(body: unknown, response: Response): Problem {
  const fields = isRecord(body) ? body : {};
  const text = (name: string): string => (typeof fields[name] === "string" ? fields[name] : "");
  return {
    title: text("title") || response.statusText || `HTTP ${response.status}`,
    status: response.status,
    detail: text("detail") || `The server answered with status ${response.status}.`,
    remedy: text("remedy"),
  };
}

/** Any thrown value as a problem to show; null for a request that was given up on purpose. */
export function asProblem(error: unknown): Problem | null {
  if (error instanceof ApiError) return error.problem;
  if (error instanceof DOMException && error.name === "AbortError") return null;
  if (error instanceof TypeError) {
    return {
      title: "The server cannot be reached",
      status: 0,
      detail: error.message,
      remedy: "Check that Circuit Explorer is still running on this address, then try again.",
    };
  }
  return {
    title: "The page met an error",
    status: 0,
    detail: error instanceof Error ? error.message : String(error),
    remedy: "Reload the page; its address holds everything you set.",
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
