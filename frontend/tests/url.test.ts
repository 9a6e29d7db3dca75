import { describe, expect, it } from "vitest";

import type { Exploration } from "../src/state/exploration";
import { toggle, toggleEdge, untouched } from "../src/state/exploration";
import { LONGEST_URL, fromLocation, fromParams, isLong, toText, toUrl } from "../src/state/url";

const start = untouched("a-1");
const full: Exploration = {
  slug: "a-1",
  mode: "circuit_ablated",
  value: "zero",
  ablated: new Set(["0.mlp.post_act.863", "1.attn.q.12"]),
  restored: new Set(["1.attn.k.12"]),
  ablatedEdges: new Set(["0.mlp.act_in.3>0.mlp.post_act.863"]),
  restoredEdges: new Set(["0.mlp.post_act.863>0.mlp.resid_delta.4"]),
  constants: new Map([["0.attn.v.3", -2.5]]),
  factors: new Map([["0.attn.v.4", 0.5], ["0.attn.v.5", 1e-7]]),
  split: "validation",
  seed: 7,
  selection: "1.attn.q.12",
  chosen: new Set(["1.attn.q.12", "1.attn.q.13"]),
  view: "table",
  prompt: "a = 'b&c=#?\n\t\u{1f642}",
  look: {
    colour: "activation",
    pair: 3,
    second: true,
    position: 0,
    inside: "model",
    side: "difference",
    least: 0.04,
    by: "effect",
    flow: 0.09,
    cell: "0.attn.head.5",
    folded: new Set(["head:1.3", "layer:0"]),
    size: 12,
  },
  story: { id: "how", step: 3 },
  saved: "Xy7",
};

function there(url: string): ReturnType<typeof fromLocation> {
  const { search, hash } = new URL(url, "http://localhost");
  return fromLocation("a-1", { search, hash });
}

describe("the address", () => {
  it("is bare for the untouched circuit", () => {
    expect(toUrl(start)).toBe("/circuits/a-1");
    expect(there(toUrl(start))).toEqual({ state: start });
  });

  it("holds everything, and gives it back", () => {
    expect(there(toUrl(full))).toEqual({ state: full });
  });

  it("lists nodes readably", () => {
    expect(toUrl(toggle(start, ["1.attn.q.12", "0.mlp.post_act.863"]))).toBe(
      "/circuits/a-1?ablated=0.mlp.post_act.863,1.attn.q.12",
    );
  });

  it("lists edges by their ends", () => {
    const edge = { source: "0.mlp.act_in.3", target: "0.mlp.post_act.863", kept: true };
    const url = toUrl(toggleEdge(start, edge));
    expect(url).toBe("/circuits/a-1?ablated_edges=0.mlp.act_in.3%3E0.mlp.post_act.863");
  });

  it("gives values of nodes readably, and reads no nonsense", () => {
    const url = toUrl({ ...start, constants: new Map([["0.attn.v.3", 2]]) });
    expect(url).toBe("/circuits/a-1?constants=0.attn.v.3:2");
    const text = "constants=0.attn.v.3:x,0.attn.v.4,0.attn.v.5:1&factors=0.attn.v.5:2,0.attn.v.6:2";
    const { constants, factors } = fromParams("a-1", new URLSearchParams(text));
    expect([...constants]).toEqual([["0.attn.v.5", 1]]);
    expect([...factors]).toEqual([["0.attn.v.6", 2]]);
  });

  it("goes behind # when it is too long for a request line", () => {
    const many = Array.from({ length: 200 }, (_, i) => `3.mlp.post_act.${i}`);
    const long = toggle(start, many);
    expect(isLong(long)).toBe(true);
    expect(toUrl(long)).toContain("/circuits/a-1#ablated=");
    expect(toUrl(long).length).toBeGreaterThan(LONGEST_URL);
    expect(there(toUrl(long))).toEqual({ state: long });
  });

  it("can name a state that the server keeps", () => {
    expect(there("/circuits/a-1?s=Xy7")).toEqual({ saved: "Xy7" });
  });

  it("names the saved state that was opened while the page is changed", () => {
    const opened = { ...start, saved: "Xy7" };
    expect(toUrl(opened)).toBe("/circuits/a-1?s=Xy7&mode=circuit");
    expect(there(toUrl(opened))).toEqual({ state: opened });
  });
});

describe("reading", () => {
  it.each(["mode=nonsense", "value=median", "split=all", "seed=-1", "seed=1e3", "view=3d"])(
    "takes the default for what it does not understand: %s",
    (text) => {
      expect(fromParams("a-1", new URLSearchParams(text))).toEqual(start);
    },
  );

  it("keeps ablated and restored apart", () => {
    const state = fromParams("a-1", new URLSearchParams("ablated=a,b,&restored=b,c"));
    expect([...state.ablated]).toEqual(["a", "b"]);
    expect([...state.restored]).toEqual(["c"]);
    const edges = fromParams("a-1", new URLSearchParams("ablated_edges=a>b&restored_edges=a>b,c>d"));
    expect([...edges.ablatedEdges]).toEqual(["a>b"]);
    expect([...edges.restoredEdges]).toEqual(["c>d"]);
  });

  it("reads the text that the server keeps", () => {
    expect(fromParams("a-1", new URLSearchParams(toText(full)))).toEqual(full);
  });
});
