/** The minimap by keyboard. */
import { describe, expect, test } from "vitest";

import type { Pressed } from "../src/drawing/keys";
import { around, inSight, mapActionOf, sightInWords } from "../src/drawing/map_keys";

const key = (name: string, held: Partial<Pressed> = {}): Pressed => ({
  key: name,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});
const DRAWING = { left: 0, right: 1000, top: -400, bottom: 0 };
/** 400 by 200 pixels at zoom 2, from (100, -300) on. */
const SEEN = inSight({ zoom: 2, pan: { x: -200, y: 600 } }, 400, 200);

describe("the minimap", () => {
  test("what is in sight is in the drawing's coordinates", () => {
    expect(SEEN).toEqual({ left: 100, right: 300, top: -300, bottom: -200 });
  });

  test("arrows move by a quarter of what is in sight", () => {
    expect(mapActionOf(key("ArrowRight"), SEEN, DRAWING)).toEqual({ do: "centre", at: { x: 250, y: -250 } });
    expect(mapActionOf(key("ArrowUp"), SEEN, DRAWING)).toEqual({ do: "centre", at: { x: 200, y: -275 } });
  });

  test("the middle stays within the drawing", () => {
    const small = { left: 190, right: 210, top: -260, bottom: -240 };
    expect(mapActionOf(key("ArrowLeft"), SEEN, small)).toEqual({ do: "centre", at: { x: 190, y: -250 } });
    expect(mapActionOf(key("ArrowDown"), SEEN, small)).toEqual({ do: "centre", at: { x: 200, y: -240 } });
  });

  test("plus and minus undo each other, Home fits, others do nothing", () => {
    const zooms = ["+", "-"].map((name) => mapActionOf(key(name), SEEN, DRAWING));
    const by = zooms.map((each) => (each?.do === "zoom" ? each.by : NaN));
    expect(by[0]).toBeGreaterThan(1);
    expect((by[0] ?? 0) * (by[1] ?? 0)).toBeCloseTo(1);
    expect(mapActionOf(key("Home"), SEEN, DRAWING)).toEqual({ do: "fit" });
    expect(mapActionOf(key("x"), SEEN, DRAWING)).toBeNull();
    expect(mapActionOf(key("+", { ctrlKey: true }), SEEN, DRAWING)).toBeNull();
  });

  test("it says how many nodes are in sight", () => {
    const places = new Map([
      ["a", { x: 150, y: -250 }],
      ["b", { x: 900, y: -250 }],
    ]);
    expect(sightInWords(places, SEEN)).toBe("1 of 2 nodes in sight");
    expect(around(places.values())).toEqual({ left: 150, right: 900, top: -250, bottom: -250 });
  });
});
