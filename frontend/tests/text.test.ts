import { describe, expect, it } from "vitest";

import { differing } from "../src/text/diff";
import * as format from "../src/text/format";
import { visible, visibleLine } from "../src/text/visible";

describe("format", () => {
  it.each([
    [format.decimal(0.08249), "0.082"],
    [format.decimal(-1.5, 2), "\u22121.50"],
    [format.decimal(0.00004), "4.0e\u22125"],
    [format.decimal(0), "0.000"],
    [format.decimal(NaN), "n/a"],
    [format.lossBeside(0.1499, 0.15), "0.150"],
    [format.lossBeside(0.15003, 0.15), "0.15003"],
    [format.lossBeside(0.2, 0.15), "0.200"],
    [format.signed(0.1961), "+0.196"],
    [format.signed(-0.98, 2), "\u22120.98"],
    [format.signed(0.0001), "±0.000"],
    [format.percent(0.985), "98.5%"],
    [format.sparsity(0.00082), "0.082%"],
    [format.compact(9999), "9,999"],
    [format.compact(166_050), "166k"],
    [format.compact(13_500_000), "13.5M"],
    [format.plural(1, "edge"), "1 edge"],
    [format.plural(2, "entry", "entries"), "2 entries"],
    [format.seconds(4.25), "4.3 s"],
    [format.seconds(150), "2 min 30 s"],
    [format.milliseconds(34.2), "34 ms"],
    [format.milliseconds(2854), "2.9 s"],
    [format.shortDigest("ab".repeat(32)), "abababababab"],
    [format.instant("not a date"), "not a date"],
  ])("%s", (written, expected) => {
    expect(written).toBe(expected);
  });
});

describe("visible", () => {
  it("marks newlines and tabs, and keeps line breaks", () => {
    expect(visible("a\n\tb")).toEqual([
      { text: "a", mark: false },
      { text: "⏎", mark: true },
      { text: "\n", mark: false },
      { text: "⇥", mark: true },
      { text: "b", mark: false },
    ]);
  });

  it("shows a token on one line, with its spaces", () => {
    expect(visibleLine("\n    x")).toBe("⏎␣␣␣␣x");
  });

  it("shows what could hide or turn text round", () => {
    expect(visibleLine("a\u202eb\u200b\u0000\ufeff")).toBe("a\\u202eb\\u200b␀\\ufeff");
  });

  it("leaves markup and emoji as they are", () => {
    expect(visibleLine("<script>\u{1f642}")).toBe("<script>\u{1f642}");
  });
});

describe("differing", () => {
  const marks = (a: string, b: string): string[] =>
    differing([...a], [...b], (x, y) => x === y).map((found) =>
      found.map((differs) => (differs ? "^" : ".")).join(""),
    );

  it("compares sequences of one length place by place", () => {
    expect(marks("a'bc'd", 'a"bc"d')).toEqual([".^..^.", ".^..^."]);
  });

  it("takes what lies between common ends otherwise", () => {
    expect(marks("abXcd", "abYZcd")).toEqual(["..^..", "..^^.."]);
    expect(marks("aa", "aaa")).toEqual(["..", "..^"]);
  });
});
