import { describe, expect, it } from "vitest";

import { corners } from "../src/drawing/shapes";
import { attributes, escaped, throughPoints } from "../src/drawing/svg";
import { toggle, untouched } from "../src/state/exploration";
import { snippet } from "../src/state/snippet";

describe("svg", () => {
  it("writes attributes with three decimals and leaves out what is null", () => {
    expect(attributes({ x: 1 / 3, fill: 'a"<b', "stroke-dasharray": null })).toBe(
      ' x="0.333" fill="a&quot;&lt;b"',
    );
  });

  it("keeps markup and control characters out of text", () => {
    expect(escaped("<script>&\u0000\n")).toBe("&lt;script&gt;&amp;\ufffd\n");
  });

  it("puts a hexagon's corners on the left and on the right", () => {
    expect(corners("hexagon", { x: 10, y: 0, w: 40, h: 26 })?.map(({ x, y }) => [x, y])).toEqual([
      [-10, 0], [0, -13], [20, -13], [30, 0], [20, 13], [0, 13],
    ]);
    expect(corners("ellipse", { x: 0, y: 0, w: 1, h: 1 })).toBeNull();
  });

  it("goes straight without control points and curves by them", () => {
    const [from, to] = [{ x: 0, y: 0 }, { x: 10, y: 0 }];
    expect(throughPoints(from, to, [])).toBe("M0 0L10 0");
    expect(throughPoints(from, to, [{ x: 5, y: 8 }])).toBe("M0 0Q5 8 10 0");
    expect(throughPoints(from, to, [{ x: 2, y: 8 }, { x: 8, y: 8 }])).toBe(
      "M0 0Q2 8 5 8Q8 8 10 0",
    );
  });
});

describe("snippet", () => {
  it("asks for the circuit and for the numbers of the state", () => {
    const state = toggle(untouched("quote-0123"), ["0.mlp.post_act.1", "0.attn.q.2"]);
    const text = snippet("http://127.0.0.1:8000", state);
    expect(text).toContain('URL = "http://127.0.0.1:8000/api/circuits/quote-0123"');
    expect(text).toContain(
      '    "ablated": [\n        "0.attn.q.2",\n        "0.mlp.post_act.1",\n    ],\n',
    );
    expect(text).not.toMatch(/\b(?:null|true|false)\b/);
  });
});
