import { describe, expect, it } from "vitest";

import { heat, largest, strength } from "../src/drawing/heat";
import { untouched } from "../src/state/exploration";
import { isOfHead, isResidual, nodeName, nodeWords } from "../src/state/node_name";
import { shortcutOf } from "../src/state/shortcuts";
import { describeStep } from "../src/state/steps";
import { fromParams, toUrl } from "../src/state/url";

describe("the name of a node", () => {
  it("is taken apart", () => {
    expect(nodeName("1.attn.q.17")).toEqual({ layer: 1, site: "attn.q", index: 17 });
    expect(nodeName("10.mlp.resid_delta.0")).toEqual({
      layer: 10,
      site: "mlp.resid_delta",
      index: 0,
    });
  });

  it.each([null, "", "1.attn.17", "attn.q.17", "1.attn.q.", "0.mlp.act_in.3>0.mlp.post_act.17", "0.constructor.1"])(
    "is not %s",
    (name) => expect(nodeName(name)).toBeNull(),
  );

  it("says which sections there are", () => {
    const sections = (name: string): [boolean, boolean] => {
      const found = nodeName(name);
      return found === null ? [false, false] : [isOfHead(found), isResidual(found)];
    };
    expect(sections("0.attn.v.1")).toEqual([true, false]);
    expect(sections("0.attn.resid_delta.1")).toEqual([false, true]);
    expect(sections("0.mlp.act_in.1")).toEqual([false, true]);
    expect(sections("0.mlp.post_act.1")).toEqual([false, false]);
    expect(nodeWords({ layer: 3, site: "attn.k", index: 5 })).toBe("Key channel, layer 3");
  });
});

describe("values as colours", () => {
  it("are read against the largest magnitude", () => {
    expect(largest([1, -3], [null, 2])).toBe(3);
    expect(largest()).toBe(0);
    expect([strength(-1, 4), strength(9, 4), strength(1, 0)]).toEqual([0.25, 1, 0]);
  });

  it("have their sign's colour, and none at zero", () => {
    expect(heat(2, 4)).toBe("color-mix(in srgb, var(--positive) 25.0%, transparent)");
    expect(heat(-4, 4)).toBe("color-mix(in srgb, var(--negative) 50.0%, transparent)");
    expect([heat(0, 4), heat(null, 4), heat(1, 0)]).toEqual(Array(3).fill("transparent"));
  });
});

describe("an inspected node", () => {
  const start = untouched("a-1");
  const inspected = { ...start, view: "node" as const, selection: "0.mlp.post_act.3" };

  it("is a link", () => {
    const url = toUrl(inspected);
    expect(url).toBe("/circuits/a-1?view=node&select=0.mlp.post_act.3");
    expect(fromParams("a-1", new URLSearchParams(url.split("?")[1]))).toEqual(inspected);
  });

  it("is a step of the history, in words", () => {
    expect(describeStep(start, inspected)).toBe("node view");
    expect(describeStep(inspected, { ...inspected, selection: "0.attn.q.1" })).toBe(
      "choose 0.attn.q.1",
    );
  });

  it("has a key", () => {
    const plain = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
    expect(shortcutOf({ key: "i", ...plain })).toBe("inspect");
  });
});
