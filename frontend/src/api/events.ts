/**
 * The events of a job, as they come. The browser's EventSource resumes by itself after a lost
 * connection (it sends Last-Event-ID); the stream is closed on its last event, `end`.
 */
import type { JobStatus, Problem, Progress } from "./types";

export interface JobEnd {
  status: JobStatus;
  slug: string | null;
  error: Problem | null;
}

export interface JobListener {
  status(status: JobStatus): void;
  progress(progress: Progress): void;
  log(message: string): void;
  end(end: JobEnd): void;
  /** The connection broke (true) or is back (false). */
  lost(lost: boolean): void;
}

/** Listens until the job ends; the function returned stops earlier. */
export function listenToJob(id: string, listener: JobListener): () => void {
  const source = new EventSource(`/api/jobs/${encodeURIComponent(id)}/events`);
  const on = <T>(name: string, handle: (data: T) => void): void => {
    source.addEventListener(name, (event) => {
      handle(JSON.parse((event as MessageEvent<string>).data) as T);
    });
  };
  on<{ status: JobStatus }>("status", (data) => listener.status(data.status));
  on<Progress>("progress", (data) => listener.progress(data));
  on<{ message: string }>("log", (data) => listener.log(data.message));
  on<JobEnd>("end", (data) => {
    source.close();
    listener.end(data);
  });
  source.onopen = () => listener.lost(false);
  source.onerror = () => listener.lost(true);
  return () => source.close();
}
