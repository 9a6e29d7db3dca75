import { describe, expect, test } from "vitest";

import type { GraphNode, Word } from "../src/api/types";
import { boxesOf } from "../src/drawing/groups";
import { shortened, wordElements, wrapped } from "../src/drawing/words";
import { matching } from "../src/state/matching";
import { labelOf, newTarget, sortOut } from "../src/state/words";

const word = (target: string, document: Word["document"]): Word => ({
  target,
  version: 1,
  author: "Ada",
  created: "2026-11-23T08:00:00Z",
  document,
});
const label = (target: string, text: string, members: string[] = []): Word =>
  word(target, { kind: "label", label: text, note: "about it", members });
const step = (target: string, place: number, story = "story:how"): Word =>
  word(target, { kind: "step", story, title: target, text: "", place, state: "", numbers: null });
const story = (target: string, title: string): Word =>
  word(target, { kind: "story", title, text: "" });

describe("words", () => {
  test("are sorted out: labels, groups, and stories with steps in the order of their places", () => {
    const words = sortOut([
      story("story:how", "How"),
      story("story:empty", "A beginning"),
      step("step:orphan", 1, "story:gone"),
      step("step:b", 2),
      label("group:x", "box", ["0.mlp.post_act.1"]),
      step("step:c", 1.5),
      label("0.mlp.post_act.1", "neuron"),
      label("0.mlp.act_in.3>0.mlp.post_act.1", "wire"),
      word("0.mlp.post_act.2", null),
      step("step:a", 2),
    ]);
    const told = words.stories.map(({ word, steps }) => [
      word.target,
      steps.map((each) => each.target),
    ]);
    expect(told).toEqual([
      ["story:empty", []],
      ["story:how", ["step:c", "step:a", "step:b"]],
    ]);
    expect(words.groups.map((each) => each.target)).toEqual(["group:x"]);
    expect([...words.labels.keys()]).toEqual([
      "0.mlp.post_act.1",
      "0.mlp.act_in.3>0.mlp.post_act.1",
    ]);
    expect(labelOf(words, "0.mlp.post_act.1")).toBe("neuron");
    expect(labelOf(words, "0.mlp.post_act.2")).toBe("");
  });

  test("new targets fit the rule and are not the same", () => {
    const made = new Set(Array.from({ length: 50 }, () => newTarget("group:")));
    expect(made.size).toBe(50);
    for (const target of made) expect(target).toMatch(/^group:[a-z0-9-]{1,40}$/);
  });
});

test("nodes are found by label, note and group", () => {
  const node = (id: string): GraphNode => ({ id, kind: "neuron" }) as GraphNode;
  const nodes = [node("0.mlp.post_act.1"), node("0.mlp.post_act.2")];
  const words = sortOut([
    label("0.mlp.post_act.1", "Quote detector"),
    label("group:x", "classifier", ["0.mlp.post_act.2"]),
  ]);
  expect(matching(nodes, words, "quote")).toEqual(["0.mlp.post_act.1"]);
  expect(matching(nodes, words, "about 1")).toEqual(["0.mlp.post_act.1"]);
  expect(matching(nodes, words, "classifier neuron")).toEqual(["0.mlp.post_act.2"]);
});

describe("boxes", () => {
  const at = (x: number, y: number) => ({ x, y });

  test("one around all members where no stranger is inside", () => {
    const places = new Map([["a", at(0, 0)], ["b", at(80, 0)], ["c", at(0, -90)], ["x", at(400, 0)]]);
    const [box, ...others] = boxesOf(["a", "b", "c", "not drawn"], places);
    expect(others).toEqual([]);
    expect(box?.left).toBeLessThan(-20);
    expect(box?.right).toBeGreaterThan(100);
    expect(box?.top).toBeLessThan(-103);
  });

  test("never a stranger in one: the group is cut at its widest gap", () => {
    const places = new Map([["a", at(0, 0)], ["x", at(80, 0)], ["b", at(160, 0)], ["c", at(220, 0)]]);
    const boxes = boxesOf(["a", "b", "c"], places);
    expect(boxes).toHaveLength(2);
    for (const box of boxes) expect(box.left > 80 || box.right < 80).toBe(true);
    expect(boxesOf([], places)).toEqual([]);
  });
});

test("labels and boxes are drawn, long ones shortened by whole signs", () => {
  const layout = { rows: [], places: new Map([["n", { x: 1, y: 2 }]]), rowGap: 90 };
  const words = sortOut([label("n", "🐍".repeat(30)), label("m", "elsewhere"), label("group:g", "G", ["n"])]);
  const elements = wordElements(words, layout);
  expect(elements.map((each) => each.classes)).toEqual(["word group", "word label"]);
  expect(elements[1]?.data["label"]).toBe(`${"🐍".repeat(18)}…`);
  expect(shortened("a\nb", 5)).toBe("a b");
  expect(wrapped("balance of the answers", 15, 2)).toBe("balance of the\nanswers");
  expect(wrapped("one two three four five", 8, 2)).toBe("one two\nthree f…");
  expect(wrapped("", 8, 2)).toBe("");
});
