import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import type { EvaluateResponse } from "../src/api/types";
import { toggle, untouched } from "../src/state/exploration";
import { describeStep } from "../src/state/steps";
import { asksTheSame, textOf } from "../src/state/story";

const NODE = "0.mlp.post_act.863";
const start = untouched("a-1");
const touched = toggle(start, [NODE]);
const answer = {
  numbers: {
    task_loss: { value: 0.5 },
    accuracy: { value: 0.75 },
    logit_difference: { value: 1.5 },
  },
} as unknown as EvaluateResponse;

const request = vi.fn<(request: Request) => Promise<Response>>();

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("location", { origin: "http://localhost" });
  vi.stubGlobal("sessionStorage", { getItem: (key: string) => kept.get(key) ?? null });
  vi.stubGlobal("fetch", request);
  vi.resetModules();
  request.mockReset();
});

afterEach(() => vi.unstubAllGlobals());

function answered(status: number, body: unknown): void {
  request.mockImplementation(async () => Response.json(body, { status }));
}

describe("sharing", () => {
  test("keeps the state with its numbers, without the saved state it came from", async () => {
    const { shareUrl } = await import("../src/state/saved");
    answered(201, { id: "Xy7", path: "/circuits/a-1", state: "", numbers: null });
    const opened = { ...touched, saved: "Old1" };
    expect(await shareUrl(opened, { answer, stale: false })).toBe(
      "http://localhost/circuits/a-1?s=Xy7",
    );
    expect(await request.mock.calls[0]?.[0].json()).toEqual({
      path: "/circuits/a-1",
      state: `ablated=${NODE}`,
      numbers: { task_loss: 0.5, accuracy: 0.75, logit_difference: 1.5 },
    });
  });

  test("keeps no numbers of another state", async () => {
    const { shareUrl } = await import("../src/state/saved");
    answered(201, { id: "Xy7", path: "/circuits/a-1", state: "", numbers: null });
    await shareUrl(touched, { answer, stale: true });
    expect(await request.mock.calls[0]?.[0].json()).toMatchObject({ numbers: null });
  });

  test("copies the long address where nothing may be kept, the bare one of a circuit", async () => {
    const { shareUrl } = await import("../src/state/saved");
    answered(403, { title: "no", status: 403, detail: "no" });
    const numbers = { answer, stale: false };
    expect(await shareUrl(touched, numbers)).toBe(
      `http://localhost/circuits/a-1?ablated=${NODE}`,
    );
    expect(request).toHaveBeenCalledTimes(1);
    expect(await shareUrl({ ...start, saved: "Old1" }, numbers)).toBe(
      "http://localhost/circuits/a-1",
    );
    expect(request).toHaveBeenCalledTimes(1);
  });
});

describe("a saved state", () => {
  test("is fetched once, put back, compared and left", async () => {
    const { asSaved, leaveSaved, readSaved, stateSaved } = await import("../src/state/saved");
    const saved = { id: "Xy7", path: "/circuits/a-1", state: `ablated=${NODE}`, numbers: null };
    answered(200, saved);
    expect(await readSaved("Xy7")).toEqual(saved);
    expect(await readSaved("Xy7")).toEqual(saved);
    expect(request).toHaveBeenCalledTimes(1);

    const opened = stateSaved("a-1", saved);
    const changed = toggle(opened, [NODE]);
    expect(asksTheSame(opened, { ...opened, selection: NODE })).toBe(true);
    expect(asksTheSame(opened, changed)).toBe(false);
    expect(asSaved(saved)(changed)).toEqual(opened);
    expect(leaveSaved(opened)).toEqual(touched);
    expect(describeStep(opened, leaveSaved(opened))).toBe("saved state left");
    expect(textOf(opened)).toBe(`ablated=${NODE}`);
  });

  test("that could not be fetched is asked for again", async () => {
    const { readSaved } = await import("../src/state/saved");
    answered(503, { title: "busy", status: 503, detail: "busy" });
    await expect(readSaved("Xy8")).rejects.toThrow();
    answered(200, { id: "Xy8", path: "/circuits/a-1", state: "" });
    expect(await readSaved("Xy8")).toMatchObject({ id: "Xy8" });
  });
});
