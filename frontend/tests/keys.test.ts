import { describe, expect, it } from "vitest";

import type { GraphNode } from "../src/api/types";
import type { Situation } from "../src/drawing/keys";
import { actionOf } from "../src/drawing/keys";
import { layout } from "../src/drawing/layout";

const node = (id: string, layer: number, row: number, head: number | null): GraphNode =>
  ({ id, layer, row, head, kind: head === null ? "read" : "v", site: "attn.act_in", index: 0 }) as GraphNode;
const nodes = [node("r", 0, 0, null), node("v", 0, 1, 2), node("s", 1, 6, null)];
const groups = [{ target: "group:x", label: "x", members: ["r", "v"] }];
const edge = "r>v";

function press(key: string, selection: string | null, more: object = {}) {
  const now: Situation = {
    graph: { nodes, edges: [] },
    layout: layout(nodes, []),
    selection,
    folded: new Set(),
    groups,
    ...more,
  };
  const pressed = { key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more };
  return actionOf(pressed, now);
}

describe("keys of the drawing", () => {
  it("select, choose, toggle and fold around the selected node", () => {
    expect(press("ArrowUp", "r")).toEqual({ do: "select", name: "v" });
    expect(press("c", "v")).toEqual({ do: "choose", name: "v" });
    expect(press("Enter", "v")).toEqual({ do: "toggle", name: "v" });
    expect(press("o", "v")).toEqual({ do: "fold", name: "head:0.2" });
    expect(press("O", "v", { shiftKey: true })).toEqual({ do: "fold", name: "layer:0" });
    expect(press("o", "v", { folded: new Set(["layer:0"]) })).toEqual({ do: "fold", name: "layer:0" });
    expect(press("g", "v")).toEqual({ do: "fold", name: "group:x" });
    expect(press("p", null)).toEqual({ do: "follow" });
  });

  it("do nothing without something to do it to, or with Ctrl", () => {
    expect(press("c", edge)).toBeNull();
    expect(press("g", "s")).toBeNull();
    expect(press("o", null)).toBeNull();
    expect(press("Enter", null)).toBeNull();
    expect(press("x", "v")).toBeNull();
    expect(press("c", "v", { ctrlKey: true })).toBeNull();
    expect(press("Enter", edge)).toEqual({ do: "toggle", name: edge });
  });
});
