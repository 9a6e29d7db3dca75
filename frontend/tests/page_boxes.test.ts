import { describe, expect, it } from "vitest";

import { paint, painted } from "../src/drawing/page_boxes";

describe("a colour as the browser writes it", () => {
  it("is read with how opaque it is", () => {
    expect(paint("rgb(1, 2, 3)")).toEqual({ colour: "rgb(1, 2, 3)", opacity: 1 });
    expect(paint("rgba(1, 2, 3, 0.25)")).toEqual({ colour: "rgb(1, 2, 3)", opacity: 0.25 });
    expect(paint("color(srgb 1 0.5 0 / 0.4)")).toEqual({ colour: "rgb(255, 128, 0)", opacity: 0.4 });
    expect(paint("color(srgb 0 4e-3 1)")).toEqual({ colour: "rgb(0, 1, 255)", opacity: 1 });
  });

  it("is none where nothing is seen of it", () => {
    for (const written of ["rgba(0, 0, 0, 0)", "none", "", "color(srgb 1 1 1 / 0)"]) {
      expect(paint(written)).toBeNull();
      expect(painted("fill", written)).toEqual({ fill: "none" });
    }
  });

  it("fills or draws, opaque or not", () => {
    expect(painted("stroke", "rgba(1, 2, 3, 0.5)")).toEqual({
      stroke: "rgb(1, 2, 3)",
      "stroke-opacity": 0.5,
    });
    expect(painted("fill", "rgb(1, 2, 3)")).toEqual({ fill: "rgb(1, 2, 3)", "fill-opacity": null });
  });
});
